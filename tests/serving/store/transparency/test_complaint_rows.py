from __future__ import annotations

import asyncio
import dataclasses
import datetime
import functools
from typing import Any

import pytest

from serving.cases.clocks.periods import complaint_window
from serving.cases.moving import WantedMove, decide_move
from serving.cases.timers import fire_due
from serving.errors import CaseNotFound, ComplaintDecided, ComplaintNotFound, ComplaintNotPossible
from serving.principal import SERVER
from serving.schemas.enforcement.cases import CaseActor
from serving.schemas.enforcement.complaints import Complaint, ComplaintOutcome, DecisionAgainst
from serving.store.audit_rows import AuditFilter
from serving.store.cases.case_values import CaseChange, StoredCase
from serving.store.deletion.erasure import finish_erasure, start_erasure
from serving.store.store import Store
from serving.store.transparency.complaint_rows import CaseDecision, ContestedCase
from serving.transparency.complaints import contested_decision, reversal_of
from tests.serving.builders.cases.new_cases import HOUR, MUGS, TOYS, new_case, opening
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

LATER = NOW + 2 * HOUR
PERSON = dataclasses.replace(SERVER, name="ts_9", key_id="9", user_id="u9")


async def complain(
    store: Store, case_id: str, side: Any = "notifier", principal: Any = TOYS, text: str = "No."
) -> Complaint:
    return await store.complaint_rows.add(
        principal, case_id, side, text, lambda case: contested_decision(case, side, LATER), LATER
    )


def reject(case: StoredCase) -> CaseChange:
    return decide_move(case, WantedMove(to="rejected", reason="No copy."), "operator", NOW + HOUR)


def moved(wanted: WantedMove, actor: CaseActor, at: datetime.datetime, case: StoredCase) -> CaseChange:
    return decide_move(case, wanted, actor, at)


def reverse(decision: DecisionAgainst, case: StoredCase) -> CaseChange | None:
    return reversal_of(decision, "Wrong.", case, LATER)


def test_a_complaint_is_taken_once_with_its_event_and_entry(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            case_id = await decided_case(store, state="rejected", member_id="m")
            given = await asyncio.gather(*(complain(store, case_id) for _ in range(4)))
            assert len({one.complaint_id for one in given}) == 1
            assert (given[0].decision, given[0].decision_sequence, given[0].state) == ("rejected", 2, "open")
            with pytest.raises(ComplaintNotPossible, match=given[0].complaint_id):
                await complain(store, case_id, text="Something else.")
            await store.event_rows.number()
            events = (await store.event_rows.find_page(TOYS, after=0, limit=99)).events
            assert [event.type for event in events].count("complaint.received") == 1
            entries = await store.audit_rows.find_before(SERVER, AuditFilter(action="complaint.received"), 9)
            assert len(entries) == 1
            assert "No." not in entries[0].content

    asyncio.run(work())


def test_a_reversal_reinstates_in_the_same_transaction_and_names_who_decided(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            case_id = await decided_case(store)
            made = await complain(store, case_id, "seller", SERVER)
            rows = store.complaint_rows
            decided = await rows.decide(PERSON, made.complaint_id, "reversed", "Wrong.", reverse, LATER)
            assert (decided.state, decided.decided_by, decided.case_state) == ("reversed", "ts_9", "reinstated")
            case = await store.case_rows.find(SERVER, case_id, LATER)
            assert (case.state, case.listings[0].removed_at) == ("reinstated", None)
            with pytest.raises(ComplaintDecided):
                await rows.decide(PERSON, made.complaint_id, "confirmed", "x", reverse, LATER)

    asyncio.run(work())


@pytest.mark.parametrize(("outcome", "ends_in"), [("confirmed", "closed"), ("reversed", "in_review")])
def test_a_case_is_not_closed_while_a_complaint_that_came_in_time_is_undecided(
    place: Place, outcome: ComplaintOutcome, ends_in: str
) -> None:
    async def work() -> None:
        async with opened(place) as store:
            case_id, other_id = [
                (await store.case_rows.add(SERVER, new_case(member_id="m"), opening(timers=()))).case_id for _ in "ab"
            ]
            for one in (case_id, other_id):
                await store.case_rows.change(SERVER, one, reject)
            made = await complain(store, case_id)
            over = complaint_window(NOW + HOUR, "DE").at
            assert await fire_due(store.case_timer_rows, over) == 1  # the other's alone
            assert (await store.case_rows.find(SERVER, other_id, over)).state == "closed"
            assert (await store.case_rows.find(SERVER, case_id, over)).state == "rejected"

            def reverse_late(decision: DecisionAgainst, case: StoredCase) -> CaseChange | None:
                return reversal_of(decision, "Wrong.", case, over + HOUR)

            rows = store.complaint_rows
            await rows.decide(PERSON, made.complaint_id, outcome, "Seen again.", reverse_late, over + HOUR)
            await fire_due(store.case_timer_rows, over + 2 * HOUR)
            assert (await store.case_rows.find(SERVER, case_id, over)).state == ends_in

    asyncio.run(work())


def test_a_sellers_six_months_run_from_when_its_notice_was_forwarded(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            case_id = await decided_case(store)
            seen: list[datetime.datetime | None] = []

            def contest(case: ContestedCase) -> CaseDecision:
                seen.append(case.decisions[-1].informed_at)
                return case.decisions[-1]

            await store.complaint_rows.add(SERVER, case_id, "seller", "No.", contest, LATER)
            for days, to in ((20, "forwarded"), (30, "counter_notice"), (40, "upheld")):
                wanted = WantedMove(to=to, reason="Why.")  # type: ignore[arg-type]
                at = NOW + datetime.timedelta(days=days)
                actor: CaseActor = "seller" if to == "counter_notice" else "operator"
                await store.case_rows.change(SERVER, case_id, functools.partial(moved, wanted, actor, at))
                await store.complaint_rows.add(SERVER, case_id, "seller", "No.", contest, at)
            assert seen == [None, *(NOW + datetime.timedelta(days=days) for days in (20, 20, 40))]

    asyncio.run(work())


def test_of_two_that_decide_at_once_one_is_refused(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            made = await complain(store, await decided_case(store, state="rejected", member_id="m"))
            decide = store.complaint_rows.decide
            answers = await asyncio.gather(
                *(decide(PERSON, made.complaint_id, "confirmed", "x", reverse, LATER) for _ in range(3)),
                return_exceptions=True,
            )
            assert sum(isinstance(one, ComplaintDecided) for one in answers) == 2

    asyncio.run(work())


def test_a_member_complains_of_its_own_cases_and_sees_no_sellers_words(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            case_id = await decided_case(store, member_id="m")
            made = await complain(store, case_id, "seller", SERVER, "I am the seller.")
            assert await store.complaint_rows.find_of_case(TOYS, case_id) == []
            assert len(await store.complaint_rows.find_of_case(SERVER, case_id)) == 1
            with pytest.raises(ComplaintNotPossible, match="as the notifier"):
                await complain(store, case_id, "seller", TOYS)
            with pytest.raises(CaseNotFound):
                await complain(store, case_id, "notifier", MUGS)
            with pytest.raises(ComplaintNotFound):
                await store.complaint_rows.decide(MUGS, made.complaint_id, "confirmed", "x", reverse, LATER)
            await store.event_rows.number()
            events = (await store.event_rows.find_page(TOYS, after=0, limit=99)).events
            assert "complaint.received" not in [event.type for event in events]

    asyncio.run(work())


def test_pages_have_every_complaint_once_newest_first(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            made = [await complain(store, await decided_case(store, state="rejected", member_id="m")) for _ in range(5)]
            found: list[str] = []
            before = None
            while page := await store.complaint_rows.find_page("open", 2, before):
                found += [one.complaint_id for one in page]
                before = page[-1].complaint_id
            assert found == sorted((one.complaint_id for one in made), reverse=True)
            assert not await store.complaint_rows.find_page("reversed", 2, None)

    asyncio.run(work())


def test_an_erased_seller_leaves_no_words_and_the_notifiers_stay(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            upheld = await decided_case(store)
            await complain(store, upheld, "seller", SERVER, "I bought them from my uncle.")
            rejected = await decided_case(store, state="rejected", member_id="m")
            await complain(store, rejected, text="Look again.")
            await finish_erasure(store, SERVER, await start_erasure(store, SERVER, "Seller-77"))
            (of_seller,) = await store.complaint_rows.find_of_case(SERVER, upheld)
            (of_notifier,) = await store.complaint_rows.find_of_case(SERVER, rejected)
            assert (of_seller.text, of_seller.state) == ("", "open")
            assert of_notifier.text == "Look again."

    asyncio.run(work())
