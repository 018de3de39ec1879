"""Names of parts that writing and verifying a file both know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

ABOUT_NAME: Final = "evidence.json"
METHOD_NAME: Final = "method.txt"
REPORT_NAME: Final = "report.pdf"
SUMS_NAME: Final = "sha256sums.txt"  # last by name of those that it lists


def sums_text(sha256s: Sequence[tuple[str, str]]) -> bytes:
    """Give names and SHA-256s as `sha256sum -c` reads them, in the order given."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sha256s).encode("ascii")
