"""The seller's side of a case: reads its notice by a link, and answers with words and photos, without a key."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Final

from serving.cases.moving import WantedMove, decide_more_evidence, decide_move
from serving.cases.service import LINK_LASTS, TOKEN_BYTES, hash_link
from serving.clock import utc_now
from serving.errors import RequestTooLarge
from serving.principal import Principal
from serving.schemas.enforcement.case_notices import SellerNotice
from serving.store.cases.case_notice_rows import EvidencePhoto, NewEvidence
from serving.store.cases.case_values import CaseAddition, CaseChange, StoredCase
from serving.store.store import Store
from vision.photo.format import sniff_format

MAX_PHOTO_BYTES: Final = 10 * 1024 * 1024


class SellerSide:
    """Notices behind links, of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, token: str) -> SellerNotice:
        """Give the notice behind a link; raises CaseNoticeNotFound."""
        return await self._store.case_notice_rows.find_by_link(hash_link(token), utc_now())

    async def answer(self, token: str, text: str, photos: Sequence[bytes]) -> SellerNotice:
        """Keep what a seller sends, and inform the right holder; the first of it moves the case to `counter_notice`.

        Sent again, it is kept once.

        Raises CaseNoticeNotFound, CaseMoveNotAllowed, RequestTooLarge, and PhotoError for a file that is no photo.
        """
        now = utc_now()
        await self.read(token)  # so that nothing is stored for a link that leads nowhere
        named = [_photo_of(index, data) for index, data in enumerate(photos)]
        content = json.dumps([text, [photo.sha256 for photo in named]])
        new = NewEvidence(text=text, photos=tuple(named), fingerprint=hashlib.sha256(content.encode()).hexdigest())

        def decide(case: StoredCase) -> CaseChange | CaseAddition:
            if case.state == "counter_notice":
                return decide_more_evidence(case, text, len(photos), now)
            return decide_move(case, WantedMove(to="counter_notice", reason=text), "seller", now)

        return await self._store.keep_evidence(hash_link(token), new, photos, decide, now)

    async def make_link(self, principal: Principal, case_id: str, notice_id: str | None = None) -> str:
        """Give a new token for a seller's notice of a case; the one before leads nowhere from now on.

        `notice_id` may be None where the case has one seller. Raises CaseNotFound, CaseNoticeNotFound, RequestInvalid.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        rows = self._store.case_notice_rows
        await rows.replace_link(principal, case_id, notice_id, hash_link(token), utc_now() + LINK_LASTS)
        return token


def _photo_of(index: int, data: bytes) -> EvidencePhoto:
    if len(data) > MAX_PHOTO_BYTES:
        raise RequestTooLarge(f"photos.{index}: has {len(data)} bytes; at most {MAX_PHOTO_BYTES} are kept")
    return EvidencePhoto(sha256=hashlib.sha256(data).hexdigest(), media_type=sniff_format(data))
