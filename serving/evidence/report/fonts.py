"""Fonts of the report: those at hand that have the characters of a text, and what none of them has.

A PDF must bring its fonts. reportlab brings one for Latin; others are those of the settings and of the system. For
Chinese, Japanese and Korean without one it names fonts that PDF readers bring themselves. Scripts that are written from
right to left or whose letters change by place are printed in the order and form in which they are stored.
"""

from __future__ import annotations

import dataclasses
import functools
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

REGULAR: Final = "Vera"  # comes with reportlab
BOLD: Final = "VeraBd"
_SYSTEM: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
    "C:/Windows/Fonts/msyh.ttc",
)
_READERS_OWN: Final = (  # first and last character, and the font of Adobe's collection that readers replace
    (0xAC00, 0xD7A3, "HYSMyeongJo-Medium"),
    (0x1100, 0x11FF, "HYSMyeongJo-Medium"),
    (0x3040, 0x30FF, "HeiseiMin-W3"),
    (0x2E80, 0x303F, "STSong-Light"),
    (0x3400, 0x9FFF, "STSong-Light"),
    (0xF900, 0xFAFF, "STSong-Light"),
    (0xFF00, 0xFFEF, "STSong-Light"),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Font:
    name: str
    characters: frozenset[int]


class Fonts:
    """The fonts of one report; `missing` collects the characters that none has."""

    def __init__(self, files: Sequence[Path] = ()) -> None:
        self._fonts = [_latin(), *(font for file in (*files, *map(Path, _SYSTEM)) if (font := _load(file)) is not None)]
        self.missing: set[str] = set()
        self.readers_own = False  # whether a font is used that PDF readers must bring

    def marked_up(self, text: str) -> str:
        """Give a text as a paragraph of reportlab: escaped, and each run in a font that has it.

        Control and formatting characters, with which a text can look like another one, are shown by their numbers.
        """
        return "".join(
            escape(run) if font == REGULAR else f'<font name="{font}">{escape(run)}</font>'
            for font, run in self._runs(text)
        )

    def _runs(self, text: str) -> Iterator[tuple[str, str]]:
        run, current = "", REGULAR
        for character in text:
            font, shown = self._font_of(character)
            if font != current and run:
                yield current, run
                run = ""
            run, current = run + shown, font
        if run:
            yield current, run

    def _font_of(self, character: str) -> tuple[str, str]:
        if character in "\n\t ":
            return REGULAR, " "
        code = ord(character)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn"):
            return REGULAR, f"[U+{code:04X}]"
        for font in self._fonts:
            if code in font.characters:
                return font.name, character
        for first, last, name in _READERS_OWN:
            if first <= code <= last:
                self.readers_own = True
                return _readers_own(name), character
        self.missing.add(character)
        return REGULAR, f"[U+{code:04X}]"


@functools.cache
def _latin() -> _Font:
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return _Font(name=REGULAR, characters=_characters_of(REGULAR))


@functools.cache
def _load(file: Path) -> _Font | None:
    """Load a font, None where it is not there or no TrueType font that can be embedded."""
    if not file.is_file():
        return None
    name = f"file-{file.stem}"
    try:
        pdfmetrics.registerFont(TTFont(name, str(file)))
    except (TTFError, OSError, ValueError, KeyError, IndexError):
        return None
    return _Font(name=name, characters=_characters_of(name))


def _characters_of(name: str) -> frozenset[int]:
    font = pdfmetrics.getFont(name)
    assert isinstance(font, TTFont)
    return frozenset(font.face.charToGlyph)


@functools.cache
def _readers_own(name: str) -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name
