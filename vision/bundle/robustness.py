"""What a bundle's verdicts hang on beside the product: figures of changed copies of test listings, and their limits.

Training measures them on the sealed bundle. Where a figure is missing, or has too few listings, no limit was held: it
is named as not measured, and is not taken for a limit that holds.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from vision.bundle.measured_value import MeasuredShare, MeasuredValue
from vision.bundle.robustness_limits import Breach, RobustnessLimits

HANGS_ON_MORE: Final = "hangs on more than the product"
CHANCE: Final = 0.5
_NOT_MARKED: Final = "the manifest does not mark the product, by boxes or masks"
_NO_LENDER: Final = "no listing has only photos for which one of the other label lends a background"

RobustnessState = Literal["within", "beyond", "incomplete", "not_measured"]
ProductFrom = Literal["mask", "box", "mask_and_box"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedVerdicts:
    """What one change of the photos did to verdicts: `changed` to any other, `flipped` from one label to the other.

    `change` is the change's code, `name` its name in words. Only a `bounded` change counts for the limits.
    """

    change: str
    name: str
    bounded: bool
    changed: MeasuredShare
    flipped: MeasuredShare


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherBackground:
    """The listing AUROC, as answered, before other photos' backgrounds.

    `fall` is how much lower it is, with a paired interval. The product was cut out by `product_from`.
    """

    listings: int
    auroc_before: MeasuredValue
    auroc: MeasuredValue
    fall: MeasuredValue
    product_from: ProductFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedOut:
    """The AUROC of the logits with the product painted out, over `listings`; `with_logit` of them still have one."""

    listings: int
    with_logit: int
    auroc: MeasuredValue


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceInside:
    """The mean over photos of the share of absolute evidence in places that show the product.

    `if_even` is the share of places that do: what an even map would have. The interval is over listings.
    """

    listings: int
    photos: int
    share: MeasuredValue
    if_even: float
    product_from: ProductFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessSummary:
    """The figures of `listings` test listings, None where the manifest did not allow one, and the limits on them."""

    limits: RobustnessLimits
    listings: int
    changes: tuple[ChangedVerdicts, ...]
    other_background: OtherBackground | None = None
    painted_out: PaintedOut | None = None
    evidence_inside: EvidenceInside | None = None

    @property
    def state(self) -> RobustnessState:
        """Whether it is beyond a limit, within all of them, or within those that were measured."""
        if self.breaches:
            return "beyond"
        return "incomplete" if self.unmeasured else "within"

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """The limits that it is beyond, by how much; none where it is within."""
        return (*self._breaches_of_changes(), *self._breaches_of_product())

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """The figures that hold no limit, and why: none where all were measured on enough listings."""
        figures = [(one.name, one.changed.n, one.changed.value) for one in self.changes if one.bounded]
        figures += self._product_figures()
        return tuple(reason for figure in figures if (reason := self._why_unmeasured(*figure)))

    def _product_figures(self) -> list[tuple[str, int, float]]:
        """The figures that need to know where the product is: name, listings and value."""
        swapped, painted, inside = self.other_background, self.painted_out, self.evidence_inside
        without = (0, math.nan)
        ranked = painted.auroc.value if painted and painted.with_logit else CHANCE  # no logit is nothing to rank
        return [
            ("AUROC before other backgrounds", *((swapped.listings, swapped.fall.value) if swapped else without)),
            ("AUROC with the product painted out", *((painted.listings, ranked) if painted else without)),
            ("evidence inside the product", *((inside.listings, inside.share.value) if inside else without)),
        ]

    def _why_unmeasured(self, name: str, n: int, value: float) -> str | None:
        if not n:
            is_marked = self.painted_out is not None or self.evidence_inside is not None
            return f"{name} ({_NO_LENDER if is_marked else _NOT_MARKED})"
        if n < self.limits.listings:
            return f"{name} ({n} listings, and a limit takes {self.limits.listings})"
        return f"{name} (undefined, since a label is missing)" if math.isnan(value) else None

    def _enough(self, n: int) -> bool:
        return n >= self.limits.listings

    def _breaches_of_changes(self) -> Iterator[Breach]:
        for one in self.changes:
            if not (one.bounded and self._enough(one.changed.n)):
                continue
            rules = (
                ("verdicts_changed", one.changed, self.limits.verdicts_changed, "changes"),
                ("verdicts_reversed", one.flipped, self.limits.verdicts_reversed, "reverses"),
            )
            for limit, share, maximum, does in rules:
                if share.value > maximum:
                    yield Breach(
                        limit=limit,
                        text=f"{one.name} {does} {_percent(share.value)} of verdicts ({share.hits} of {share.n}; "
                        f"{_percent(share.low)} to {_percent(share.high)}), {_points(share.value - maximum)} more than "
                        f"the limit of {_percent(maximum)}",
                    )

    def _breaches_of_product(self) -> Iterator[Breach]:
        """Beyond the limits on what needs to know where the product is."""
        limits, swapped, painted, inside = self.limits, self.other_background, self.painted_out, self.evidence_inside
        if swapped and self._enough(swapped.listings) and swapped.fall.value > limits.auroc_fall:
            yield Breach(
                limit="auroc_fall",
                text=f"before other backgrounds the AUROC falls by {_interval(swapped.fall)} to "
                f"{swapped.auroc.value:.3f}, {swapped.fall.value - limits.auroc_fall:.3f} more than the limit of "
                f"{limits.auroc_fall:g}",
            )
        if limits.painted_out_by_chance and painted and self._enough(painted.listings) and _separates_labels(painted):
            nearest = painted.auroc.low if painted.auroc.low > CHANCE else painted.auroc.high
            yield Breach(
                limit="painted_out_by_chance",
                text=f"with the product painted out the logits' AUROC is {_interval(painted.auroc)}, an interval that "
                f"misses {CHANCE} by {abs(nearest - CHANCE):.3f}",
            )
        if inside and self._enough(inside.listings) and inside.share.value < limits.evidence_inside:
            yield Breach(
                limit="evidence_inside",
                text=f"{_percent(inside.share.value)} of the evidence lies on the product "
                f"({_percent(inside.share.low)} to {_percent(inside.share.high)}), "
                f"{_points(limits.evidence_inside - inside.share.value)} less than the limit of "
                f"{_percent(limits.evidence_inside)}",
            )


@functools.lru_cache(maxsize=64)  # every check asks for its bundle's, and it takes the text of every breach
def robustness_state(summary: RobustnessSummary | None) -> RobustnessState:
    """The state of a bundle: `not_measured` without a summary, as in older bundles and without a test set."""
    return "not_measured" if summary is None else summary.state


def headline(summary: RobustnessSummary | None) -> str:
    """The state in one sentence, the mark included where it is deserved."""
    if summary is None:
        return "Whether its verdicts hang on the product alone was not measured."
    if beyond := len({one.limit for one in summary.breaches}):
        return f"The bundle {HANGS_ON_MORE}: it is beyond {beyond} of its limits on robustness."
    if summary.unmeasured:
        return "The bundle is within those of its limits on robustness that were measured."
    return f"The bundle is within its limits on robustness, measured on {summary.listings} test listings."


def describe_state(summary: RobustnessSummary | None) -> str:
    """The headline, which limits it is beyond and by how much, and what was not measured."""
    parts = [headline(summary)]
    if summary is not None:
        parts += [f"{one.text[0].upper()}{one.text[1:]}." for one in summary.breaches]
        parts += [f"Not measured: {'; '.join(summary.unmeasured)}."] if summary.unmeasured else []
    return " ".join(parts)


def beyond_limits(summary: RobustnessSummary | None) -> str | None:
    """The mark of a bundle that is beyond its limits, with which and by how much; None for every other one."""
    return describe_state(summary) if robustness_state(summary) == "beyond" else None


def _separates_labels(painted: PaintedOut) -> bool:
    """Whether the interval misses 0.5; without any logit there is nothing to rank."""
    return painted.with_logit > 0 and (painted.auroc.low > CHANCE or painted.auroc.high < CHANCE)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _points(difference: float) -> str:
    return f"{100 * difference:.1f}".removesuffix(".0") + " points"


def _interval(value: MeasuredValue) -> str:
    return f"{value.value:.3f} [{value.low:.3f}, {value.high:.3f}]"
