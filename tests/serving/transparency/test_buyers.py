from __future__ import annotations

import asyncio
import datetime
from pathlib import Path
from typing import Any

import pytest

from serving.errors import BuyersNoticeNotDue
from serving.principal import SERVER
from serving.schemas.enforcement.cases import Case
from serving.store.transparency.complaint_rows import RecordedNotice
from serving.transparency.buyers import buyers_notice
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import opened

AT = datetime.datetime(2026, 8, 31, 9, tzinfo=datetime.UTC)


def case_of(folder: Path, **values: Any) -> Case:
    async def work() -> Case:
        async with opened(folder) as store:
            case_id = await decided_case(store, **values)
            return await store.case_rows.find(SERVER, case_id, NOW)

    return asyncio.run(work())


def test_buyers_of_the_six_months_before_are_to_be_informed_of_goods_trader_and_redress(tmp_path: Path) -> None:
    notice = buyers_notice(case_of(tmp_path, listings=2, at=AT), None)
    assert (notice.aware_at, notice.bought_since) == ("2026-08-31T10:00:00.000Z", "2026-02-28T10:00:00.000Z")
    assert [(one.listing_id or "")[:3] for one in notice.listings] == ["l0-", "l1-"]
    for part in ("toy", "illegal", "Seller-77", "out of court", "court"):
        assert part in notice.text
    assert notice.recorded_at is None


def test_what_was_recorded_is_shown(tmp_path: Path) -> None:
    recorded = RecordedNotice(recorded_at=AT, way="publicly", buyers=None)
    notice = buyers_notice(case_of(tmp_path), recorded)
    assert (notice.recorded_at, notice.way, notice.buyers) == ("2026-08-31T09:00:00.000Z", "publicly", None)


@pytest.mark.parametrize(
    "values", [{"state": "rejected"}, {"state": "in_review"}, {"jurisdiction": "CN", "country": "CN"}]
)
def test_nobody_is_to_be_informed_of_a_case_that_was_not_upheld_or_of_another_law(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    with pytest.raises(BuyersNoticeNotDue):
        buyers_notice(case_of(tmp_path, **values), None)
