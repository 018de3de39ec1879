"""A graph's thresholds and what their limits rest on, as the report and the card print them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from training.html.wording import limit_remarks, percent
from vision.bundle.metadata import ANY_PRODUCT, NEVER, ErrorBound, GraphMetadata, LabelKind, Thresholds

Kind = Literal["guaranteed", "estimate", "no data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """A row of the threshold table: one limit of one product, with the listings that it rests on."""

    name: str
    shown: Literal["all photos", "one photo"]
    error: Literal["genuine flagged", "counterfeit passed"]
    threshold: str
    limit: str
    n: int
    errors: int
    upper: str
    kind: Kind
    remarks: tuple[str, ...]


def limit_rows(graph: GraphMetadata, label_kind: LabelKind) -> tuple[LimitRow, ...]:
    """The limits of a graph by product, the fallback last; then those for listings of one usable photo."""
    rows = list(_rows(graph.thresholds, "all photos", label_kind))
    return (*rows, *_rows(graph.one_photo_thresholds, "one photo", label_kind))


def _rows(
    thresholds: Mapping[str, Thresholds], shown: Literal["all photos", "one photo"], label_kind: LabelKind
) -> Iterator[LimitRow]:
    fallback = "all products" if len(thresholds) == 1 else "any other product"
    for name, chosen in sorted(thresholds.items(), key=lambda item: (item[0] == ANY_PRODUCT, item[0])):
        sides: tuple[tuple[Literal["genuine flagged", "counterfeit passed"], str, float, ErrorBound], ...] = (
            ("genuine flagged", "below", chosen.counterfeit_below, chosen.genuine_flagged),
            ("counterfeit passed", "above", chosen.genuine_above, chosen.counterfeit_passed),
        )
        for error, side, value, bound in sides:
            yield LimitRow(
                name=fallback if name == ANY_PRODUCT else name,
                shown=shown,
                error=error,
                threshold="never" if abs(value) >= NEVER else f"{side} {value:.2f}",
                limit=percent(bound.limit),
                n=bound.n,
                errors=bound.errors,
                upper=percent(bound.upper),
                kind="no data" if not bound.n else "guaranteed" if bound.guaranteed else "estimate",
                remarks=limit_remarks(bound, chosen, label_kind),
            )
