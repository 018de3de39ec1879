"""Working groups: what members share with each other, and answers to "is this known?" that give none of it away."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from pydantic import JsonValue

from serving.clock import utc_now
from serving.errors import Base64Invalid
from serving.groups.agreement import (
    kinds_to_ask,
    require_agreeable,
    require_confirmed,
    require_current,
    require_shared,
)
from serving.groups.lookup import Lookup
from serving.groups.matching import Probe
from serving.groups.signal_reader import SignalReader
from serving.groups.watching import GroupWatch
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.groups import (
    Agreement,
    AgreementSent,
    GroupAnswer,
    GroupQuestion,
    ItemsSent,
    ItemsShared,
    SharedKind,
)
from serving.store.groups.bank import Asked
from serving.store.groups.group_store import GroupStore
from serving.store.groups.item_rows import WhatIsAgreed
from serving.store.groups.question_rows import AskedGroup


class WorkingGroups:
    """What a member does in its groups; `questions_per_day` is the limit of one member."""

    def __init__(self, *, store: GroupStore, reader: SignalReader, watch: GroupWatch, questions_per_day: int) -> None:
        self._store = store
        self._reader = reader
        self._limit = questions_per_day
        self.watch = watch

    async def agree(self, principal: Principal, group_id: str, sent: AgreementSent) -> Agreement:
        """Join a group, or change what was agreed to; raises GroupAgreementOutdated or GroupProductForeign."""
        return await self._store.agreements.agree(principal, group_id, sent, utc_now(), require_agreeable)

    async def share(self, principal: Principal, group_id: str, sent: ItemsSent) -> ItemsShared:
        """Share kinds of a check, once; raises CheckNotFound, CheckNotConfirmed, GroupKindNotAgreed and the like."""

        def require(agreed: WhatIsAgreed) -> None:
            require_current(agreed.agreed_version, agreed.latest_version)
            require_shared(sent.kinds, agreed.product, agreed.shares)
            require_confirmed(agreed.confirmations, sent.check_id)

        check = await self._store.items.find_signals(principal, group_id, sent.check_id, require)
        new, skipped = await self._reader.items_of(principal, check, sent.kinds)
        items = await self._store.items.share(principal, group_id, sent.check_id, new, sent.kinds, utc_now(), require)
        return ItemsShared(items=items, skipped=skipped)

    async def ask(self, principal: Principal, group_id: str, question: GroupQuestion) -> GroupAnswer:
        """Answer whether something is known to the other members; raises GroupQuestionsExhausted and PhotoError."""
        group = await self._store.questions.open(principal, group_id, question.check_id, utc_now(), self._limit)
        require_current(group.agreed_version, group.latest_version)
        kinds = kinds_to_ask(question.kinds, group.asks)
        lookup = Lookup(probes=await self._probes_of(principal, question, group, kinds), kinds=kinds)
        near = await self._store.questions.search(principal, group_id, lookup.wanted(), lookup.near)
        now, cost = utc_now(), _cost_of(question, group)
        described = {**_described(question, kinds), "photos_or_sellers": cost}
        asked = Asked(near=near, described=described, tell=lookup.answer)
        await self._store.questions.answer(principal, group_id, asked, cost=cost, now=now, limit=self._limit)
        return lookup.answered(utc_text(now))

    async def _probes_of(
        self, principal: Principal, question: GroupQuestion, group: AskedGroup, kinds: Sequence[SharedKind]
    ) -> list[Probe]:
        if group.check is not None:
            return await self._reader.probes_of_check(principal, group.check, kinds)
        if question.photo is not None:
            data = _decoded(question.photo)
            return await self._reader.probes_of_photo(principal, data, question.product, kinds)
        contacts: dict[str, JsonValue] = {"contact": [*question.contacts]}
        return self._reader.probes_of_seller(group.hash_key, question.seller_id, contacts, kinds)


def _decoded(photo: str) -> bytes:
    try:
        return base64.b64decode(photo, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Base64Invalid(
            f"photo: is not standard base64 ({error}); send it without line breaks or a data: prefix"
        ) from error


def _cost_of(question: GroupQuestion, group: AskedGroup) -> int:
    """Give how many photos or sellers a question is about, and at least one."""
    if group.check is not None:
        return max(1, len(group.check.photo_sha256s))
    return max(1, (question.seller_id is not None) + len(question.contacts))


def _described(question: GroupQuestion, kinds: Sequence[SharedKind]) -> dict[str, JsonValue]:
    """Give what the audit log has of a question: no id of a seller, no contact, and no photo."""
    what = "photo" if question.photo is not None else "check" if question.check_id is not None else "seller"
    return {"about": what, "check_id": question.check_id, "kinds": [*kinds]}
