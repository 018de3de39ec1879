"""A store with members of one working group, and items of theirs, without a server."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Mapping

from serving.principal import SERVER, Principal
from serving.schemas.accounts import MemberSent
from serving.schemas.enforcement.groups import AgreementSent, GroupItem, GroupSent, Share, SharedKind
from serving.store.groups.bank import Asked, Bank, InForce, ItemWanted
from serving.store.groups.item_rows import NewItem, WhatIsAgreed
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW, new_check

PHOTO_HASH: SharedKind = "photo_hash"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredGroup:
    """A group of members, each with a product of its name, which share and ask photo hashes."""

    store: Store
    group_id: str
    members: Mapping[str, Principal]

    async def agree(self, name: str, *, now: datetime.datetime = NOW, **changes: object) -> None:
        sent = {"terms_version": 1, "shares": [Share(kind=PHOTO_HASH, product=name)], "asks": [PHOTO_HASH], **changes}
        await self.store.groups.agreements.agree(
            self.members[name], self.group_id, AgreementSent.model_validate(sent), now, lambda *_: None
        )

    async def confirm(self, name: str, decision: str = "counterfeit") -> str:
        """Store a check of the member's product with this decision; gives its id."""
        new = new_check(b"photo")
        answer = new.answer.model_copy(update={"product": name})
        await self.store.check_rows.add(dataclasses.replace(new, answer=answer, member_id=self.members[name].member_id))
        await self.store.review_rows.add(self.members[name], answer.check_id, decision, "", NOW)  # type: ignore[arg-type]
        return answer.check_id

    async def give(self, name: str, *items: NewItem, check_id: str | None = None) -> list[GroupItem]:
        of_check = await self.confirm(name) if check_id is None else check_id
        new = items or (NewItem(kind=PHOTO_HASH, part=0, value=bytes(32)),)
        return await self.store.groups.items.share(
            self.members[name], self.group_id, of_check, new, {item.kind for item in new}, NOW, allow
        )

    async def search(self, name: str) -> list[str]:
        """Give the ids of all that the others share, as a question finds them."""

        def near(bank: Bank) -> list[str]:
            return sorted(item.item_id for item in bank.items)

        wanted = [ItemWanted(kind=PHOTO_HASH)]
        return await self.store.groups.questions.search(self.members[name], self.group_id, wanted, near)

    async def answer(
        self, name: str, item_ids: list[str], *, now: datetime.datetime = NOW, limit: int = 9, cost: int = 1
    ) -> InForce:
        """Give what of these items the transaction of an answer finds in force, all of which it counts."""
        answered: list[InForce] = []

        def answer(found: InForce) -> Collection[str]:
            answered[:] = [found]
            return [item.item_id for item in found.items]

        asked = Asked(near=item_ids, described={}, tell=answer)
        await self.store.groups.questions.answer(
            self.members[name], self.group_id, asked, cost=cost, now=now, limit=limit
        )
        return answered[0]


async def make_group(store: Store, *names: str) -> StoredGroup:
    sent = GroupSent(name="-".join(names), category="toys", terms="terms")
    group = await store.groups.groups.add(SERVER, sent, NOW)
    members = {}
    for name in names:
        made = await store.member_rows.add(
            SERVER, MemberSent(name=name, category="toys", country="DK", products=[name]), NOW
        )
        members[name] = Principal(name=name, rate_key=name, member_id=made.member_id, products=frozenset({name}))
        await store.groups.groups.invite(SERVER, group.group_id, made.member_id, NOW)
    found = StoredGroup(store=store, group_id=group.group_id, members=members)
    for name in names:
        await found.agree(name)
    return found


def allow(agreed: WhatIsAgreed) -> None:
    """Allow every check to be shared."""
