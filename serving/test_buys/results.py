"""Puts accepted plans together by quarter and product, and gives their estimates as they are answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from serving.reviews.answers_csv import csv_lines
from serving.schemas.enforcement.buy_estimates import EstimateList, QuarterEstimates, ShareEstimate, StratumFindings
from serving.schemas.enforcement.buys import BuyState
from serving.store.test_buys.buy_values import PlanFindings
from serving.test_buys.estimates import Estimate, Estimates, StratumResult, estimate
from serving.test_buys.states import MISSING
from serving.test_buys.strata import Stratum

COLUMNS: Final = (
    "quarter", "product", "figure", "share", "low", "high", "lowest", "highest",
    "listings", "purchases", "examined", "missing", "waiting",
)  # fmt: skip


def estimates_of(plans: Iterable[PlanFindings]) -> EstimateList:
    """Estimate each quarter and product of some plans, in their order.

    The frames of accepted plans have no listing in common, so their strata are those of one larger frame.
    """
    together: dict[tuple[str, str | None], list[PlanFindings]] = {}
    for plan in plans:
        together.setdefault((plan.quarter, plan.product), []).append(plan)
    return EstimateList(estimates=[_quarter(quarter, product, some) for (quarter, product), some in together.items()])


def estimate_all(plans: Sequence[PlanFindings]) -> tuple[Estimates, int]:
    """Estimate over all products of some plans together; gives also how many purchases were examined."""
    results = [result for plan in plans for result in _results_of(plan)]
    return _estimate(plans, results), sum(one.examined for one in results)


def estimates_csv(estimates: EstimateList) -> str:
    """Give one line a figure as CSV for spreadsheets."""
    rows: list[Sequence[object]] = [COLUMNS]
    for one in estimates.estimates:
        counts = (one.listings, one.purchases, one.examined, one.missing, one.waiting)
        for name, figure in (("precision", one.precision), ("recall", one.recall), ("prevalence", one.prevalence)):
            shares = (figure.share, figure.low, figure.high, figure.lowest, figure.highest)
            rows.append([one.quarter, one.product, name, *shares, *counts])
    return csv_lines(rows)


def _quarter(quarter: str, product: str | None, plans: Sequence[PlanFindings]) -> QuarterEstimates:
    results = [(plan.plan_id, result) for plan in plans for result in _results_of(plan)]
    counted = [result for _, result in results]
    found = _estimate(plans, counted)
    return QuarterEstimates(
        quarter=quarter,
        product=product,
        listings=sum(plan.frame_size for plan in plans),
        purchases=sum(one.examined + one.unknown for one in counted),
        examined=sum(one.examined for one in counted),
        missing=sum(one.missing for one in counted),
        waiting=sum(one.waiting for one in counted),
        precision=_share(found.precision),
        recall=_share(found.recall),
        prevalence=_share(found.prevalence),
        strata=[
            StratumFindings(
                plan_id=plan_id,
                group=one.stratum.group,
                chosen=one.stratum.chosen,
                size=one.stratum.size,
                probability=one.stratum.probability,
                genuine=one.genuine,
                counterfeit=one.counterfeit,
                missing=one.missing,
                waiting=one.waiting,
            )
            for plan_id, one in results
        ],
    )


def _estimate(plans: Sequence[PlanFindings], results: Sequence[StratumResult]) -> Estimates:
    return estimate(results, "/".join(plan.seed for plan in plans))


def _results_of(plan: PlanFindings) -> list[StratumResult]:
    return [_result(Stratum(**stratum), plan.counts.get(place, {})) for place, stratum in enumerate(plan.strata)]


def _result(stratum: Stratum, counts: Mapping[BuyState, int]) -> StratumResult:
    genuine, counterfeit = counts.get("genuine", 0), counts.get("counterfeit", 0)
    missing = sum(number for state, number in counts.items() if state in MISSING)
    return StratumResult(
        stratum=stratum,
        genuine=genuine,
        counterfeit=counterfeit,
        missing=missing,
        waiting=sum(counts.values()) - genuine - counterfeit - missing,
    )


def _share(found: Estimate) -> ShareEstimate:
    return ShareEstimate(share=found.share, low=found.low, high=found.high, lowest=found.lowest, highest=found.highest)
