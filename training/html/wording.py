"""The words of reports and model cards: numbers, kinds of labels, limits of use, remarks on thresholds."""

import math

from training.statistics.bounds import listings_needed, listings_to_expect
from training.statistics.estimate import Estimate, Proportion
from vision.bundle.metadata import ErrorBound, LabelKind, Thresholds

NBSP = "\u00a0"
NO_INTERVAL = "no interval"
LABEL_KIND_NAMES: dict[LabelKind, str] = {
    "weak": "weak labels",
    "verified": "verified labels",
    "rendered": "rendered photos",
}
LABEL_KIND_SENTENCES: dict[LabelKind, str] = {
    "weak": (
        "The labels that the bundle learned from are weak: they come from whoever published the photos, not from an "
        "expert, and some are wrong. Figures on such labels measure agreement with them, and each guarantee is "
        "relative to the weak labels."
    ),
    "verified": "The labels that the bundle learned from were verified by experts, test buys or reviewers.",
    "rendered": (
        "The bundle learned from rendered photos. Figures on rendered photos test the method where the truth is known; "
        "they are not field performance."
    ),
}
LIMITS: tuple[str, ...] = (
    "It classifies what the photos show. A photo is no proof of what is in the box.",
    "It covers only the products listed here; a new model, colour or packaging of the brand may be called counterfeit.",
    "A counterfeit by a maker outside the training data may pass: see the figures by maker where there are any.",
    "Authenticity is calibrated at the share of counterfeits among its validation listings; set the share of your "
    "marketplace (counterfeit_share) when serving, or the displayed probability is off.",
    "The evidence map shows which parts contributed to the logit, not why; it is a hint for a reviewer, not a finding.",
)


def number(value: float, digits: int = 3) -> str:
    """`0.862`, or a dash where it is undefined."""
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def percent(value: float) -> str:
    """`4.9 %`, `12 %`, `100 %`, or a dash where it is undefined; a decimal only near the two ends."""
    if math.isnan(value):
        return "–"
    digits = 1 if 0 < value < 0.1 or 0.9 < value < 1 else 0
    return f"{100 * value:.{digits}f}".removesuffix(".0") + NBSP + "%"


def interval(figure: Estimate) -> str:
    """`0.83 to 0.89`; shares in percent.

    A bootstrap of labels that don't overlap gives 1 each time, also of four listings: that is no interval.
    """
    if math.isnan(figure.low):
        return ""
    if figure.low == 1.0:
        return NO_INTERVAL
    if isinstance(figure, Proportion):
        return f"{100 * figure.low:.1f} to {100 * figure.high:.1f}{NBSP}%"
    return f"{figure.low:.3f} to {figure.high:.3f}"


def percents(figure: Estimate) -> str:
    """A figure's interval as shares, such as `49 to 58 %`; empty where it is undefined."""
    if figure.low == 1.0:
        return NO_INTERVAL
    return f"{100 * figure.low:.0f} to {percent(figure.high)}" if figure.low == figure.low else ""


def limit_remarks(bound: ErrorBound, thresholds: Thresholds, label_kind: LabelKind) -> tuple[str, ...]:
    """Remarks on a limit: what it is relative to, and why it isn't guaranteed where it isn't."""
    remarks = []
    if bound.n and label_kind == "weak":
        remarks.append("relative to the weak labels")
    if bound.n and label_kind == "rendered":
        remarks.append("on rendered photos")
    if bound.n and thresholds.source == "out_of_fold":
        remarks.append("cross-fitted by other networks")
    if 0 < bound.n < listings_to_expect(bound.limit):
        remarks.append(f"1 in {bound.n + 1} is to be expected on the wrong side")
    if bound.upper > bound.limit:
        remarks.append(f"needs {listings_needed(bound.limit)} or more held-out listings")
    return tuple(remarks)
