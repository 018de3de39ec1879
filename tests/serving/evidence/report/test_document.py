from __future__ import annotations

import io
from pathlib import Path

import pypdf

from serving.evidence.contents.sections import Facts, Grid, Picture, Pictures, Section, Text
from serving.evidence.report.document import Cover, build_report
from serving.evidence.report.fonts import Fonts
from tests.serving.builders.sample_photos import jpeg

COVER = Cover(
    title="Evidence about check 1", subtitle="a line", author="Example", facts=Facts(rows=(("Made", "today"),))
)


def read(sections: list[Section], folder: Path) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(build_report(COVER, sections, folder, Fonts())))


def test_every_kind_of_block_is_printed_as_text_that_can_be_searched(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    section = Section(
        title="Check <1>",
        blocks=(
            Text(text="a paragraph\nof two lines"),
            Facts(rows=(("Outcome", "counterfeit"),)),
            Grid(header=("A", "B"), rows=(("x" * 3000, "продавец"),) * 2, widths=(0.5, 0.5)),
            Pictures(pictures=(Picture(name="a.jpg", caption="a photo"),) * 4),
        ),
    )
    found = read([section], tmp_path)
    text = "\n".join(page.extract_text() for page in found.pages)
    for expected in ("Check <1>", "of two lines", "counterfeit", "продавец", "a photo", "the ZIP has all of it"):
        assert expected in text
    assert f"Page 1 of {len(found.pages)}" in text
    assert [one.title for one in found.outline] == ["Check <1>"]  # type: ignore[union-attr]


def test_a_long_report_has_a_table_of_contents_with_the_right_pages(tmp_path: Path) -> None:
    sections = [Section(title=f"Section {n}", blocks=(Text(text="words " * 900),)) for n in range(4)]
    found = read(sections, tmp_path)
    contents = found.pages[0].extract_text()
    assert "Contents" in contents
    last = next(n for n, page in enumerate(found.pages[1:], start=2) if "Section 3" in page.extract_text())
    assert f"{last}\nSection 3" in contents  # text is drawn from the right


def test_characters_that_no_font_has_are_listed(tmp_path: Path) -> None:
    found = read([Section(title="A", blocks=(Text(text="\U00013000 网"),))], tmp_path)
    text = found.pages[-1].extract_text()
    assert "U+13000" in text
