"""Figures as metrics.json and a bundle's record hold them, and back."""

from collections.abc import Mapping
from typing import Any, Final

from training.evaluation.figures import Figures
from vision.json_dataclass import from_json, to_json_table

DECIMALS: Final = 4  # of every figure in metrics.json and in a bundle's record


def figures_as_dict(figures: Figures) -> dict[str, object]:
    """JSON-able: NaN becomes None, floats have 4 decimals."""
    return to_json_table(figures, decimals=DECIMALS)


def read_figures(metrics: Mapping[str, Any]) -> Figures | None:
    """The figures, to 4 decimals, with null as NaN; None where `metrics` is empty or holds something else.

    Raises BundleError where they are ours but broken.
    """
    if "listing" not in metrics or "photo" not in metrics:
        return None
    return from_json(Figures, dict(metrics), "metrics")
