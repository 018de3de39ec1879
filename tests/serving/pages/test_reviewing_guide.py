"""The guide for reviewers names what the pages have."""

import re
from pathlib import Path

import pytest

GUIDE = Path("docs/reviewing.md").read_text(encoding="utf-8")
PAGES = Path("serving/pages")


@pytest.mark.parametrize("template", sorted((PAGES / "templates").glob("*.html")), ids=lambda path: path.name)
def test_every_key_that_a_page_lists_is_in_the_guide(template: Path) -> None:
    for key in re.findall(r"<dt>(.*?)</dt>", template.read_text(encoding="utf-8")):
        for name in re.findall(r"<kbd>(.*?)</kbd>", key):
            assert f"`{name}`" in GUIDE


def test_every_outcome_is_explained_in_the_words_of_the_page() -> None:
    wording = (PAGES / "static" / "shared" / "wording.js").read_text(encoding="utf-8")
    outcomes = re.findall(r'^  (\w+): \{\n    title: "(.*)"', wording.split("DECISIONS")[0], re.MULTILINE)
    assert len(outcomes) == 5
    for outcome, title in outcomes:
        assert f"| {title.replace('’', chr(39))} | `{outcome}` |" in GUIDE
