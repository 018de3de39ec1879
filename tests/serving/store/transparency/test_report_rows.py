from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from serving.errors import ReportChangeSmall, ReportNotFound
from serving.principal import SERVER
from serving.store.audit_rows import AuditFilter
from serving.store.transparency.report_rows import StoredReport
from tests.serving.builders.cases.new_cases import HOUR
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

QUARTER = "2026-Q1"


def any_version(_: object) -> None:
    """Let every version be followed."""


def test_a_version_never_changes_and_the_same_figures_make_no_other(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.report_rows
            first = await rows.publish(SERVER, QUARTER, "{1}", NOW, NOW, any_version)
            same = await rows.publish(SERVER, QUARTER, "{1}", NOW + HOUR, NOW + HOUR, any_version)
            second = await rows.publish(SERVER, QUARTER, "{2}", NOW + HOUR, NOW + HOUR, any_version)
            assert same == first
            assert (first.version, second.version) == (1, 2)
            assert await rows.find(QUARTER) == second
            assert await rows.find(QUARTER, 1) == first
            await rows.publish(SERVER, "2026-Q2", "{3}", NOW, NOW, any_version)
            assert [(one.quarter, one.version) for one in await rows.find_all()] == [("2026-Q2", 1), (QUARTER, 2)]
            entries = await store.audit_rows.find_before(SERVER, AuditFilter(action="report.published"), 9)
            assert len(entries) == 3

    asyncio.run(work())


def test_what_is_withdrawn_is_shown_no_more_and_its_numbers_are_not_used_again(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.report_rows
            await rows.publish(SERVER, QUARTER, "{1}", NOW, NOW, any_version)
            await rows.withdraw(SERVER, QUARTER, NOW)
            for version in (None, 1):
                with pytest.raises(ReportNotFound):
                    await rows.find(QUARTER, version)
            assert await rows.find_all() == []
            with pytest.raises(ReportNotFound):
                await rows.withdraw(SERVER, QUARTER, NOW)
            assert (await rows.publish(SERVER, QUARTER, "{1}", NOW, NOW, any_version)).version == 2

    asyncio.run(work())


def test_a_version_that_may_not_follow_the_ones_before_is_not_added(place: Place) -> None:
    seen: list[list[int]] = []

    def require(versions: Sequence[StoredReport]) -> None:
        seen.append([one.version for one in versions])
        raise ReportChangeSmall("too small")

    async def work() -> None:
        async with opened(place) as store:
            rows = store.report_rows
            await rows.publish(SERVER, QUARTER, "{1}", NOW, NOW, any_version)
            await rows.withdraw(SERVER, QUARTER, NOW)
            await rows.publish(SERVER, QUARTER, "{2}", NOW, NOW, any_version)
            with pytest.raises(ReportChangeSmall):
                await rows.publish(SERVER, QUARTER, "{3}", NOW, NOW, require)
            assert seen == [[1, 2]]  # the withdrawn one, too: somebody may have it
            assert (await rows.find(QUARTER)).version == 2
            published = await rows.find_published([QUARTER, "2026-Q2"])
            assert {quarter: one.content for quarter, one in published.items()} == {QUARTER: "{2}"}

    asyncio.run(work())
