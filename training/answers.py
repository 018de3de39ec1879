"""What a bundle answered, one record a listing and one a photo, and the table that is kept of it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.manifest import Label
from vision.bundle import Precision
from vision.verdict import Evidence, Outcome

ANSWER_COLUMNS = ("listing", "fold", "label", "product", "photos", "logit", "authenticity", "outcome", "graph")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoAnswer:
    """One photo as judged. `row` is its index in the manifest's rows; `error` is the code of an unreadable photo."""

    row: int
    listing: str
    label: Label
    logit: float | None
    authenticity: float | None
    cues: tuple[str, ...] = ()
    view: str | None = None
    evidence: Evidence | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingAnswer:
    """One listing as judged; `outcome` is None when no photo could be read, and `error` then says why.

    `logit` is the uncorrected one that the thresholds cut. `maker` is the counterfeit's, where the manifest knows it.
    """

    listing: str
    label: Label
    product: str
    photo_count: int
    logit: float | None
    authenticity: float | None
    outcome: Outcome | None
    fold: int | None = None
    maker: str | None = None
    error: str | None = None

    @property
    def said(self) -> bool:
        """Whether it was called genuine or counterfeit."""
        return self.outcome in ("genuine", "counterfeit")

    @property
    def suspicion(self) -> float:
        """1 − authenticity; an unanswered listing counts 0.5, so that silence gains nothing."""
        return 0.5 if self.authenticity is None else 1 - self.authenticity


def write_answers(path: Path, listings: Sequence[ListingAnswer], precision: Precision) -> None:
    """Writes a CSV with one row a listing, in the manifest's order; nothing where nothing was answered.

    `precision` is that of the graph that judged, in every row, so that tables of both can be put together.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(ANSWER_COLUMNS)
        for a in listings:
            fold = "" if a.fold is None else a.fold
            writer.writerow(
                (
                    a.listing,
                    fold,
                    a.label,
                    a.product,
                    a.photo_count,
                    _number(a.logit),
                    _number(a.authenticity),
                    a.outcome or "",
                    precision,
                )
            )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
