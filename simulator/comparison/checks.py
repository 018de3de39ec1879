"""The figures of checks: counts, filtered lists and CSV, as the operator and as each member sees them."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.checks import TrueCheck

LISTED_SELLERS = 50  # the API counts the most frequent ones


async def compare_checks(comparison: Comparison, api: Api, truth: Sequence[TrueCheck], who: str) -> None:
    """Compare what a caller sees with the checks that it may see."""
    await _compare_counts(comparison, api, truth, f"checks: counts of {who}")
    lists: list[tuple[dict[str, Any], Iterable[TrueCheck]]] = [
        ({"queue": "true"}, (check for check in truth if check.is_queued)),
        ({"outcome": "counterfeit"}, (check for check in truth if check.made.outcome == "counterfeit")),
        ({"decision": "decided"}, (check for check in truth if check.decision is not None)),
        ({"decision": "counterfeit"}, (check for check in truth if check.decision == "counterfeit")),
    ]
    if truth:
        middle = truth[len(truth) // 2].made.at + datetime.timedelta(minutes=1)
        lists.append(({"since": middle.isoformat()}, (check for check in truth if check.made.at >= middle)))
        lists.append(({"until": middle.isoformat()}, (check for check in truth if check.made.at < middle)))
        seller_id = truth[-1].made.seller_id
        lists.append(({"seller_id": seller_id}, (check for check in truth if check.made.seller_id == seller_id)))
    for wanted, expected in lists:
        found = await api.list_all("/v1/checks", "checks", limit=200, **wanted)
        ids = sorted(check["check_id"] for check in found)
        true_ids = sorted(check.made.check_id for check in expected)
        comparison.equal(f"checks: list of {who}, {wanted}", truth=true_ids, answered=ids)
    rows = await api.csv("/v1/checks.csv")
    comparison.equal_items(
        f"checks: CSV of {who}",
        truth={check.made.check_id: (check.made.outcome, check.decision or "") for check in truth},
        answered={row["check_id"]: (row["outcome"], row["decision"]) for row in rows},
    )


async def _compare_counts(comparison: Comparison, api: Api, truth: Sequence[TrueCheck], where: str) -> None:
    counts = await api.get("/v1/checks/counts")
    comparison.equal(f"{where}, total", truth=len(truth), answered=counts["total"])
    queued = sum(check.is_queued for check in truth)
    comparison.equal(f"{where}, queue", truth=queued, answered=counts["queue"])
    by: dict[str, Counter[str]] = {
        "product": Counter(check.made.product for check in truth),
        "outcome": Counter(check.made.outcome for check in truth),
        "decision": Counter(check.decision or "none" for check in truth),
    }
    for facet, expected in by.items():
        answered = {row["value"]: row["checks"] for row in counts[facet]}
        comparison.equal_items(f"{where}, {facet}", truth=expected, answered=answered)
    sellers = Counter(check.made.seller_id for check in truth)
    frequent = sorted(sellers.items(), key=lambda item: (-item[1], item[0]))[:LISTED_SELLERS]
    answered_sellers = [(row["value"], row["checks"]) for row in counts["seller_id"]]
    comparison.equal(f"{where}, seller_id", truth=frequent, answered=answered_sellers)
