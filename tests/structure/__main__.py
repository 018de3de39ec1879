"""Prints every figure of the layout with its limit, then what breaks it. Ends with 1 where a limit is broken.

Usage: python -m tests.structure [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.structure.claims import measure
from tests.structure.sources import read_tree

ROOT = Path(__file__).parents[2]


def main() -> int:
    claims = measure(read_tree(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    for claim in claims:
        if claim.findings:
            print(f"{claim.name}:", *claim.findings, sep="\n  ", end="\n\n")
    print(f"{'claim':<45}{'figure':>14}{'limit':>8}")
    for claim in claims:
        state = "ok" if claim.holds else f"{len(claim.findings)} to mend"
        print(f"{claim.name:<45}{claim.figure:>14}{claim.limit:>8}  {state}")
    return int(not all(claim.holds for claim in claims))


if __name__ == "__main__":
    sys.exit(main())
