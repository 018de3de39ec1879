"""Names of a comparison's figures and the format of its numbers, in the terminal and on the page."""

import math

from training.comparison.paired import PairedName
from training.statistics.estimate import Estimate

FIGURE_NAMES: dict[PairedName, str] = {
    "mean_of_folds": "AUROC, mean of folds",
    "auroc": "AUROC, pooled",
    "average_precision": "average precision",
    "tpr_at_5pct_fpr": "TPR at 5 % FPR",
    "tpr_at_1pct_fpr": "TPR at 1 % FPR",
    "brier": "Brier",
    "coverage": "coverage",
    "genuine_flagged": "genuine flagged",
    "counterfeit_passed": "counterfeit passed",
}


def signed(value: float, digits: int = 4) -> str:
    """`+0.0332`, or a dash where it is undefined."""
    return "–" if math.isnan(value) else f"{value:+.{digits}f}"


def signed_interval(difference: Estimate) -> str:
    """`+0.0164 to +0.0497`; empty where it is undefined."""
    return "" if math.isnan(difference.low) else f"{signed(difference.low)} to {signed(difference.high)}"
