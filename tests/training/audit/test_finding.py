"""The codes of findings."""

from __future__ import annotations

import re
from pathlib import Path

from training.audit.finding import FINDING_CODES

DOCS = Path(__file__).parents[3] / "docs"


def test_every_finding_is_documented_and_every_documented_finding_exists() -> None:
    section = (DOCS / "audit.md").read_text(encoding="utf-8").split("## Findings")[1].split("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(FINDING_CODES)
