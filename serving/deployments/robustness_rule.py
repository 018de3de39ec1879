"""Whether a bundle may serve by what it hangs on beside the product: the setting `robustness`."""

from __future__ import annotations

from typing import Final, Literal

from serving.errors import CandidateBeyondLimits
from vision.bundle.robustness import RobustnessState, RobustnessSummary, describe_state, robustness_state

RobustnessRule = Literal["mark", "refuse_beyond", "require_within"]

_REFUSED: Final[dict[RobustnessRule, frozenset[RobustnessState]]] = {
    "mark": frozenset(),
    "refuse_beyond": frozenset({"beyond"}),
    "require_within": frozenset({"beyond", "incomplete", "not_measured"}),
}


def refuse_by_robustness(summary: RobustnessSummary | None, rule: RobustnessRule, called: str) -> None:
    """Raise CandidateBeyondLimits where the rule refuses a bundle, which the message calls `called`."""
    if robustness_state(summary) in _REFUSED[rule]:
        raise CandidateBeyondLimits(
            f"{called} is refused by the setting robustness = {rule!r}. {describe_state(summary)} Train one within its "
            "limits, with evaluation.stress_listings above 0 and a test set, or set robustness = 'mark'"
        )


def call_bundle(candidate: str | None) -> str:
    """What messages call a bundle, by its folder in `bundles_folder`; None is the one that the settings name."""
    return "the bundle of the settings" if candidate is None else f"candidate {candidate!r}"
