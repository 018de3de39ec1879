from __future__ import annotations

import asyncio
import contextlib
import datetime
from pathlib import Path

from serving.cases.standing_service import DAY, FastTrack
from serving.clock import time_from
from serving.principal import SERVER
from serving.store.store import Store
from tests.serving.builders.cases.decided_cases import FIRST, add_cases, case_rows
from tests.serving.builders.stores import opened


def fast_track(store: Store) -> FastTrack:
    return FastTrack(store.fast_track_rows, store.periodic_task_rows)


async def standings(store: Store) -> dict[str, str]:
    return {one.subject_id: one.standing for one in await store.fast_track_rows.find_page(SERVER, 99)}


def test_a_year_of_records_earns_loses_and_earns_again(tmp_path: Path) -> None:
    """Upheld in spring, rejected in summer, nothing in autumn: fast, out for three months, standard."""

    async def work() -> None:
        async with opened(tmp_path) as store:
            spring = [case_rows(number, ("upheld",)) for number in range(36)]
            summer = [
                case_rows(number, ("rejected",), at=FIRST + datetime.timedelta(days=80)) for number in range(36, 42)
            ]
            await add_cases(store, [*spring, *summer])
            found = []
            for days in (0, 1, 79, 81, 90, 172, 174):
                with time_from(lambda days=days: FIRST + datetime.timedelta(days=days, hours=2)):  # type: ignore[misc]
                    for _ in range(2):  # done again, it changes nothing more
                        changed = (await fast_track(store).evaluate_all(SERVER)).changed
                        found.append((days, changed, (await standings(store)).get("m")))
            assert found == [
                (0, 1, "fast"), (0, 0, "fast"), (1, 0, "fast"), (1, 0, "fast"), (79, 0, "fast"), (79, 0, "fast"),
                (81, 1, "out"), (81, 0, "out"), (90, 0, "out"), (90, 0, "out"),
                (172, 0, "out"), (172, 0, "out"), (174, 1, "standard"), (174, 0, "standard"),
            ]  # fmt: skip

    asyncio.run(work())


def test_a_server_evaluates_at_its_start_and_again_after_a_day(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await add_cases(store, [case_rows(number, ("upheld",)) for number in range(36)])
            at = FIRST + datetime.timedelta(hours=2)

            async def evaluated_at() -> str | None:
                page = await store.fast_track_rows.find_page(SERVER, 9)
                return page[0].evaluated_at if page else None

            async def wait_for(text: str) -> None:
                while await evaluated_at() != text:
                    await asyncio.sleep(0.01)

            with time_from(lambda: at):
                task = asyncio.create_task(fast_track(store).evaluate_daily(period_s=0.01))
                await asyncio.wait_for(wait_for("2026-04-01T14:00:00.000Z"), 30)
                at += DAY
                await asyncio.wait_for(wait_for("2026-04-02T14:00:00.000Z"), 30)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            assert await standings(store) == {"m": "fast"}
            assert len(await store.fast_track_rows.find_changes(SERVER, 9)) == 1

    asyncio.run(work())
