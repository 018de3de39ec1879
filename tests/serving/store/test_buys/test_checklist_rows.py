from __future__ import annotations

import asyncio

import pytest

from serving.errors import ChecklistChanged, ChecklistNotFound
from tests.serving.builders.cases.new_cases import MUGS, TOYS
from tests.serving.builders.new_buys import CHECKLIST, OPERATOR
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened


def test_every_change_is_a_version_and_an_old_view_is_refused(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            lists = store.test_buys.checklists
            with pytest.raises(ChecklistNotFound):
                await lists.find(TOYS, "toy")
            first = await lists.change(TOYS, "toy", CHECKLIST, NOW)
            assert first == await lists.change(TOYS, "toy", CHECKLIST, NOW)  # sent again
            shorter = CHECKLIST.model_copy(update={"points": CHECKLIST.points[:1]})
            with pytest.raises(ChecklistChanged, match="at version 1, and you saw 0"):
                await lists.change(OPERATOR, "toy", shorter, NOW)
            second = await lists.change(OPERATOR, "toy", shorter.model_copy(update={"version": 1}), NOW)
            assert (first.version, second.version) == (1, 2)
            assert await lists.find(TOYS, "toy") == second
            assert await lists.find(TOYS, "toy", 1) == first
            with pytest.raises(ChecklistNotFound, match="version 9"):
                await lists.find(TOYS, "toy", 9)

    asyncio.run(work())


def test_the_checklist_of_others_is_not_there(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            lists = store.test_buys.checklists
            await lists.change(TOYS, "toy", CHECKLIST, NOW)
            for asked in (lists.find(MUGS, "toy"), lists.change(MUGS, "toy", CHECKLIST, NOW)):
                with pytest.raises(ChecklistNotFound):
                    await asked

    asyncio.run(work())
