from __future__ import annotations

import asyncio
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy.orm import Session

from serving.principal import SERVER, Principal
from serving.schemas.enforcement.cases import CaseCounts, CaseValueCount
from serving.store.cases.case_counts import Facet, counting
from serving.store.cases.case_list import CaseFilter
from serving.store.database.migrations import migrate
from tests.serving.builders.cases.new_cases import TOYS, new_case, opening
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.query_plans import plan_of
from tests.serving.builders.stores import Place, opened


def values(counts: list[CaseValueCount]) -> dict[str, int]:
    return {one.value: one.cases for one in counts}


def test_each_filter_is_counted_beside_the_others(place: Place) -> None:
    async def work() -> CaseCounts:
        async with opened(place) as store:
            for product, country in (("toy", "DE"), ("toy", "CN"), ("kite", "DE"), ("mug", "US")):
                await store.case_rows.add(SERVER, new_case(product=product, country=country), opening())
            return await store.case_rows.count(SERVER, CaseFilter(product="toy", country="DE"), NOW)

    counts = asyncio.run(work())
    assert (counts.total, counts.undecided, counts.late) == (1, 1, 0)
    assert values(counts.product) == {"toy": 1, "kite": 1}
    assert values(counts.country) == {"DE": 1, "CN": 1}
    assert values(counts.state) == {"received": 1}


@pytest.mark.parametrize("principal", [SERVER, TOYS], ids=lambda principal: principal.name)
def test_counting_reads_indexes_and_no_case(tmp_path: Path, principal: Principal) -> None:
    engine = Place(folder=tmp_path).connect()  # PostgreSQL chooses by how many rows there are
    migrate(engine)
    facets: tuple[Facet, ...] = get_args(Facet)
    with Session(engine) as session:
        plans = [plan_of(session, counting(principal, CaseFilter(), facet)) for facet in facets]
    engine.dispose()
    assert [plan for plan in plans if "COVERING INDEX" not in plan] == []
