from __future__ import annotations

import asyncio
import dataclasses
import datetime
import functools
from pathlib import Path
from typing import Any

import pytest

from serving.errors import BuyersNoticeNotDue
from serving.principal import SERVER
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import Case, CaseListing, CaseMove, CaseState
from serving.schemas.enforcement.complaints import BuyersNotice
from serving.store.cases.case_values import CaseChange, StoredCase
from serving.store.transparency.buyers_notice_rows import BuyersRecord, RecordedNotice, SameListing
from serving.transparency.buyers import buyers_notice
from tests.serving.builders.cases.new_cases import HOUR
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import opened

AT = datetime.datetime(2026, 8, 31, 9, tzinfo=datetime.UTC)
DECIDED = AT + HOUR
DAY = datetime.timedelta(days=1)
NOTHING = BuyersRecord()


def case_of(folder: Path, **values: Any) -> Case:
    async def work() -> Case:
        async with opened(folder) as store:
            case_id = await decided_case(store, **values)
            return await store.case_rows.find(SERVER, case_id, NOW)

    return asyncio.run(work())


def test_buyers_of_the_six_months_before_are_to_be_informed_of_goods_trader_and_redress(tmp_path: Path) -> None:
    notice = buyers_notice(case_of(tmp_path, listings=2, at=AT), NOTHING, by_country=False)
    assert (notice.aware_at, notice.bought_since) == ("2026-08-31T10:00:00.000Z", "2026-02-28T10:00:00.000Z")
    assert [(one.listing_id or "")[:3] for one in notice.listings] == ["l0-", "l1-"]
    for part in ("toy", "illegal", "Seller-77", "out of court", "court"):
        assert part in notice.text
    assert notice.recorded_at is None


def test_what_was_recorded_is_shown(tmp_path: Path) -> None:
    recorded = RecordedNotice(recorded_at=AT, way="publicly", buyers=None)
    notice = buyers_notice(case_of(tmp_path), BuyersRecord(recorded=recorded), by_country=False)
    assert (notice.recorded_at, notice.way, notice.buyers) == ("2026-08-31T09:00:00.000Z", "publicly", None)


@pytest.mark.parametrize(
    "values", [{"state": "rejected"}, {"state": "in_review"}, {"jurisdiction": "CN", "country": "CN"}]
)
def test_nobody_is_to_be_informed_of_a_case_that_was_not_upheld_or_of_another_law(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    with pytest.raises(BuyersNoticeNotDue):
        buyers_notice(case_of(tmp_path, **values), NOTHING, by_country=False)


def then(to: CaseState, case: StoredCase) -> CaseChange:
    takes_down = {"upheld": True, "reinstated": False}.get(to)
    return CaseChange(
        to_state=to, at=case.moved_at + DAY, actor="operator", clock=case.clock, takes_down=takes_down, cancels=None
    )


def case_moved(folder: Path, *moves: CaseState) -> Case:
    async def work() -> Case:
        async with opened(folder) as store:
            case_id = await decided_case(store, at=AT)
            for to in moves:
                await store.case_rows.change(SERVER, case_id, functools.partial(then, to))
            return await store.case_rows.find(SERVER, case_id, NOW)

    return asyncio.run(work())


def test_upheld_again_after_a_counter_notice_the_six_months_are_those_before_the_first_decision(tmp_path: Path) -> None:
    notice = buyers_notice(case_moved(tmp_path, "forwarded", "counter_notice", "upheld"), NOTHING, by_country=False)
    assert (notice.aware_at, notice.bought_since) == ("2026-08-31T10:00:00.000Z", "2026-02-28T10:00:00.000Z")


def test_a_closed_case_has_buyers_to_inform_unless_its_listings_were_put_back(tmp_path: Path) -> None:
    assert buyers_notice(case_moved(tmp_path, "closed"), NOTHING, by_country=False).listings
    with pytest.raises(BuyersNoticeNotDue):
        buyers_notice(case_moved(tmp_path / "back", "reinstated", "closed"), NOTHING, by_country=False)


def other(days: int, *, informed: int | None = None, country: str = "DE", position: int = 0) -> SameListing:
    """The same listing in a case that was decided so many days after the first one, and informed after so many more."""
    at = DECIDED + days * DAY
    recorded_at = None if informed is None else at + informed * DAY
    return SameListing(position=position, case_id=f"c{days}", country=country, decided_at=at, recorded_at=recorded_at)


def given(*others: SameListing, by_country: bool = False, recorded_after: int | None = None) -> BuyersNotice:
    at = utc_text(DECIDED)
    move = CaseMove.model_construct(sequence=2, at=at, from_state="received", to_state="upheld")
    listings = [
        CaseListing.model_construct(
            position=index, listing_id=f"l{index}", seller_id=f"s{index}", url=None, removed_at=at
        )
        for index in (0, 1)
    ]
    case = Case.model_construct(
        case_id="c", product="toy", country="DE", jurisdiction="EU", state="upheld", moves=[move], listings=listings
    )
    own = RecordedNotice(recorded_at=DECIDED, way="individually", buyers=3)
    if recorded_after is not None:
        own = dataclasses.replace(own, recorded_at=DECIDED + recorded_after * DAY)
    record = BuyersRecord(recorded=None if recorded_after is None else own, others=others)
    return buyers_notice(case, record, by_country=by_country)


ALL = ("2026-02-28", "2026-08-31")


@pytest.mark.parametrize(
    ("others", "by_country", "left"),
    [
        ((), False, ALL),
        ((other(-10),), False, ALL),  # it is due there too, and nobody was informed yet
        ((other(-10, informed=2),), False, None),
        ((other(0, informed=0),), False, None),
        ((other(-400, informed=2),), False, None),  # the listing is down since then
        ((other(-10, informed=2, country="FR"),), False, None),
        ((other(-10, informed=2, country="FR"),), True, ("2026-08-21", "2026-08-31")),  # in Germany it was sold on
        ((other(-10, informed=2),), True, None),
        ((other(-400, informed=2, country="FR"),), True, ALL),
        ((other(10, informed=2),), False, ("2026-02-28", "2026-03-10")),  # six months before the later decision
        ((other(-100, informed=1, country="FR"), other(100, informed=2)), True, ("2026-05-23", "2026-06-09")),
        ((other(-170, informed=1, country="FR"), other(3, informed=2)), True, None),  # each day is in one of the two
    ],
)  # fmt: skip
def test_buyers_that_another_case_informed_are_informed_once(
    others: tuple[SameListing, ...], by_country: bool, left: tuple[str, str] | None
) -> None:
    notice = given(*others, by_country=by_country)
    if left is None:
        assert [one.listing_id for one in notice.listings] == ["l1"]
        assert [one.listing_id for one in notice.informed_before] == ["l0"]
        assert "s0" not in notice.text
        return
    first = notice.listings[0]
    assert first.listing_id == "l0"
    assert ((first.bought_since or "")[:10], (first.bought_until or "")[:10]) == left
    assert first.informed_with == [one.case_id for one in others if one.recorded_at is not None]
    assert first.due_with == [one.case_id for one in others if one.recorded_at is None]
    assert "s0" in notice.text


def test_where_all_were_informed_there_is_nothing_to_write_and_the_cases_are_named() -> None:
    notice = given(other(-3, informed=1), other(-2, informed=1, position=1))
    assert (notice.listings, notice.text) == ([], "")
    assert [one.informed_with for one in notice.informed_before] == [["c-3"], ["c-2"]]


def test_what_was_recorded_stays_as_it_was_when_another_case_tells_later() -> None:
    later = given(other(-3, informed=9), recorded_after=2)
    assert [one.listing_id for one in later.listings] == ["l0", "l1"]
    assert [one.due_with for one in later.listings] == [[], []]
    assert [one.listing_id for one in given(other(-3, informed=4), recorded_after=2).listings] == ["l1"]
