"""The public figures of each quarter: what is shown equals the truth, and what must be hidden is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.quarters import TrueQuarter
from simulator.truth.service_level import wilson_interval

SMALL: Final = 5  # smaller counts above 0 are hidden
FEW_MEMBERS: Final = 3  # of a country or a category
ROUNDED: Final = 4  # decimals of shares in the report


async def compare_quarter(comparison: Comparison, operator: Api, quarter: str, truth: TrueQuarter) -> None:
    """Compare the figures of a quarter as they would be published now."""
    report = await operator.get(f"/v1/transparency/{quarter}/draft")
    figures = report["figures"]
    tables = {table["key"]: table for table in figures["tables"]}
    for key, counts in truth.tables.items():
        _compare_table(comparison, f"public figures: {quarter}, {key}", tables[key], counts, key, truth)
    _compare_shares(comparison, f"public figures: {quarter}", figures, truth.tables)
    for name in ("listings_restricted", "counter_notices", "reinstated"):
        _compare_count(comparison, f"public figures: {quarter}, {name}", getattr(truth, name), figures[name])
    decided = truth.tables["requests_by_outcome"]
    known = (
        None if truth.median_hours is None or decided["upheld"] + decided["rejected"] < SMALL else truth.median_hours
    )
    comparison.equal(
        f"public figures: {quarter}, median hours",
        truth=None if known is None else round(known, 1),
        answered=figures["median_hours"],
    )


async def compare_published(comparison: Comparison, without_key: Api, truth: Iterable[str]) -> None:
    """Compare which quarters anybody can read."""
    published = (await without_key.get("/v1/transparency"))["reports"]
    answered = sorted(report["quarter"] for report in published)
    comparison.equal("public figures: published quarters", truth=sorted(truth), answered=answered)


def _compare_table(
    comparison: Comparison,
    where: str,
    table: Mapping[str, Any],
    counts: Mapping[str, int],
    key: str,
    truth: TrueQuarter,
) -> None:
    _compare_count(comparison, f"{where}, total", sum(counts.values()), table["total"]["count"])
    cells = {cell["key"]: cell["count"] for cell in table["cells"]}
    comparison.equal(f"{where}, keys", truth=sorted(counts), answered=sorted(cells))
    for name in sorted({*counts} & {*cells}):
        members = truth.members.get((key, name), FEW_MEMBERS)
        few = 0 < members < FEW_MEMBERS
        _compare_count(comparison, f"{where}[{name}]", counts[name], cells[name], must_hide=few and counts[name] > 0)


def _compare_count(
    comparison: Comparison, where: str, truth: int, answered: int | None, *, must_hide: bool = False
) -> None:
    """Compare a count that is shown; one that is hidden is above 0, and a small one is hidden."""
    if answered is None:
        comparison.equal(f"{where}, hidden", truth=truth > 0, answered=True)
    else:
        comparison.equal(where, truth=None if must_hide or 0 < truth < SMALL else truth, answered=answered)


def _compare_shares(
    comparison: Comparison, where: str, figures: Mapping[str, Any], tables: Mapping[str, Mapping[str, int]]
) -> None:
    outcomes, complaints = tables["requests_by_outcome"], tables["complaints_by_outcome"]
    flags = tables["flags_by_review"]
    expected = {
        "in_time": (tables["decisions"]["in_time"], sum(tables["decisions"].values())),
        "upheld": (outcomes["upheld"], outcomes["upheld"] + outcomes["rejected"]),
        "complaints_reversed": (complaints["reversed"], complaints["reversed"] + complaints["confirmed"]),
        "flags_confirmed": (flags["confirmed"], sum(flags.values())),
    }
    shares = {share["key"]: share for share in figures["shares"]}
    for key, (hits, n) in expected.items():
        share = shares[key]
        if share["hidden"]:
            comparison.equal(f"{where}, share {key}, hidden", truth=n > 0, answered=True)
            continue
        low, high = wilson_interval(hits, n) if n else (None, None)
        truth = [None if value is None else round(value, ROUNDED) for value in (hits / n if n else None, low, high)]
        answered = [None if share[name] is None else round(share[name], ROUNDED) for name in ("share", "low", "high")]
        comparison.equal(f"{where}, share {key}", truth=(*truth, n), answered=(*answered, share["n"]))
