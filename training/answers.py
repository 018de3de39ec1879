"""What a bundle answered, one record a listing and one a photo, and the table that is kept of it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from training.errors import RunError
from training.manifest import Label
from vision.verdict import Evidence, Outcome

ANSWER_COLUMNS = ("listing", "fold", "label", "product", "photos", "logit", "authenticity", "outcome")
HELD_OUT_ANSWERS = "held_out_answers.csv"  # of a run: on the listings that calibrate it, by networks that left them out


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


def write_answers(path: Path, listings: Sequence[ListingAnswer]) -> None:
    """Writes a CSV with one row a listing, in the manifest's order; nothing where nothing was answered."""
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
                )
            )


def read_answers(path: Path) -> tuple[ListingAnswer, ...]:
    """What `write_answers` wrote. Raises RunError for a file that is none of its kind."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return tuple(_answer(row) for row in csv.DictReader(stream))
    except (KeyError, ValueError, OSError) as error:
        raise RunError(f"{path} holds no answers of a run ({error!r}): make the run anew") from error


def _answer(row: dict[str, str]) -> ListingAnswer:
    label: Label = "counterfeit" if row["label"] == "counterfeit" else "genuine"
    return ListingAnswer(
        listing=row["listing"],
        label=label,
        product=row["product"],
        photo_count=int(row["photos"]),
        logit=float(row["logit"]) if row["logit"] else None,
        authenticity=float(row["authenticity"]) if row["authenticity"] else None,
        outcome=cast(Outcome, row["outcome"]) if row["outcome"] else None,
        fold=int(row["fold"]) if row["fold"] else None,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
