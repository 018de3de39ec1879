"""Receives a table of cases: rows are opened as they arrive, some at a time, so that no size fills the memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.cases.bulk.records import Record, Records
from serving.cases.bulk.rows import fault_of, read_header, read_row
from serving.cases.service import Cases
from serving.errors import IdempotencyKeyReused, RequestInvalid, RequestRefused, RequestTooLarge
from serving.principal import Principal
from serving.schemas.enforcement.cases import CaseFault, CasesReceived
from serving.store.cases.case_values import NewCase

ROWS_A_WRITE: Final = 100
MAX_ROWS: Final = 100_000
FAULTS_GIVEN: Final = 1000


class CaseReception:
    """One table while it arrives. What was opened stays opened when the rest does not come: send it again."""

    def __init__(self, cases: Cases, principal: Principal, *, dry_run: bool) -> None:
        self._cases = cases
        self._principal = principal
        self._dry_run = dry_run
        self._records = Records()
        self._columns: tuple[str, ...] | None = None
        self._waiting: list[tuple[int, NewCase]] = []
        self._examined: dict[str | None, str | None] = {}  # of a dry run, whose writes are undone: what it would have
        self._faults: list[CaseFault] = []
        self._rows = self._opened = self._existing = self._bad = 0

    async def take(self, piece: bytes) -> None:
        """Take a piece of the body; raises RequestInvalid for a header that is none, RequestTooLarge."""
        await self._take_records(self._records.feed(piece))

    async def end(self) -> CasesReceived:
        """Open what is left, and say what became of the rows; raises RequestInvalid where there is no header."""
        await self._take_records(self._records.finish())
        await self._write()
        if self._columns is None:
            raise RequestInvalid("the table is empty; the first line names its columns", [("header", "is missing")])
        faults = sorted(self._faults, key=lambda fault: fault.line)
        return CasesReceived(
            dry_run=self._dry_run,
            rows=self._rows,
            opened=self._opened,
            existing=self._existing,
            bad=self._bad,
            faults=faults,
            faults_left_out=self._bad - len(faults),
        )

    async def _take_records(self, records: Iterable[Record]) -> None:
        for record in records:
            if self._columns is None:
                if record.fault is not None:
                    raise RequestInvalid(f"the first line {record.fault}", [("header", record.fault)])
                self._columns = read_header(record.fields)
                continue
            self._rows += 1
            if self._rows > MAX_ROWS:
                await self._write()
                raise RequestTooLarge(
                    f"the table has more than {MAX_ROWS} rows; those until line {record.line - 1} were taken. Send the "
                    "rest as a table of its own"
                )
            self._take_row(record, self._columns)
            if len(self._waiting) >= ROWS_A_WRITE:
                await self._write()

    def _take_row(self, record: Record, columns: tuple[str, ...]) -> None:
        if record.fault is not None:
            self._refuse(CaseFault(line=record.line, column=None, code="csv_malformed", reason=record.fault))
            return
        read = read_row(self._principal, record.line, columns, record.fields)
        if isinstance(read, CaseFault):
            self._refuse(read)
        else:
            self._waiting.append((record.line, read))

    async def _write(self) -> None:
        waiting, self._waiting = [one for one in self._waiting if not self._meets_examined(*one)], []
        if not waiting:
            return
        work = self._cases.examine_all if self._dry_run else self._cases.open_all
        given = await work(self._principal, [new for _, new in waiting])
        for (line, new), result in zip(waiting, given, strict=True):
            if isinstance(result, RequestRefused):
                self._refuse(fault_of(line, result))
                continue
            if self._dry_run:
                self._examined[new.origin_key] = new.fingerprint
            if result.replayed:
                self._existing += 1
            else:
                self._opened += 1

    def _meets_examined(self, line: int, new: NewCase) -> bool:
        """Count a row of a dry run that an earlier row would have opened already, or refuse it as the table would."""
        if new.origin_key not in self._examined:
            return False
        if self._examined[new.origin_key] == new.fingerprint:
            self._existing += 1
        else:
            self._refuse(fault_of(line, IdempotencyKeyReused("the reference was sent before with other content")))
        return True

    def _refuse(self, fault: CaseFault) -> None:
        self._bad += 1
        if len(self._faults) < FAULTS_GIVEN:
            self._faults.append(fault)
