from __future__ import annotations

import asyncio
import dataclasses
import datetime
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from serving.cases import seller_side
from serving.cases.moving import WantedMove
from serving.cases.seller_side import SellerSide
from serving.cases.service import LINK_LASTS, Cases
from serving.clock import time_from
from serving.errors import CaseMoveNotAllowed, CaseNotFound, CaseNoticeNotFound, RequestInvalid, RequestTooLarge
from serving.principal import SERVER
from serving.schemas.accounts import MemberSent
from serving.schemas.enforcement.cases import CaseState
from serving.store.cases.case_values import NewListing
from serving.store.store import Store
from serving.store.tables import CaseNoticeRow
from tests.serving.builders.cases.decided_cases import add_members
from tests.serving.builders.cases.new_cases import HOUR, MUGS, TOYS, new_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.stores import opened, photo_names
from vision.errors import PhotoError


async def forwarded(store: Store, at: datetime.datetime = NOW, **values: str) -> tuple[str, str]:
    """A case that went to its seller, and the token of the link."""
    await add_members(store)
    cases = Cases(store.case_rows)
    with time_from(lambda: at):
        made = await cases.open(TOYS, new_case(opened_by="member", statement="our logo", **values))
        await cases.move(SERVER, made.case_id, WantedMove(to="upheld"), version=1)
        moved = await cases.move(SERVER, made.case_id, WantedMove(to="forwarded", reason="copied"), version=2)
    (seller,) = moved.seller_tokens
    return made.case_id, seller.token


def test_a_seller_reads_the_reasons_and_answers_once_with_words_and_photos_that_are_kept(tmp_path: Path) -> None:
    photo = jpeg(seed=3)

    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id, token = await forwarded(store)
            side = SellerSide(store)
            with time_from(lambda: NOW):
                notice = await side.read(token)
                assert notice.can_answer
                assert "copied" in notice.text
                assert "our logo" in notice.text
                for _ in range(2):  # the second as when the answer to the first was lost
                    answered = await side.answer(token, "bought from the maker", [photo])
                assert (answered.state, len(answered.sent), answered.sent[0].photos) == ("counter_notice", 1, 1)
            with time_from(lambda: NOW + HOUR):
                more = await side.answer(token, "and here is the licence", [])
                assert [one.text for one in more.sent] == ["bought from the maker", "and here is the licence"]
            case = await store.case_rows.find(TOYS, case_id, NOW)
            assert [(one.to_state, one.actor) for one in case.moves[-1:]] == [("counter_notice", "seller")]
            assert ["bought from the maker" in one.text for one in case.notices[-2:]] == [True, False]
            assert "and here is the licence" in case.notices[-1].text
            await store.event_rows.number()
            found = await store.event_rows.find_page(SERVER, after=0, limit=9, types={"case.evidence_sent"})
            (news,) = found.events
            assert (news.data["case_id"], news.data["photos"], news.data["version"]) == (case_id, 0, case.version)
            assert case.evidence == more.sent
            sha256 = hashlib.sha256(photo).hexdigest()
            rows, evidence_id = store.case_notice_rows, case.evidence[0].evidence_id
            assert await rows.find_photo(TOYS, case_id, evidence_id, 0) == sha256
            with pytest.raises(CaseNotFound):
                await rows.find_photo(MUGS, case_id, evidence_id, 0)
            await store.remove_orphans()
            assert photo_names(tmp_path) == {sha256}

    asyncio.run(work())


def test_an_answer_in_china_is_kept_where_the_next_days_off_are_not_published_yet(tmp_path: Path) -> None:
    december = datetime.datetime(
        2040, 12, 21, 4, tzinfo=datetime.UTC
    )  # the package has China until 2026 or a bit later

    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id, token = await forwarded(store, december, country="CN")
            with time_from(lambda: december):
                answered = await SellerSide(store).answer(token, "bought from the maker", [jpeg()])
            assert [(one.text, one.photos) for one in answered.sent] == [("bought from the maker", 1)]
            case = await store.case_rows.find(SERVER, case_id, december)
            assert case.state == "counter_notice"
            assert [(one.kind, one.at[:10]) for one in case.waiting] == [("declaration_wait_over", "2041-01-07")]

    asyncio.run(work())


@pytest.mark.parametrize("notified", [False, True])
@pytest.mark.parametrize("is_owned", [True, False])
def test_who_owns_the_product_reads_the_answer_where_the_operator_opened_or_the_notifier_was_removed(
    tmp_path: Path, is_owned: bool, notified: bool
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await add_members(store)
            cases = Cases(store.case_rows)
            opens, by = (TOYS, "member") if notified else (SERVER, "operator")
            with time_from(lambda: NOW):
                made = await cases.open(opens, new_case(country="CN", opened_by=by))
                await store.remove_member(SERVER, "m", NOW)
                sent = MemberSent(name="Kites", category="toys", country="CN", products=["toy"] if is_owned else [])
                owner = await store.member_rows.add(SERVER, sent, NOW)
                await cases.move(SERVER, made.case_id, WantedMove(to="upheld"), version=1)
                moved = await cases.move(SERVER, made.case_id, WantedMove(to="forwarded"), version=2)
                seen = await SellerSide(store).answer(moved.seller_tokens[0].token, "from the maker", [])
                case = await cases.find(dataclasses.replace(TOYS, member_id=owner.member_id), made.case_id)
            assert case.notifier_removed is notified
            kept = (
                [("notifier", "receipt"), ("notifier", "decision")] if notified else []
            )  # for the operator to hand on
            declared = [("holder" if is_owned else "notifier", "declaration")] if is_owned or notified else []
            assert [(one.recipient, one.kind) for one in case.notices] == [*kept, *declared]
            assert ["from the maker" in one.text for one in case.notices[len(kept) :]] == [True] * len(declared)
            assert [one.kind for one in case.waiting] == (["declaration_wait_over"] if is_owned else [])
            assert ["have therefore not begun" in one.text for one in seen.outcomes] == ([] if is_owned else [True])

    asyncio.run(work())


def test_a_link_that_ended_was_replaced_or_never_was_leads_nowhere(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id, token = await forwarded(store)
            side = SellerSide(store)
            with time_from(lambda: NOW + LINK_LASTS), pytest.raises(CaseNoticeNotFound):
                await side.read(token)
            with pytest.raises(CaseNoticeNotFound):
                await side.answer(token[:-1], "x", [jpeg()])
            assert photo_names(tmp_path) == set()
            with time_from(lambda: NOW):
                fresh = await side.make_link(SERVER, case_id)
                assert (await side.read(fresh)).case_id == case_id
                with pytest.raises(CaseNoticeNotFound):
                    await side.read(token)
                made = await Cases(store.case_rows).open(SERVER, new_case())
                with pytest.raises(CaseNoticeNotFound, match="not forwarded yet"):
                    await side.make_link(SERVER, made.case_id)

    asyncio.run(work())


def test_what_is_no_photo_or_comes_too_late_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seller_side, "MAX_PHOTO_BYTES", 10)

    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id, token = await forwarded(store, country="US")
            side = SellerSide(store)
            with time_from(lambda: NOW):
                with pytest.raises(PhotoError):
                    await side.answer(token, "x", [b"MZ"])
                with pytest.raises(RequestTooLarge, match=r"photos\.0"):
                    await side.answer(token, "x", [jpeg()])
                await Cases(store.case_rows).move(SERVER, case_id, WantedMove(to="closed"), version=3)
                assert not (await side.read(token)).can_answer
                with pytest.raises(CaseMoveNotAllowed):
                    await side.answer(token, "x", [])
            assert (await store.case_rows.find(SERVER, case_id, NOW)).evidence == []

    asyncio.run(work())


async def forwarded_to_two(store: Store) -> tuple[str, str, str]:
    """A case of two sellers that went to both, and their tokens."""
    cases = Cases(store.case_rows)
    listings = tuple(NewListing(listing_id=f"l-{name}", seller_id=name) for name in ("anna", "bert"))
    with time_from(lambda: NOW):
        made = await cases.open(TOYS, new_case(opened_by="member", listings=listings))
        await cases.move(SERVER, made.case_id, WantedMove(to="upheld", reason="the seal is missing"), version=1)
        moved = await cases.move(SERVER, made.case_id, WantedMove(to="forwarded", reason="copied"), version=2)
    assert [one.share.seller_id for one in moved.seller_tokens] == ["anna", "bert"]
    first, second = moved.seller_tokens
    return made.case_id, first.token, second.token


def test_each_seller_of_a_case_sees_and_answers_its_own(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id, anna, bert = await forwarded_to_two(store)
            side = SellerSide(store)
            with time_from(lambda: NOW):
                read = await side.read(anna)
                assert "l-anna" in read.text
                assert "the seal is missing copied" in read.text
                assert "bert" not in read.model_dump_json()
                assert len((await side.answer(anna, "mine are genuine", [])).sent) == 1
                other = await side.read(bert)
                assert (other.state, other.can_answer, other.sent) == ("counter_notice", True, [])
                assert "anna" not in other.model_dump_json()
            with time_from(lambda: NOW - HOUR):  # a computer's clock that was set back
                await side.answer(bert, "mine too", [])
            case = await store.case_rows.find(SERVER, case_id, NOW)
            assert sorted((one.text, one.positions) for one in case.evidence) == [
                ("mine are genuine", [0]),
                ("mine too", [1]),
            ]
            assert {one.at for one in case.evidence} == {case.moves[-1].at}
            assert [one.recipient for one in case.notices if "mine" in one.text] == ["notifier"] * 2
            await Cases(store.case_rows).move(
                SERVER, case_id, WantedMove(to="upheld", reason="no"), version=case.version
            )
            with time_from(lambda: NOW):
                outcomes = (await side.read(bert)).outcomes
            assert len(outcomes) == 1
            assert "anna" not in str(outcomes)

    asyncio.run(work())


def test_a_link_of_one_of_several_sellers_is_replaced_by_its_notice(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id, anna, bert = await forwarded_to_two(store)
            side = SellerSide(store)
            case = await store.case_rows.find(SERVER, case_id, NOW)
            (notice_id,) = [one.notice_id for one in case.notices if one.positions == [1]]
            with time_from(lambda: NOW):
                with pytest.raises(RequestInvalid, match="several sellers"):
                    await side.make_link(SERVER, case_id)
                with pytest.raises(CaseNoticeNotFound, match="no notice 'x'"):
                    await side.make_link(SERVER, case_id, "x")
                fresh = await side.make_link(SERVER, case_id, notice_id)
                assert "l-bert" in (await side.read(fresh)).text
                assert "l-anna" in (await side.read(anna)).text
                with pytest.raises(CaseNoticeNotFound):
                    await side.read(bert)

    asyncio.run(work())


def test_a_link_of_before_each_seller_had_its_own_still_leads_to_the_whole_case(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id, token = await forwarded(store)

            def forget_places(session: Session) -> None:  # as the migration leaves notices that were there
                session.execute(update(CaseNoticeRow).values(positions=None))

            await store._database.write(forget_places)
            side = SellerSide(store)
            with time_from(lambda: NOW):
                answered = await side.answer(token, "bought from the maker", [])
                assert [(one.text, one.positions) for one in answered.sent] == [("bought from the maker", None)]
                assert (await side.read(await side.make_link(SERVER, case_id))).sent == answered.sent

    asyncio.run(work())


@pytest.mark.parametrize(
    ("country", "moves"),
    [
        ("DE", [("upheld", "the invoice is false"), ("reinstated", "the invoice is true")]),
        ("CN", [("holder_acted", "we sued"), ("reinstated", "the court decided so")]),
        ("US", [("reinstated", "our error"), ("closed", "done")]),
    ],
)
def test_a_seller_reads_by_its_link_what_became_of_its_answer_and_why(
    tmp_path: Path, country: str, moves: list[tuple[CaseState, str]]
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id, token = await forwarded(store, country=country)
            side = SellerSide(store)
            with time_from(lambda: NOW):
                assert (await side.answer(token, "mine is genuine", [])).outcomes == []
                for version, (to, reason) in enumerate(moves, start=4):
                    await Cases(store.case_rows).move(
                        SERVER, case_id, WantedMove(to=to, reason=reason), version=version
                    )
                outcomes = (await side.read(token)).outcomes
            assert [reason in one.text for one, (_, reason) in zip(outcomes, moves, strict=True)] == [True, True]

    asyncio.run(work())
