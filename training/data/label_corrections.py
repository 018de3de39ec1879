"""A person's decisions on disputed labels, applied to a manifest as it is read; its file is unchanged.

The file is the `disputed.csv` that `touchstone disputed` wrote, with its column `decision` filled in; any table with
the columns `listing` and `decision` works.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from vision.tables.problems import Problems, nearest
from vision.tables.table import Table, TableRow, read_table

Decision: TypeAlias = Literal["genuine", "counterfeit", "drop", "keep", ""]
DECISIONS: tuple[Decision, ...] = ("genuine", "counterfeit", "drop", "keep", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionCounts:
    """How many listings the decisions changed, dropped or kept; empty decisions are undecided."""

    to_genuine: int = 0
    to_counterfeit: int = 0
    dropped: int = 0
    kept: int = 0
    undecided: int = 0

    def in_words(self) -> str:
        """Such as `3 listings now genuine, 2 now counterfeit, 1 left out, 10 kept as they were`."""
        parts = [
            f"{self.to_genuine} listings now genuine",
            f"{self.to_counterfeit} now counterfeit",
            f"{self.dropped} left out",
            f"{self.kept} kept as they were",
        ]
        return ", ".join([*parts, f"{self.undecided} undecided"] if self.undecided else parts)


def correct_table(table: Table, file: Path) -> tuple[Table, CorrectionCounts]:
    """The table with each decided listing's label changed, or its rows dropped, and what was done.

    A decision that agrees with the label keeps it. Raises ManifestError for a listing that the table does not have, a
    word that is no decision, and two decisions on one listing.
    """
    labels = {row.cells["listing"]: row.cells["label"] for row in table.rows}
    decisions = _read_decisions(file, labels.keys())
    done = {listing: _done(labels[listing], decision) for listing, decision in decisions.items()}
    rows = tuple(
        _relabelled(row, done.get(row.cells["listing"], "keep"))
        for row in table.rows
        if done.get(row.cells["listing"]) != "drop"
    )
    counted = list(done.values())
    return Table(path=table.path, columns=table.columns, rows=rows), CorrectionCounts(
        to_genuine=counted.count("genuine"),
        to_counterfeit=counted.count("counterfeit"),
        dropped=counted.count("drop"),
        kept=counted.count("keep"),
        undecided=counted.count(""),
    )


def _read_decisions(file: Path, listings: Collection[str]) -> dict[str, Decision]:
    needed = ("listing", "decision")
    table = read_table(file, columns=needed)
    problems = Problems(file)
    for name in needed:
        if name not in table.columns:
            like = nearest(name, table.columns)
            problems.add(f"no column '{name}'" + (f"; rename '{like}' to '{name}'?" if like else ""))
    problems.raise_if_any()
    decisions: dict[str, Decision] = {}
    for row in table.rows:
        listing, decision = row.cells["listing"], _decision(row, problems)
        if listing not in listings:
            like = nearest(listing, listings, cutoff=0.8)
            hint = f"did you mean '{like}'?" if like else "was the list made from another manifest?"
            problems.add(f"the manifest has no listing '{listing}'; {hint}", row=row.row)
        elif decisions.setdefault(listing, decision) != decision:
            problems.add(f"listing '{listing}' has another decision above; keep one of the two", row=row.row)
    problems.raise_if_any()
    return decisions


def _decision(row: TableRow, problems: Problems) -> Decision:
    cell = row.cells["decision"]
    for decision in DECISIONS:
        if cell.casefold() == decision:
            return decision
    like = nearest(cell, [word for word in DECISIONS if word])
    hint = f"did you mean '{like}'?" if like else "use genuine, counterfeit, drop, keep, or leave it empty"
    problems.add(f"decision '{cell}' is unknown; {hint}", row=row.row)
    return ""


def _done(label: str, decision: Decision) -> Decision:
    return "keep" if decision == label and decision else decision


def _relabelled(row: TableRow, done: Decision) -> TableRow:
    if done not in ("genuine", "counterfeit"):
        return row
    return TableRow(row=row.row, cells={**row.cells, "label": done})
