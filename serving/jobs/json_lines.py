"""JSON lines (https://jsonlines.org): one listing a line, empty lines left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from serving.errors import LineTooLong
from serving.jobs.lines import SentLine, TextLine, TextLines
from serving.store.job_line_rows import Fault

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class JsonLines:
    """Splits JSON lines."""

    def __init__(self, max_line_bytes: int) -> None:
        self._lines = TextLines(max_line_bytes)
        self._max_line_bytes = max_line_bytes

    def feed(self, piece: bytes) -> list[SentLine]:
        """Give the lines that end in this piece."""
        return list(self._sent(self._lines.feed(piece)))

    def finish(self) -> list[SentLine]:
        """Give the last line, where no line feed ended it."""
        return list(self._sent(self._lines.finish()))

    def _sent(self, lines: Iterable[TextLine]) -> Iterator[SentLine]:
        for line in lines:
            if line.text is None:
                yield SentLine(number=line.number, content=None, fault=too_long(self._max_line_bytes))
                continue
            text = line.text.removeprefix(BYTE_ORDER_MARK) if line.number == 1 else line.text
            if text.strip():
                yield SentLine(number=line.number, content=text)


def too_long(max_line_bytes: int) -> Fault:
    """The fault of a line with more bytes than a line may have."""
    return Fault(
        code=LineTooLong.code,
        message=f"the line has more than {max_line_bytes} bytes (jobs.max_line_bytes), so it was not kept; send this "
        "listing with smaller photos, or with their URLs",
    )
