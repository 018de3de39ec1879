"""Splits CSV into records while it arrives (RFC 4180, UTF-8), each with the line that it begins on."""

from __future__ import annotations

import codecs
import csv
import dataclasses
from collections.abc import Iterator
from typing import Final

MAX_RECORD: Final = 64 * 1024  # characters


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: its fields, or why it has none. `line` counts from 1, as spreadsheets and editors do."""

    line: int
    fields: tuple[str, ...] = ()
    fault: str | None = None


class Records:
    """Takes a body piece by piece; holds at most one record and one piece.

    A record whose quote is not closed is a fault of its line alone: reading goes on behind that line.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._rest = ""
        self._pending: list[str] = []  # lines of a record whose quote is open
        self._size = 0
        self._quotes = 0
        self._line = 0  # of the last line taken

    def feed(self, piece: bytes) -> Iterator[Record]:
        """Give the records that are whole with this piece."""
        yield from self._take(self._decoder.decode(piece))

    def finish(self) -> Iterator[Record]:
        """Give the last records."""
        yield from self._take(self._decoder.decode(b"", final=True))
        rest, self._rest = self._rest, ""
        if rest:
            yield from self._take_line(rest)
        while self._pending:
            yield from self._give_up()

    def _take(self, text: str) -> Iterator[Record]:
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        for line in lines:
            yield from self._take_line(line)
        if len(self._rest) > MAX_RECORD:
            rest, self._rest = self._rest[:MAX_RECORD], ""
            yield from self._take_line(rest)

    def _take_line(self, line: str) -> Iterator[Record]:
        self._line += 1
        self._pending.append(line)
        self._size += len(line) + 1
        self._quotes += line.count('"')
        if self._quotes % 2 == 0:
            yield from self._end()
        elif self._size > MAX_RECORD:
            yield from self._give_up()

    def _end(self) -> Iterator[Record]:
        text, first = "\n".join(self._pending).removesuffix("\r"), self._line - len(self._pending) + 1
        self._clear()
        if not text.strip():
            return
        if "\ufffd" in text:
            yield Record(line=first, fault="is not UTF-8; save the file as CSV UTF-8")
            return
        if len(text) > MAX_RECORD:
            yield Record(line=first, fault=f"has more than {MAX_RECORD} characters")
            return
        try:
            (fields,) = csv.reader([text], strict=True)
        except (csv.Error, ValueError) as error:
            yield Record(line=first, fault=f"is no CSV: {error}")
        else:
            yield Record(line=first, fields=tuple(fields))

    def _give_up(self) -> Iterator[Record]:
        """Refuse the line whose quote is open, and read those behind it anew."""
        lines = self._pending
        self._line -= len(lines) - 1
        self._clear()
        yield Record(line=self._line, fault="has a quote that is not closed")
        for line in lines[1:]:
            yield from self._take_line(line)

    def _clear(self) -> None:
        self._pending, self._size, self._quotes = [], 0, 0
