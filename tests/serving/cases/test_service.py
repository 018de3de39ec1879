from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.cases.moving import WantedMove
from serving.cases.service import Cases, hash_link
from serving.clock import time_from
from serving.errors import CalendarUnknown, CaseMoveNotAllowed
from serving.principal import SERVER
from serving.store.cases.case_values import NewListing, OpenedCase
from serving.store.idempotency_rows import Claim
from tests.serving.builders.cases.decided_cases import add_members
from tests.serving.builders.cases.new_cases import HOUR, TOYS, new_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened


def test_a_case_goes_from_its_opening_to_the_sellers_link(tmp_path: Path) -> None:
    place = Place(folder=tmp_path)

    async def work() -> None:
        async with opened(place) as store:
            cases = Cases(store.case_rows)
            with time_from(lambda: NOW):  # a Friday, 14:00 in Berlin
                made = await cases.open(TOYS, new_case(opened_by="member", member_id="other"))
                case = await cases.find(TOYS, made.case_id)
            assert (case.member_id, case.jurisdiction, case.due_at) == ("m", "EU", "2026-05-04T22:00:00.000Z")
            assert [one.to for one in case.allowed_moves] == ["withdrawn"]
            assert made.case_id in case.notices[0].text
            with pytest.raises(CaseMoveNotAllowed):
                await cases.move(TOYS, made.case_id, WantedMove(to="upheld"), version=1)
            with time_from(lambda: NOW + HOUR):
                await cases.move(SERVER, made.case_id, WantedMove(to="upheld"), version=1)
                claim = Claim(key_sha256="k", fingerprint="f")
                moved = await cases.move(SERVER, made.case_id, WantedMove(to="forwarded"), version=2, claim=claim)
                again = await cases.move(SERVER, made.case_id, WantedMove(to="forwarded"), version=2, claim=claim)
            assert (again.case.version, again.seller_tokens) == (3, ())
            (seller,) = moved.seller_tokens
            assert seller.token not in place.dump()
            assert hash_link(seller.token) in place.dump()
            assert (case.is_late, moved.case.decided_in_time) == (False, True)
            assert [one.recipient for one in (await cases.find(TOYS, made.case_id)).notices] == ["notifier"] * 2

    asyncio.run(work())


def test_a_question_and_its_answer_move_the_due_time(tmp_path: Path) -> None:
    place = Place(folder=tmp_path)

    async def work() -> None:
        async with opened(place) as store:
            cases = Cases(store.case_rows)
            await add_members(store)
            with time_from(lambda: NOW):
                case_id = (await cases.open(TOYS, new_case(opened_by="member", country="US"))).case_id
                asked = await cases.ask(SERVER, case_id, "which logo?", version=1)
                assert (asked.due_at, asked.state) == (None, "received")
            with time_from(lambda: NOW + 5 * HOUR):
                answered = await cases.answer(TOYS, case_id, "the one on the left", version=2)
            assert answered.due_at == "2026-05-04T17:00:00.000Z"  # a Friday, 08:00 in New York, 24 h and 5 h
            assert [(one.from_state, one.reason_code) for one in answered.moves[1:]] == [
                ("received", "question"), ("received", "answer"),
            ]  # fmt: skip

    asyncio.run(work())


def test_of_many_those_of_a_country_with_a_calendar_are_opened(tmp_path: Path) -> None:
    place = Place(folder=tmp_path)

    async def work() -> None:
        async with opened(place) as store:
            listings = (NewListing(listing_id="l"),)
            some = [new_case(country=country, listings=listings, origin_key=country) for country in ("DE", "BV", "CN")]
            given = await Cases(store.case_rows).open_all(SERVER, some)
            assert [type(one) for one in given] == [OpenedCase, CalendarUnknown, OpenedCase]

    asyncio.run(work())
