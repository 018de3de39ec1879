"""Lays out the report: a first page, a table of contents where it is long, sections, and numbered pages."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from reportlab.platypus.tableofcontents import TableOfContents

from serving.evidence.contents.sections import Block, Facts, Grid, Picture, Pictures, Section, Text
from serving.evidence.report.fonts import BOLD, REGULAR, Fonts

LONG: Final = 4  # sections: from there on the report has a table of contents
MARGIN: Final = 18 * mm
WIDTH: Final = A4[0] - 2 * MARGIN
IN_A_ROW: Final = 3
LARGE: Final = 85 * mm  # greatest height of a photo, and of a part of one
SMALL: Final = 30 * mm
READERS_OWN: Final = (
    "Chinese, Japanese and Korean characters stand in a font that the PDF reader brings: where they are blank, use "
    "another reader, or the JSON in the ZIP. A font in evidence.fonts is put into the file."
)
MAX_CELL: Final = 1500  # characters: a cell can't be divided between pages
_INK, _GREY, _LINE, _SHADE = HexColor("#1b1f24"), HexColor("#57606a"), HexColor("#d0d7de"), HexColor("#f6f8fa")
_BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=9, leading=13, textColor=_INK, spaceAfter=5)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=7.5, leading=10.5, textColor=_GREY, wordWrap="CJK")
_STRONG = ParagraphStyle("strong", parent=_BODY, fontName=BOLD, spaceBefore=5)
_CELL = ParagraphStyle("cell", parent=_BODY, fontSize=8, leading=11, spaceAfter=0, wordWrap="CJK")
_HEAD = ParagraphStyle("head", parent=_CELL, fontName=BOLD)
_H1 = ParagraphStyle("h1", parent=_BODY, fontName=BOLD, fontSize=13, leading=18, spaceBefore=10, spaceAfter=7)
_TITLE = ParagraphStyle("title", parent=_BODY, fontName=BOLD, fontSize=22, leading=28, spaceAfter=10)
_TOC = ParagraphStyle("toc", parent=_BODY, leading=15)
_LABEL = ParagraphStyle("label", parent=_SMALL, keepWithNext=1, spaceBefore=5)
_TEXT_STYLES = {"body": _BODY, "strong": _STRONG, "small": _SMALL, "label": _LABEL}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The first page: the title, a line below it, and pairs of a name and a value."""

    title: str
    subtitle: str
    author: str
    facts: Facts


def build_report(cover: Cover, sections: Sequence[Section], folder: Path, fonts: Fonts) -> bytes:
    """Give the PDF, unsigned; pictures are read from their parts in `folder`."""
    out = io.BytesIO()
    layout = _Layout(folder, fonts)
    story = [*layout.cover(cover)]
    if len(sections) >= LONG:
        story += [Paragraph("Contents", _STRONG), TableOfContents(levelStyles=[_TOC], dotsMinLevel=0)]
    story.append(PageBreak())
    for section in sections:
        story += layout.section(section)
    if fonts.readers_own:
        story.append(Paragraph(READERS_OWN, _SMALL))
    if fonts.missing:
        codes = ", ".join(f"U+{ord(one):04X}" for one in sorted(fonts.missing)[:100])
        story.append(Paragraph(f"No font at hand has these characters, shown by their numbers: {codes}.", _SMALL))
    document = _Document(out, title=cover.title, author=cover.author)
    document.multiBuild(story, canvasmaker=_NumberedCanvas)
    return out.getvalue()


class _Heading(Paragraph):
    """The heading of a section, which the table of contents and the outline name."""

    def __init__(self, title: str, fonts: Fonts) -> None:
        self.title, self.markup = title, fonts.marked_up(title)
        super().__init__(self.markup, _H1)


class _Document(BaseDocTemplate):
    """Pages of one column; headings go into the table of contents and the outline."""

    def __init__(self, out: io.BytesIO, *, title: str, author: str) -> None:
        super().__init__(
            out, pagesize=A4, title=title, author=author, subject="Evidence", creator="touchstone",
            leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN + 4 * mm,
        )  # fmt: skip
        frame = Frame(
            self.leftMargin, self.bottomMargin, self.width, self.height, id="column", leftPadding=0, rightPadding=0
        )
        self.addPageTemplates([PageTemplate(id="page", frames=[frame])])

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        if isinstance(flowable, _Heading):
            key = f"section-{id(flowable)}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.title, key, 0)
            self.notify("TOCEntry", (0, flowable.markup, self.page, key))


class _NumberedCanvas(Canvas):
    """Writes "page x of y", which is known when all pages are there."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 (reportlab's name)
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        for page in self._pages:
            self.__dict__.update(page)
            self.setFont(REGULAR, 7.5)
            self.setFillColor(_GREY)
            self.drawRightString(A4[0] - MARGIN, 11 * mm, f"Page {self.getPageNumber()} of {len(self._pages)}")
            self.drawString(MARGIN, 11 * mm, "A judgement of photos is never proof of what is in the box.")
            super().showPage()
        super().save()


class _Layout:
    """Turns blocks into what reportlab lays out."""

    def __init__(self, folder: Path, fonts: Fonts) -> None:
        self._folder, self._fonts = folder, fonts

    def cover(self, cover: Cover) -> Iterator[Flowable]:
        yield Spacer(1, 30 * mm)
        yield Paragraph(self._fonts.marked_up(cover.title), _TITLE)
        yield Paragraph(self._fonts.marked_up(cover.subtitle), _BODY)
        yield Spacer(1, 6 * mm)
        yield self._facts(cover.facts)
        yield Spacer(1, 8 * mm)

    def section(self, section: Section) -> Iterator[Flowable]:
        yield _Heading(section.title, self._fonts)
        for block in section.blocks:
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[Flowable]:
        match block:
            case Text():
                for line in block.text.split("\n"):
                    yield Paragraph(self._fonts.marked_up(line), _TEXT_STYLES[block.style])
            case Facts():
                yield self._facts(block)
                yield Spacer(1, 3 * mm)
            case Grid():
                yield self._grid(block)
                yield Spacer(1, 3 * mm)
            case Pictures():
                for start in range(0, len(block.pictures), IN_A_ROW):
                    yield self._row(block.pictures[start : start + IN_A_ROW], SMALL if block.small else LARGE)

    def _cell(self, text: str, style: ParagraphStyle = _CELL) -> Paragraph:
        cut = text if len(text) <= MAX_CELL else text[:MAX_CELL] + " … (the ZIP has all of it)"
        return Paragraph(self._fonts.marked_up(cut), style)

    def _facts(self, facts: Facts) -> Table:
        rows = [[self._cell(name, _HEAD), self._cell(value)] for name, value in facts.rows]
        return Table(rows, colWidths=[0.3 * WIDTH, 0.7 * WIDTH], style=[*_lines()])

    def _grid(self, grid: Grid) -> Table:
        rows = [[self._cell(name, _HEAD) for name in grid.header]]
        rows += [[self._cell(value) for value in row] for row in grid.rows]
        widths = [share * WIDTH for share in grid.widths]
        return Table(rows, colWidths=widths, repeatRows=1, style=[*_lines(), ("BACKGROUND", (0, 0), (-1, 0), _SHADE)])

    def _row(self, pictures: Sequence[Picture], height: float) -> Flowable:
        width = WIDTH / (IN_A_ROW if height == SMALL else max(2, len(pictures))) - 2 * mm
        cells = [[self._image(one.name, width, height), self._cell(one.caption, _SMALL)] for one in pictures]
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
        table = Table([cells], colWidths=[width + 2 * mm] * len(cells), hAlign="LEFT", style=style)
        return KeepTogether([table, Spacer(1, 2 * mm)])

    def _image(self, name: str, width: float, height: float) -> Image:
        file = self._folder / name
        width_px, height_px = ImageReader(str(file)).getSize()
        scale = min(width / width_px, height / height_px)
        return Image(str(file), width=width_px * scale, height=height_px * scale, hAlign="LEFT")


def _lines() -> list[tuple[Any, ...]]:
    return [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
