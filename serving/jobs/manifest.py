"""A manifest as a job: a CSV file with one row a photo, whose photos are URLs."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from serving.errors import ListingSplit, RequestInvalid
from serving.jobs.json_lines import BYTE_ORDER_MARK, too_long
from serving.jobs.lines import SentLine, TextLine, TextLines
from serving.store.job_line_rows import Fault

PHOTO, LISTING = "photo", "listing"
FIELDS = {"seller": "seller_id", "product": "product"}  # of a manifest, and of a check
VIEW = "view"
DELIMITERS = (",", ";", "\t")
MAX_ROWS = 1000  # of one listing that are kept: a check takes far fewer photos, and refuses these


class ManifestLines:
    """Makes one line of each run of rows with the same listing; the other columns become its attributes.

    Rows of a listing stand together. A listing that comes again later is parked: its first rows are a line already.
    """

    def __init__(self, max_line_bytes: int) -> None:
        self._lines = TextLines(max_line_bytes)
        self._max_line_bytes = max_line_bytes
        self._record: list[str] = []  # the lines of a record whose quotes are still open
        self._record_size = 0
        self._is_quoted = False
        self._record_number = 0
        self._columns: list[str] | None = None
        self._delimiter = ","
        self._rows: list[dict[str, str]] = []  # of one listing
        self._first_number = 0
        self._seen: set[bytes] = set()  # hashes of listings: a cell may be long

    def feed(self, piece: bytes) -> list[SentLine]:
        """Give the listings that are complete with this piece; raises RequestInvalid for a header without columns."""
        return list(self._sent(self._lines.feed(piece)))

    def finish(self) -> list[SentLine]:
        """Give the last listing; raises RequestInvalid where quotes are still open."""
        found = list(self._sent(self._lines.finish()))
        if self._record:
            raise self._open_quotes()
        return [*found, *self._end_listing()]

    def _sent(self, lines: Iterable[TextLine]) -> Iterator[SentLine]:
        for line in lines:
            if line.text is None:
                yield from self._end_listing()
                yield SentLine(number=line.number, content=None, fault=too_long(self._max_line_bytes))
                continue
            text = line.text.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace")
            if not self._record:
                self._record_number = line.number
            self._record.append(text)
            self._record_size += len(text)
            self._is_quoted ^= text.count('"') % 2 == 1
            if self._record_size > self._max_line_bytes:
                raise self._open_quotes()
            if not self._is_quoted:
                record, self._record, self._record_size = "\n".join(self._record), [], 0
                yield from self._take_record(record)

    def _take_record(self, record: str) -> Iterator[SentLine]:
        if self._columns is None:
            self._read_header(record)
            return
        try:
            cells = self._cells(record)
        except csv.Error as error:
            fault = Fault(code=RequestInvalid.code, message=f"the row is not CSV: {error}")
            yield from self._end_listing()
            yield SentLine(number=self._record_number, content=None, fault=fault)
            return
        if not any(cells):
            return
        row = dict(zip(self._columns, cells, strict=False))
        if not self._rows or row.get(LISTING) != self._rows[0].get(LISTING):
            yield from self._end_listing()
            self._first_number = self._record_number
        if len(self._rows) < MAX_ROWS:
            self._rows.append(row)

    def _cells(self, record: str) -> list[str]:
        return [cell.strip() for cell in next(csv.reader([record], delimiter=self._delimiter), [])]

    def _open_quotes(self) -> RequestInvalid:
        message = f"the quotes that open in line {self._record_number} are not closed"
        return RequestInvalid(f"manifest: {message}", [("manifest", message)])

    def _read_header(self, record: str) -> None:
        self._delimiter = max(DELIMITERS, key=record.count)
        try:
            self._columns = self._cells(record)
        except csv.Error as error:
            message = f"the first line is not CSV: {error}"
            raise RequestInvalid(f"manifest: {message}", [("manifest", message)]) from error
        missing = [name for name in (PHOTO, LISTING) if name not in self._columns]
        if missing:
            shown = ", ".join(self._columns)[:200]
            raise RequestInvalid(
                f"manifest: the first line names no column {' and no '.join(missing)}; it names {shown or 'nothing'}",
                [(name, "required column") for name in missing],
            )

    def _end_listing(self) -> Iterator[SentLine]:
        rows, self._rows = self._rows, []
        if not rows:
            return
        listing_id = rows[0].get(LISTING, "")
        content = json.dumps(_check_of(rows), ensure_ascii=False).encode()
        hashed = hashlib.sha256(listing_id.encode()).digest()
        fault = None
        if hashed in self._seen:
            fault = Fault(
                code=ListingSplit.code,
                message=f"listing {listing_id[:80]!r} has rows above as well; sort the manifest by listing",
            )
        self._seen.add(hashed)
        yield SentLine(number=self._first_number, content=content, fault=fault)


def _check_of(rows: Sequence[dict[str, str]]) -> dict[str, object]:
    """Give the check that these rows describe, as its JSON has it; what is wrong with it is found as in any line."""
    first = rows[0]
    known = {PHOTO, LISTING, VIEW, *FIELDS}
    check: dict[str, object] = {"photos": [{"url": row.get(PHOTO, "")} for row in rows]}
    check["listing_id"] = first.get(LISTING) or None
    check |= {field: first[column] for column, field in FIELDS.items() if first.get(column)}
    if any(row.get(VIEW) for row in rows):
        check["views"] = [row.get(VIEW) or None for row in rows]
    check["attributes"] = {name: value for name, value in first.items() if name not in known and value}
    return check
