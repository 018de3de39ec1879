"""Questions and what happens to the bank while they are answered, on both databases."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable

import pytest

from serving.errors import GroupNotFound, GroupNotJoined, GroupQuestionsExhausted
from serving.principal import SERVER
from serving.schemas.enforcement.groups import WithdrawalOfItems
from serving.store.groups.question_rows import WINDOW
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_groups import StoredGroup, make_group
from tests.serving.builders.stores import Place, opened

Step = Callable[[StoredGroup], Awaitable[object]]


async def withdraw(group: StoredGroup) -> None:
    sent = WithdrawalOfItems(everything=True)
    await group.store.groups.items.withdraw(group.members["b"], group.group_id, sent)


async def leave(group: StoredGroup) -> None:
    await group.store.groups.agreements.leave(group.members["b"], group.group_id, NOW)


async def take_out(group: StoredGroup) -> None:
    await group.store.groups.groups.remove(SERVER, group.group_id, group.members["b"].member_id or "", NOW)


async def remove_member(group: StoredGroup) -> None:
    await group.store.remove_member(SERVER, group.members["b"].member_id or "", NOW)


async def agree_to_less(group: StoredGroup) -> None:
    await group.agree("b", shares=[])


async def lose_product(group: StoredGroup) -> None:
    await group.store.member_rows.set_products(SERVER, group.members["b"].member_id or "", [])


async def delete_checks(group: StoredGroup) -> None:
    items = await group.store.groups.items.find_page(group.members["b"], group.group_id, 9)
    for item in items:
        await group.store.delete_one(SERVER, item.check_id)


async def decide_otherwise(group: StoredGroup) -> None:
    items = await group.store.groups.items.find_page(group.members["b"], group.group_id, 9)
    for item in items:
        await group.store.review_rows.add(group.members["b"], item.check_id, "genuine", "", NOW)


@pytest.mark.parametrize(
    "meanwhile",
    [withdraw, leave, take_out, remove_member, agree_to_less, lose_product, delete_checks, decide_otherwise],
)
def test_what_is_withdrawn_in_the_middle_of_a_question_is_not_in_its_answer(place: Place, meanwhile: Step) -> None:
    """The bank is searched, then the giver withdraws, then the answer is made of what is left."""

    async def work() -> None:
        async with opened(place) as store:
            group = await make_group(store, "a", "b", "c")
            (kept,) = await group.give("c")
            await group.give("b")
            near = await group.search("a")
            assert len(near) == 2
            await meanwhile(group)
            found = await group.answer("a", near)
            assert [item.item_id for item in found.items] == [kept.item_id]
            assert {giver.name for giver in found.givers} == ({"b", "c"} if meanwhile is decide_otherwise else {"c"})

    asyncio.run(work())


def test_of_many_withdrawals_and_questions_at_once_no_answer_follows_a_withdrawal(place: Place) -> None:
    """Each item is counted as often as it was answered before it was gone: nothing is counted after it."""

    async def work() -> None:
        async with opened(place) as store:
            group = await make_group(store, "a", "b", "c")
            given = [(await group.give("b"))[0] for _ in range(4)]
            near = await group.search("a")
            gone: list[str] = []
            late: list[str] = []

            async def withdraw_one(item_id: str) -> None:
                sent = WithdrawalOfItems(item_id=item_id)
                await store.groups.items.withdraw(group.members["b"], group.group_id, sent)
                gone.append(item_id)

            async def ask() -> None:
                before = set(gone)
                found = await group.answer("a", near, limit=99)
                late.extend(item.item_id for item in found.items if item.item_id in before)

            await asyncio.gather(*(step for item in given for step in (ask(), withdraw_one(item.item_id), ask())))
            assert late == []
            assert (await group.answer("a", near, limit=99)).items == []

    asyncio.run(work())


def test_who_leaves_in_the_middle_of_its_own_question_is_not_answered(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            group = await make_group(store, "a", "b")
            await group.give("b")
            near = await group.search("a")
            await store.groups.agreements.leave(group.members["a"], group.group_id, NOW)
            with pytest.raises(GroupNotFound):
                await group.answer("a", near)
            await store.groups.groups.invite(SERVER, group.group_id, group.members["a"].member_id or "", NOW)
            with pytest.raises(GroupNotJoined):
                await group.answer("a", near)
            (item,) = await store.groups.items.find_page(SERVER, group.group_id, 9)
            assert item.matches == 0

    asyncio.run(work())


def test_a_match_is_counted_with_its_date_and_a_question_towards_the_limit_of_a_day(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            group = await make_group(store, "a", "b")
            await group.give("b")
            near = await group.search("a")
            assert (await group.answer("a", near, limit=3, cost=2)).questions_left == 1
            with pytest.raises(GroupQuestionsExhausted) as refused:
                await group.answer("a", near, limit=3, cost=2, now=NOW + datetime.timedelta(hours=1))
            assert refused.value.retry_after_s == 23 * 3600
            (item,) = await store.groups.items.find_page(group.members["b"], group.group_id, 9)
            assert (item.matches, item.last_matched_on) == (1, NOW.date().isoformat())
            with pytest.raises(GroupQuestionsExhausted):
                await store.groups.questions.open(group.members["a"], group.group_id, None, NOW, 2)
            later = NOW + WINDOW
            assert (await group.answer("a", near, limit=3, cost=2, now=later)).questions_left == 1

    asyncio.run(work())


def test_the_limit_holds_for_questions_at_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            group = await make_group(store, "a", "b")
            asked = await asyncio.gather(*(group.answer("a", [], limit=3) for _ in range(8)), return_exceptions=True)
            refused = [one for one in asked if isinstance(one, GroupQuestionsExhausted)]
            assert (len(asked), len(refused)) == (8, 5)

    asyncio.run(work())
