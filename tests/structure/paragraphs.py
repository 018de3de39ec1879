"""Paragraphs of the documentation that are too long to read at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.structure.sources import Source, Tree

MAX_WORDS = 90
PAGES = ("README.md", "CONTRIBUTING.md", "docs/")
_FENCE = re.compile(r"^\s*(```|~~~)")
_ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s")


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    line: int
    words: int


def find_long_paragraphs(tree: Tree) -> list[str]:
    """Name the paragraphs over the limit, outside code and tables."""
    pages = [s for s in tree.sources if s.path.suffix == ".md" and str(s.path).startswith(PAGES)]
    return [
        f"{page.path}:{paragraph.line} {paragraph.words} words"
        for page in pages
        for paragraph in paragraphs_of(page)
        if paragraph.words > MAX_WORDS
    ]


def paragraphs_of(page: Source) -> Iterator[Paragraph]:
    """Give each run of lines without a blank one; a heading, an item of a list and a fence end the one before."""
    start, words, fenced = 0, 0, False
    for number, line in enumerate([*page.lines, ""], start=1):
        is_fence = bool(_FENCE.match(line))
        is_prose = bool(line.strip()) and not fenced and not is_fence and not line.lstrip().startswith("|")
        if start and (not is_prose or _ITEM.match(line) or line.startswith("#")):
            yield Paragraph(line=start, words=words)
            start = 0
        fenced ^= is_fence
        if is_prose:
            words = (words if start else 0) + len(line.split())
            start = start or number
            if line.startswith("#"):
                yield Paragraph(line=start, words=words)
                start = 0
