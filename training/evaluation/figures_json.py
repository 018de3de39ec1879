"""Reads back the figures that a bundle's record keeps, as `figures_as_dict` wrote them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from training.evaluation.figures import Figures, Group, Quality
from training.statistics.estimate import Figure, Share
from vision.errors import BundleError

_FIGURES = ("auroc", "average_precision", "tpr_at_1pct_fpr", "tpr_at_5pct_fpr", "ece", "brier")

Table = Mapping[str, Any]


def read_figures(metrics: Table) -> Figures | None:
    """The figures, to 4 decimals, with null as NaN; None where `metrics` is empty or holds something else.

    Raises BundleError where they are ours but broken.
    """
    if "listing" not in metrics or "photo" not in metrics:
        return None
    try:
        return Figures(
            listing=_quality(metrics["listing"]),
            photo=_quality(metrics["photo"]),
            outcomes=metrics["outcomes"],
            answered=_share(metrics["answered"]),
            coverage=_share(metrics["coverage"]),
            accuracy_when_said=_share(metrics["accuracy_when_said"]),
            genuine_flagged=_share(metrics["genuine_flagged"]),
            counterfeit_passed=_share(metrics["counterfeit_passed"]),
            by_product=_groups(metrics["by_product"]),
            by_photo_count=_groups(metrics["by_photo_count"]),
            by_maker=_groups(metrics["by_maker"]),
            by_cue=_groups(metrics["by_cue"]),
            by_view=_groups(metrics["by_view"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"the bundle's metrics can't be read ({error!r}): train or evaluate it again.") from error


def _quality(table: Table) -> Quality:
    return Quality(
        genuine=int(table["genuine"]),
        counterfeit=int(table["counterfeit"]),
        ece_95th_if_perfect=_number(table["ece_95th_if_perfect"]),
        **{name: _figure(table[name]) for name in _FIGURES},
    )


def _groups(tables: Sequence[Table]) -> tuple[Group, ...]:
    return tuple(_group(table) for table in tables)


def _group(table: Table) -> Group:
    return Group(
        name=str(table["name"]),
        genuine=int(table["genuine"]),
        counterfeit=int(table["counterfeit"]),
        auroc=_figure(table["auroc"]),
        tpr_at_5pct_fpr=_figure(table["tpr_at_5pct_fpr"]),
        genuine_flagged=_share(table["genuine_flagged"]) if table["genuine_flagged"] else None,
        counterfeit_passed=_share(table["counterfeit_passed"]) if table["counterfeit_passed"] else None,
    )


def _figure(table: Table) -> Figure:
    return Figure(**{name: _number(table[name]) for name in ("value", "low", "high")})


def _share(table: Table) -> Share:
    numbers = {name: _number(table[name]) for name in ("value", "low", "high")}
    return Share(**numbers, hits=int(table["hits"]), n=int(table["n"]))


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
