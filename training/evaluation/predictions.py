"""What a bundle predicts of a listing and of a photo, and the CSV file of it."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, get_args

from training.data.manifest import Label
from training.errors import RunError
from vision.bundle.metadata import Precision
from vision.verdict import Evidence, Outcome

T = TypeVar("T", bound=str)

PREDICTION_COLUMNS = ("listing", "fold", "label", "product", "photos", "logit", "authenticity", "outcome", "graph")
# Of a run: predictions for the listings that calibrate it, each by a network for which the listing was held out.
HELD_OUT_PREDICTIONS = "held_out_answers.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoPrediction:
    """One photo. `row` is its index in the manifest's rows; `error` is the code of an unreadable photo."""

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
class ListingPrediction:
    """One listing; `outcome` is None when no photo could be read, and `error` then holds the code.

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
    def is_decided(self) -> bool:
        """Whether the outcome is genuine or counterfeit."""
        return self.outcome in ("genuine", "counterfeit")

    @property
    def suspicion(self) -> float:
        """1 − authenticity; a listing without one counts 0.5, so that abstaining gains nothing."""
        return 0.5 if self.authenticity is None else 1 - self.authenticity


def write_predictions(path: Path, listings: Sequence[ListingPrediction], precision: Precision = "fp32") -> None:
    """Writes a CSV with one row a listing, in the manifest's order; a cell without a value is empty.

    `precision` is that of the graph, in every row, so that tables of both can be put together.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(PREDICTION_COLUMNS)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionTable:
    """Predictions read from a CSV; `has_outcomes` is False where it lacks the column `outcome`."""

    listings: tuple[ListingPrediction, ...]
    has_outcomes: bool


def read_predictions(path: Path) -> PredictionTable:
    """Reads what `write_predictions` wrote, or any CSV with the columns listing, label and authenticity.

    Raises RunError, naming the line and what it should hold.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or ()
            missing = [name for name in ("listing", "label", "authenticity") if name not in columns]
            if missing:
                raise RunError(f"{path} is no table of predictions: it lacks the column {missing[0]}")
            return PredictionTable(
                listings=tuple(_prediction(row, f"{path}, line {reader.line_num}") for row in reader),
                has_outcomes="outcome" in columns,
            )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"{path} can't be read as a table of predictions ({error})") from error


def _prediction(row: Mapping[str, str | None], place: str) -> ListingPrediction:
    try:
        authenticity = _read_number(row["authenticity"])
        if authenticity is not None and not 0 <= authenticity <= 1:
            raise ValueError(f"authenticity is {authenticity}, and must be between 0 and 1")
        if not row["listing"]:
            raise ValueError("listing is empty")
        return ListingPrediction(
            listing=row["listing"],
            label=_one_of(get_args(Label), row["label"], "label"),
            product=row.get("product") or "",
            photo_count=int(row.get("photos") or 0),
            logit=_read_number(row.get("logit")),
            authenticity=authenticity,
            outcome=_one_of(get_args(Outcome), row["outcome"], "outcome") if row.get("outcome") else None,
            fold=int(row["fold"] or 0) if row.get("fold") else None,
        )
    except ValueError as error:
        raise RunError(f"{place}: {error}") from error


def _one_of(known: tuple[T, ...], text: str | None, column: str) -> T:
    for name in known:
        if name == text:
            return name
    raise ValueError(f"{column} is {text!r}, and must be one of {', '.join(known)}")


def _read_number(text: str | None) -> float | None:
    value = float(text) if text else None
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{text!r} is not a number")
    return value


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
