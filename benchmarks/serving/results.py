"""The measurements of a run: one JSON line each, written at once, so that an interrupted run can continue."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

Value: TypeAlias = float | int | str | Mapping[str, int] | None
Row: TypeAlias = Mapping[str, Value]

RUN_FILE: Final = "run.json"
ROWS_FILE: Final = "rows.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The folder of one run of the harness."""

    folder: Path

    @classmethod
    def open(cls, folder: Path, described: Mapping[str, str]) -> Results:
        """Continue the run in a folder, or begin one; raises SystemExit if the folder's run is of something else."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / RUN_FILE
        if file.is_file():
            before = json.loads(file.read_text())
            differing = [key for key, value in described.items() if before.get(key) != value]
            if differing:
                differences = "; ".join(f"{key}: {before.get(key)} there, {described[key]} now" for key in differing)
                raise SystemExit(f"{folder} holds a run that differs in {differences}. Name another folder with --out.")
        else:
            file.write_text(json.dumps(dict(described), indent=1))
        return cls(folder=folder)

    @property
    def described(self) -> dict[str, str]:
        """What was measured, and on what."""
        table: dict[str, str] = json.loads((self.folder / RUN_FILE).read_text())
        return table

    def rows(self, part: str) -> list[Row]:
        """A part's measurements, in the order in which they were made; those that failed are left out."""
        return [row for row in self._all() if row["part"] == part and "failed" not in row]

    def failures(self) -> list[Row]:
        """What could not be measured, and why."""
        return [row for row in self._all() if "failed" in row]

    def measure(self, part: str, measurement: Callable[[], Row], **key: Value) -> None:
        """Make and store one measurement, unless it was made before."""
        if not self.has(part, **key):
            self.keep(part, {**key, **measurement()})

    def keep(self, part: str, row: Row) -> None:
        """Store a measurement and print it."""
        shown = ", ".join(f"{name} {_shown(value)}" for name, value in row.items())
        print(f"{part}: {shown}", flush=True)
        kept = {"part": part, **row, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        with (self.folder / ROWS_FILE).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(kept) + "\n")

    def has(self, part: str, **key: Value) -> bool:
        """Whether this was measured before, or failed."""
        wanted = {"part": part, **key}
        return any(all(row.get(name) == value for name, value in wanted.items()) for row in self._all())

    def _all(self) -> Iterator[Row]:
        file = self.folder / ROWS_FILE
        if file.is_file():
            for line in file.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)


def number(row: Row, name: str) -> float:
    """A measured number; NaN where it is not there."""
    value = row.get(name)
    return float(value) if isinstance(value, (int, float)) else math.nan


def median(rows: list[Row], name: str) -> float:
    """The median of a number over rows; NaN without any."""
    values = [value for row in rows if not math.isnan(value := number(row, name))]
    return statistics.median(values) if values else math.nan


def _shown(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
