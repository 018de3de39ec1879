from __future__ import annotations

import asyncio

import pytest

from serving.errors import ReportNotFound
from serving.principal import SERVER
from serving.store.audit_rows import AuditFilter
from tests.serving.builders.cases.new_cases import HOUR
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

QUARTER = "2026-Q1"


def test_a_version_never_changes_and_the_same_figures_make_no_other(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.report_rows
            first = await rows.publish(SERVER, QUARTER, "{1}", NOW, NOW)
            same = await rows.publish(SERVER, QUARTER, "{1}", NOW + HOUR, NOW + HOUR)
            second = await rows.publish(SERVER, QUARTER, "{2}", NOW + HOUR, NOW + HOUR)
            assert same == first
            assert (first.version, second.version) == (1, 2)
            assert await rows.find(QUARTER) == second
            assert await rows.find(QUARTER, 1) == first
            await rows.publish(SERVER, "2026-Q2", "{3}", NOW, NOW)
            assert [(one.quarter, one.version) for one in await rows.find_all()] == [("2026-Q2", 1), (QUARTER, 2)]
            entries = await store.audit_rows.find_before(SERVER, AuditFilter(action="report.published"), 9)
            assert len(entries) == 3

    asyncio.run(work())


def test_what_is_withdrawn_is_shown_no_more_and_its_numbers_are_not_used_again(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.report_rows
            await rows.publish(SERVER, QUARTER, "{1}", NOW, NOW)
            await rows.withdraw(SERVER, QUARTER, NOW)
            for version in (None, 1):
                with pytest.raises(ReportNotFound):
                    await rows.find(QUARTER, version)
            assert await rows.find_all() == []
            with pytest.raises(ReportNotFound):
                await rows.withdraw(SERVER, QUARTER, NOW)
            assert (await rows.publish(SERVER, QUARTER, "{1}", NOW, NOW)).version == 2

    asyncio.run(work())
