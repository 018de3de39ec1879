"""docs/architecture.md shows the layers that import-linter holds, and names files that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MAX_WORDS = 3400
MAX_FILES = 4


def layers_of(package: str) -> list[set[str]]:
    """Give a package's layers from the top, as import-linter reads them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [c["layers"] for c in contracts if c["type"] == "layers" and c["containers"] == [package]]
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def drawn_layers_of(package: str) -> list[set[str]]:
    """Give a package's layers from the top, as the page's diagram shows them."""
    (drawn,) = re.findall(rf"subgraph {package}\n(.*?)\n  end", PAGE, re.DOTALL)
    return [set(re.findall(r"\w+", label.replace("<br>", " "))) for label in re.findall(r'\["(.*?)"\]', drawn)]


@pytest.mark.parametrize("package", ["vision", "training", "serving"])
def test_the_diagram_shows_the_layers_that_are_checked(package: str) -> None:
    assert drawn_layers_of(package) == layers_of(package)


def test_the_page_stays_short() -> None:
    assert len(PAGE.split()) <= MAX_WORDS


def test_ten_typical_changes_name_at_most_four_files_that_exist() -> None:
    rows = re.findall(r"^\| (an? [^|]*) \| ([^|]*) \|$", PAGE.split("## Where do I change")[1], re.MULTILINE)
    assert len(rows) >= 10
    for change, files in rows:
        paths = re.findall(r"`((?:vision|training|serving)/[^`…]*|pyproject\.toml)`", re.sub(r"\[.*?\]", "", files))
        assert len(paths) <= MAX_FILES, change
        assert [path for path in paths if not (ROOT / path).exists()] == [], change
