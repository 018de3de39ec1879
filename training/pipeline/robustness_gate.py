"""A bundle's robustness in the words of terminal, report and card: its state, its figures, and the limits on them."""

from __future__ import annotations

from dataclasses import dataclass

from training.html.wording import number, percent
from vision.bundle.measured_value import MeasuredShare, MeasuredValue
from vision.bundle.robustness import HANGS_ON_MORE, RobustnessState, RobustnessSummary, headline, robustness_state

BY = {"mask": "mask", "box": "box", "mask_and_box": "mask, else box"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure with its interval, its limit and the listings behind it; `beyond` marks one outside its limit."""

    name: str
    value: str
    interval: str
    limit: str
    listings: int
    beyond: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessGate:
    """What report and card show: the state, the mark where it is deserved, and a row for each figure."""

    state: RobustnessState
    mark: str | None
    sentence: str
    breaches: tuple[str, ...]
    unmeasured: tuple[str, ...]
    rows: tuple[FigureRow, ...]


def describe_robustness(summary: RobustnessSummary | None) -> RobustnessGate:
    """The gate of a bundle; without a summary it was not measured."""
    state = robustness_state(summary)
    return RobustnessGate(
        state=state,
        mark=HANGS_ON_MORE if state == "beyond" else None,
        sentence=headline(summary),
        breaches=tuple(one.text for one in summary.breaches) if summary else (),
        unmeasured=summary.unmeasured if summary else (),
        rows=figure_rows(summary) if summary else (),
    )


def figure_rows(summary: RobustnessSummary) -> tuple[FigureRow, ...]:
    """The figures that were measured: those of the product, then the share of verdicts that each change moves."""
    return (*_product_rows(summary), *_change_rows(summary))


def robustness_lines(summary: RobustnessSummary) -> tuple[str, ...]:
    """The same as a line each, for the terminal."""
    return tuple(
        f"{row.name}: {row.value}"
        + (f" ({row.interval})" if row.interval else "")
        + f", {row.listings} listings"
        + (f"; {row.limit}" if row.limit else "")
        for row in figure_rows(summary)
    )


def _product_rows(summary: RobustnessSummary) -> list[FigureRow]:
    limits, beyond = summary.limits, {one.limit for one in summary.breaches}
    rows = []
    if (inside := summary.evidence_inside) is not None:
        rows.append(
            FigureRow(
                name=f"evidence inside the product, by {BY[inside.product_from]} (even: {percent(inside.if_even)})",
                value=percent(inside.share.value),
                interval=f"{percent(inside.share.low)} to {percent(inside.share.high)}",
                limit=f"at least {percent(limits.evidence_inside)}",
                listings=inside.listings,
                beyond="evidence_inside" in beyond,
            )
        )
    if (swapped := summary.other_background) is not None:
        rows += [
            FigureRow(
                name=f"AUROC before other backgrounds (unchanged: {number(swapped.auroc_before.value)})",
                value=number(swapped.auroc.value),
                interval=_interval(swapped.auroc),
                limit="",
                listings=swapped.listings,
                beyond=False,
            ),
            FigureRow(
                name=f"fall of AUROC before other backgrounds (cut by {BY[swapped.product_from]})",
                value=number(swapped.fall.value),
                interval=_interval(swapped.fall),
                limit=f"at most {limits.auroc_fall:g}",
                listings=swapped.listings,
                beyond="auroc_fall" in beyond,
            ),
        ]
    if (painted := summary.painted_out) is not None:
        rows.append(
            FigureRow(
                name="AUROC of the logits, product painted out",
                value=number(painted.auroc.value) if painted.with_logit else "no logit",
                interval=_interval(painted.auroc) if painted.with_logit else "",
                limit="interval contains 0.5" if limits.painted_out_by_chance else "",
                listings=painted.listings,
                beyond="painted_out_by_chance" in beyond,
            )
        )
    return rows


def _change_rows(summary: RobustnessSummary) -> list[FigureRow]:
    limits = summary.limits
    return [
        FigureRow(
            name=f"verdicts changed: {one.name}" + (f" ({one.flipped.hits} reversed)" if one.flipped.hits else ""),
            value=percent(one.changed.value),
            interval=_share_interval(one.changed),
            limit=f"at most {percent(limits.verdicts_changed)}" if one.bounded else "",
            listings=one.changed.n,
            beyond=one.bounded
            and one.changed.n >= limits.listings
            and (one.changed.value > limits.verdicts_changed or one.flipped.value > limits.verdicts_reversed),
        )
        for one in summary.changes
    ]


def _interval(value: MeasuredValue) -> str:
    return f"{number(value.low)} to {number(value.high)}"


def _share_interval(share: MeasuredShare) -> str:
    return f"{percent(share.low)} to {percent(share.high)}"
