from __future__ import annotations

from serving.store.transparency.period_counts import Estimate
from serving.store.transparency.year_counts import ComplaintCounts, GroundCounts, NoticeCounts, YearCounts
from serving.transparency.report.annual_quarters import COMPLAINTS, DECISIONS, MEASURES, NOTICES, exposing_cells
from serving.transparency.statements.vocabulary import INTELLECTUAL_PROPERTY

NOTHING = Estimate(value=None, low=None, high=None, n=0)
YEAR = YearCounts(
    grounds={
        "design": GroundCounts(notices=NoticeCounts(notices=33, actions=40), own=NoticeCounts(notices=7, actions=13))
    },
    of_sellers=ComplaintCounts(confirmed=10, reversed=2),
    of_notifiers=ComplaintCounts(confirmed=20, open=1),
    of_trusted=ComplaintCounts(),
    all_complaints_median_hours=None,
    decided_by_automation=0,
    decided_by_people=40,
    precision=NOTHING,
    recall=NOTHING,
)
QUARTER = {
    "requests_by_ground.design": 12,
    "requests_by_source.member": 11,
    "listings_restricted": 17,
    "complaints_by_side.seller": 4,
    "complaints_by_side.notifier": 7,
    "complaints_by_outcome.confirmed": 10,
    "complaints_by_outcome.total": 11,
    "decided": 13,
}


def test_each_figure_of_a_year_is_compared_with_its_own_of_the_quarters() -> None:
    found = exposing_cells(YEAR, [QUARTER, QUARTER, QUARTER, None])
    assert found[NOTICES] == {"KEYWORD_DESIGN_INFRINGEMENT.0", *(f"{INTELLECTUAL_PROPERTY}.{n}" for n in (6, 8))}
    assert found[MEASURES] == {f"{INTELLECTUAL_PROPERTY}.0", f"{INTELLECTUAL_PROPERTY}.2"}
    assert found[COMPLAINTS] == {"all.open", "all.reversed"}  # 1 and 2, of which the quarters say 0
    assert found[DECISIONS] == {"solely", "not"}


def test_a_year_without_published_quarters_tells_nothing() -> None:
    assert not any(exposing_cells(YEAR, [None] * 4).values())
    assert not any(exposing_cells(YEAR, []).values())
