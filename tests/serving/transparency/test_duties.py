from __future__ import annotations

import asyncio
import csv
import datetime
from pathlib import Path

import pytest

from serving.clock import time_from
from serving.errors import QuarterNotOver, ReportChangeSmall
from serving.principal import SERVER
from serving.transparency.config import TransparencySettings
from serving.transparency.duties import open_duties
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.stores import opened
from vision.errors import ConfigError

IN_QUARTER = datetime.datetime(2026, 2, 10, tzinfo=datetime.UTC)
END = datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)


def test_what_is_published_is_the_draft_of_that_moment(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            duties = open_duties(store, TransparencySettings())
            for _ in range(6):
                await decided_case(store, at=IN_QUARTER)
            with time_from(lambda: END - datetime.timedelta(seconds=1)), pytest.raises(QuarterNotOver):
                await duties.publish(SERVER, "2026-Q1")
            with time_from(lambda: END):
                draft = await duties.draft("2026-Q1")
                published = await duties.publish(SERVER, "2026-Q1")
                again = await duties.publish(SERVER, "2026-Q1")
                assert (await duties.published("2026-Q1")) == again == published
            assert draft.figures == published.figures
            assert published.version == 1
            (by_outcome,) = [one for one in draft.figures.tables if one.key == "requests_by_outcome"]
            assert by_outcome.total.count == 6

    asyncio.run(work())


def test_a_version_that_differs_by_few_is_refused_also_from_one_that_was_withdrawn(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            duties = open_duties(store, TransparencySettings())
            for _ in range(6):
                await decided_case(store, at=IN_QUARTER)
            with time_from(lambda: END):
                await duties.publish(SERVER, "2026-Q1")
                await decided_case(store, at=IN_QUARTER)
                small = r"since version 1 by less than 5: .*listings_restricted by \+1"
                with pytest.raises(ReportChangeSmall, match=small):
                    await duties.publish(SERVER, "2026-Q1")
                await duties.withdraw(SERVER, "2026-Q1")
                with pytest.raises(ReportChangeSmall, match=small):
                    await duties.publish(SERVER, "2026-Q1")
                for _ in range(4):
                    await decided_case(store, at=IN_QUARTER)
                assert (await duties.publish(SERVER, "2026-Q1")).version == 2

    asyncio.run(work())


def test_the_annual_part_does_not_tell_a_quarter_that_is_not_published(tmp_path: Path) -> None:
    async def work() -> tuple[str, str]:
        async with opened(tmp_path) as store:
            duties = open_duties(store, TransparencySettings())
            for at, count in ((IN_QUARTER, 6), (END, 3)):
                for _ in range(count):
                    await decided_case(store, at=at, member_id="m", opened_by="member")
            before = await duties.annual("4_notices", "2026", exact=False)
            with time_from(lambda: END):
                await duties.publish(SERVER, "2026-Q1")
            return before, await duties.annual("4_notices", "2026", exact=False)

    shown = [
        {row[3]: row[5] for row in csv.reader(text.splitlines())}["KEYWORD_TRADEMARK_INFRINGEMENT"]
        for text in asyncio.run(work())
    ]
    assert shown == ["9", ""]  # 9 less 6 would be 3


def test_a_server_that_is_to_send_without_a_token_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOUCHSTONE_STATEMENTS_TOKEN", raising=False)

    async def work() -> None:
        async with opened(tmp_path) as store:
            settings = TransparencySettings(statements_url="https://database.example/statements")
            with pytest.raises(ConfigError, match="TOUCHSTONE_STATEMENTS_TOKEN"):
                open_duties(store, settings)
            assert not open_duties(store, TransparencySettings()).sender.sends

    asyncio.run(work())
