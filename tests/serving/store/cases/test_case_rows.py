from __future__ import annotations

import asyncio
import dataclasses
import datetime

import pytest

from serving.errors import CaseChanged, CaseCheckMissing, CaseNotFound, IdempotencyKeyReused, RequestInvalid
from serving.principal import SERVER
from serving.store.audit_rows import AuditFilter
from serving.store.cases.case_list import CaseFilter
from serving.store.cases.case_values import CaseChange, CaseClock, NewCaseEvent, NewListing, NewNotice, StoredCase
from serving.store.idempotency_rows import Claim
from serving.store.key_rows import NewKey
from serving.store.store import Store
from tests.serving.builders.cases.new_cases import HOUR, MUGS, TOYS, new_case, opening, to_review
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened


async def event_types(store: Store) -> list[str]:
    await store.event_rows.number()
    found = await store.event_rows.find_page(SERVER, after=0, limit=100)
    return [event.type for event in found.events]


def test_a_case_is_opened_once_by_one_origin_with_its_event_and_entry(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            new = new_case(origin_key="o")
            given = await asyncio.gather(*(store.case_rows.add(SERVER, new, opening()) for _ in range(8)))
            assert len({one.case_id for one in given}) == 1
            assert [one.replayed for one in given].count(False) == 1
            assert await event_types(store) == ["case.opened"]
            entries = await store.audit_rows.find_before(SERVER, AuditFilter(action="case.opened"), 9)
            assert len(entries) == 1
            assert "seller" not in entries[0].content
            with pytest.raises(IdempotencyKeyReused):
                await store.case_rows.add(SERVER, dataclasses.replace(new, fingerprint="f"), opening())

    asyncio.run(work())


def test_a_case_takes_from_its_checks_what_was_left_out_and_stays_when_they_are_deleted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check = dataclasses.replace(new_check(), seller_id="s7")
            await store.check_rows.add(check)
            listings = (NewListing(check_id=check.answer.check_id), NewListing(listing_id="x"))
            made = await store.case_rows.add(SERVER, new_case(product=None, listings=listings), opening())
            case = await store.case_rows.find(SERVER, made.case_id, NOW)
            first = case.listings[0]
            assert (case.product, first.listing_id, first.seller_id) == ("toy", "l", "s7")
            assert (first.check_outcome, first.check_deleted) == ("review", False)
            await store.delete(SERVER, [check.answer.check_id], lambda *_: None)
            again = (await store.case_rows.find(SERVER, made.case_id, NOW)).listings[0]
            assert again == first.model_copy(update={"check_deleted": True})
            with pytest.raises(CaseCheckMissing, match=r"listings\.0\.check_id"):
                await store.case_rows.add(SERVER, new_case(product=None, listings=listings), opening())

    asyncio.run(work())


def test_a_case_is_about_one_product_which_is_the_members_own(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check = new_check()
            await store.check_rows.add(check)
            on_check = (NewListing(check_id=check.answer.check_id),)
            with pytest.raises(RequestInvalid, match="about one product"):
                await store.case_rows.add(SERVER, new_case(product="mug", listings=on_check), opening())
            with pytest.raises(RequestInvalid, match="name the product"):
                await store.case_rows.add(SERVER, new_case(product=None), opening())
            with pytest.raises(RequestInvalid, match="not one of your products"):
                await store.case_rows.add(MUGS, new_case(), opening())
            with pytest.raises(CaseCheckMissing):  # as one that never was
                await store.case_rows.add(MUGS, new_case(product=None, listings=on_check), opening())
            assert (await store.case_rows.count(SERVER, CaseFilter(), NOW)).total == 0

    asyncio.run(work())


def test_of_several_those_that_can_be_are_opened_and_the_others_have_their_error(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            some = [new_case(), new_case(product=None), new_case(origin_key="o"), new_case(origin_key="o")]
            given = await store.case_rows.add_all(SERVER, [(one, opening()) for one in some])
            assert [type(one).__name__ for one in given] == ["OpenedCase", "RequestInvalid", "OpenedCase", "OpenedCase"]
            assert given[2].case_id == given[3].case_id  # type: ignore[union-attr]
            assert (await store.case_rows.count(SERVER, CaseFilter(), NOW)).total == 2

    asyncio.run(work())


def test_a_change_is_the_next_move_with_its_timers_notices_events_and_entry(place: Place) -> None:
    def uphold(case: StoredCase) -> CaseChange:
        assert dict(case.waiting) == {"overdue": NOW + 24 * HOUR}
        return CaseChange(
            to_state="upheld",
            at=NOW + HOUR,
            actor="operator",
            clock=dataclasses.replace(case.clock, paused_s=2.5),
            reason_code="logo",
            reason="wrong logo",
            decided_in_time=True,
            takes_down=True,
            cancels=None,
            notices=(NewNotice(recipient="notifier", kind="decision", body={"text": "upheld"}),),
            events=(NewCaseEvent(type="case.moved"),),
        )

    async def work() -> None:
        async with opened(place) as store:
            made = await store.case_rows.add(SERVER, new_case(), opening())
            after = (await store.case_rows.change(SERVER, made.case_id, uphold)).case
            assert (after.state, after.version, after.waiting, after.decided_in_time) == ("upheld", 2, {}, True)
            case = await store.case_rows.find(SERVER, made.case_id, NOW)
            assert [(move.sequence, move.from_state, move.to_state) for move in case.moves] == [
                (1, None, "received"), (2, "received", "upheld"),
            ]  # fmt: skip
            assert (case.reason_code, case.reason, case.paused_s) == ("logo", "wrong logo", 2.5)
            assert case.listings[0].removed_at == case.decided_at == "2026-05-01T13:00:00.000Z"
            assert [(notice.recipient, notice.text) for notice in case.notices] == [("notifier", "upheld")]
            assert await event_types(store) == ["case.opened", "case.moved"]
            assert len(await store.audit_rows.find_before(SERVER, AuditFilter(object_kind="case"), 9)) == 2

    asyncio.run(work())


def test_who_decides_on_what_is_past_learns_who_moved_it_and_when(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            key = NewKey(key_id="key1", sha256="0" * 64, label="night shift", scopes=frozenset({"cases"}))
            await store.key_rows.add(SERVER, key, NOW)
            anna = dataclasses.replace(SERVER, name="key1")
            made = await store.case_rows.add(SERVER, new_case(member_id="m"), opening())
            both = [store.case_rows.change(anna, made.case_id, to_review, version=1) for _ in range(2)]
            given = await asyncio.gather(*both, return_exceptions=True)
            refused = [one for one in given if isinstance(one, CaseChanged)]
            assert len(refused) == 1
            assert "2026-05-01T13:00:00.000Z by the key 'night shift'" in str(refused[0])
            with pytest.raises(CaseChanged, match="by the operator"):
                await store.case_rows.change(TOYS, made.case_id, to_review, version=1)
            assert (await store.case_rows.find(SERVER, made.case_id, NOW)).version == 2

    asyncio.run(work())


def test_a_move_sent_again_with_its_key_is_made_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            made = await store.case_rows.add(SERVER, new_case(), opening())
            claim = Claim(key_sha256="k", fingerprint="f")
            for again in (False, True):
                after = await store.case_rows.change(SERVER, made.case_id, to_review, version=1, claim=claim)
                assert (after.case.version, after.replayed) == (2, again)
            other = Claim(key_sha256="k", fingerprint="g")
            with pytest.raises(IdempotencyKeyReused):
                await store.case_rows.change(SERVER, made.case_id, to_review, version=2, claim=other)

    asyncio.run(work())


def test_a_refused_change_leaves_nothing(place: Place) -> None:
    def refuse(case: StoredCase) -> CaseChange:
        raise RequestInvalid("no")

    async def work() -> None:
        async with opened(place) as store:
            made = await store.case_rows.add(SERVER, new_case(), opening())
            before = place.dump()
            with pytest.raises(RequestInvalid):
                await store.case_rows.change(SERVER, made.case_id, refuse)
            assert place.dump() == before

    asyncio.run(work())


def test_a_member_sees_what_it_opened_and_what_is_about_its_products_alone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.case_rows
            own = await rows.add(SERVER, new_case(member_id="m"), opening())
            about = await rows.add(SERVER, new_case(product="kite"), opening())
            other = await rows.add(SERVER, new_case(product="mug", member_id="n"), opening())
            for principal, seen in ((SERVER, {own, about, other}), (TOYS, {own, about}), (MUGS, {other})):
                page = await rows.find_page(principal, CaseFilter(), 9, NOW)
                assert {case.case_id for case in page.cases} == {one.case_id for one in seen}
                assert (await rows.count(principal, CaseFilter(), NOW)).total == len(seen)
            for case_id in (other.case_id, "nope"):
                for call in (rows.find(TOYS, case_id, NOW), rows.change(TOYS, case_id, to_review)):
                    with pytest.raises(CaseNotFound) as hidden:
                        await call
                    assert str(hidden.value).replace(case_id, "nope") == (
                        "no case has the id 'nope'; it was never opened here"
                    )

    asyncio.run(work())


def test_a_late_case_is_late_from_its_due_time_on_and_a_paused_one_never(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.case_rows
            due = NOW + 24 * HOUR
            late = await rows.add(SERVER, new_case(), opening())
            paused = CaseClock(due_at=None, due_calendar="c", paused_since=NOW)
            await rows.add(SERVER, new_case(), opening(clock=paused))
            for now, count in ((due, 0), (due + datetime.timedelta(seconds=1), 1)):
                counts = await rows.count(SERVER, CaseFilter(), now)
                assert (counts.total, counts.undecided, counts.late, counts.paused) == (2, 2, count, 1)
                page = await rows.find_page(SERVER, CaseFilter(late_at=now), 9, now)
                assert [(case.case_id, case.is_late) for case in page.cases] == [(late.case_id, True)][:count]

    asyncio.run(work())
