from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from serving.cases import seller_side
from serving.cases.moving import WantedMove
from serving.cases.seller_side import SellerSide
from serving.cases.service import LINK_LASTS, Cases
from serving.clock import time_from
from serving.errors import CaseMoveNotAllowed, CaseNotFound, CaseNoticeNotFound, RequestTooLarge
from serving.principal import SERVER
from serving.store.store import Store
from tests.serving.builders.cases.new_cases import HOUR, MUGS, TOYS, new_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.stores import opened, photo_names
from vision.errors import PhotoError


async def forwarded(store: Store, **values: str) -> tuple[str, str]:
    """A case that went to its seller, and the token of the link."""
    cases = Cases(store.case_rows)
    with time_from(lambda: NOW):
        made = await cases.open(TOYS, new_case(opened_by="member", statement="our logo", **values))
        await cases.move(SERVER, made.case_id, WantedMove(to="upheld"), version=1)
        moved = await cases.move(SERVER, made.case_id, WantedMove(to="forwarded", reason="copied"), version=2)
    assert moved.seller_token is not None
    return made.case_id, moved.seller_token


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
            assert "bought from the maker" in case.notices[-1].text
            assert case.evidence == more.sent
            sha256 = hashlib.sha256(photo).hexdigest()
            rows, evidence_id = store.case_notice_rows, case.evidence[0].evidence_id
            assert await rows.find_photo(TOYS, case_id, evidence_id, 0) == sha256
            with pytest.raises(CaseNotFound):
                await rows.find_photo(MUGS, case_id, evidence_id, 0)
            await store.remove_orphans()
            assert photo_names(tmp_path) == {sha256}

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
