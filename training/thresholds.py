"""A graph's thresholds in words, as the report and the card print them."""

from dataclasses import dataclass

from training.calibrate import NEVER
from training.wording import promise
from vision.bundle import ANY_PRODUCT, GraphRecord, LabelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdWords:
    """A row of the threshold table: a product, its two thresholds, and what each promises."""

    name: str
    below: str
    above: str
    flagged: str
    passed: str


def threshold_words(graph: GraphRecord, label_kind: LabelKind) -> tuple[ThresholdWords, ...]:
    """The thresholds of a graph in words, by product; the fallback is last."""
    ordered = sorted(graph.thresholds.items(), key=lambda item: (item[0] == ANY_PRODUCT, item[0]))
    fallback = "all products" if len(ordered) == 1 else "any other product"
    return tuple(
        ThresholdWords(
            name=fallback if name == ANY_PRODUCT else name,
            below=_threshold(chosen.counterfeit_below),
            above=_threshold(chosen.genuine_above),
            flagged=promise(chosen.genuine_flagged, chosen, label_kind),
            passed=promise(chosen.counterfeit_passed, chosen, label_kind),
        )
        for name, chosen in ordered
    )


def _threshold(value: float) -> str:
    return f"{value:.2f}" if abs(value) < NEVER else "never"
