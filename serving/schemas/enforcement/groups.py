"""The JSON of working groups: what members agree to, what they share, and what they are answered."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from serving.schemas.accounts import Category
from serving.schemas.checks import Answered, Name, Sent

SharedKind = Literal["photo_hash", "embedding", "seller_id", "seller_contact"]
# The strongest first: a bought sample was in an expert's hands, a case was decided with both sides heard, and a
# reviewer saw photos.
Confirmation = Literal["test_buy", "case", "review"]
MembershipState = Literal["invited", "joined", "left", "removed"]
Distance = Literal["equal", "very_near", "near"]
Coverage = Literal["all", "named_only", "not_asked", "nothing_to_compare"]
CONFIRMATIONS: tuple[Confirmation, ...] = get_args(Confirmation)
MAX_SHARES = 2000
Terms = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[^\x00]+$")]
Contact = Annotated[
    str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f]+$", strip_whitespace=True)
]


def _once(kinds: list[SharedKind]) -> list[SharedKind]:
    return sorted(set(kinds))


Kinds = Annotated[list[SharedKind], Field(max_length=20), AfterValidator(_once)]


class GroupSent(Sent):
    """A working group to make."""

    name: Name = Field(description="Name, which no other group has.")
    category: Category = Field(description="The industry whose members may be invited.")
    terms: Terms = Field(description="What its members agree to, in words. This is version 1.")


class TermsSent(Sent):
    """The terms of a group from now on."""

    terms: Terms = Field(description="What its members agree to; whoever agreed to the version before is asked anew.")


class InvitationSent(Sent):
    """Whom to invite."""

    member_id: Name = Field(description="`member_id` of a member of the group's category.")


class Share(Sent):
    """What a member agrees to share: one kind of one product."""

    kind: SharedKind = Field(description="What is shared.")
    product: Name = Field(description="One of the member's products.")


class AgreementSent(Sent):
    """What a member agrees to from now on, as a whole: what is left out is not agreed to."""

    terms_version: int = Field(ge=1, description="The version of the terms that was read: the group's latest.")
    shares: Annotated[list[Share], Field(max_length=MAX_SHARES)] = Field(
        description="What it shares. What it gave and is no longer in here is withdrawn at once."
    )
    asks: Kinds = Field(description="The kinds that it may ask about.")
    contact: Contact | None = Field(
        default=None,
        description="Whom to ask at this member, such as a function's e-mail address. Where it is given, a match with "
        "what the member gave names the member; null: it is never named.",
    )
    watch: bool = Field(
        default=False,
        description="Whether each new check of its products is looked up; what is known gives the event `group.match`.",
    )


class Agreement(Answered):
    """What a member agreed to, and when. Every version is kept."""

    agreement: int = Field(description="Number of this agreement among those of this member and group, from 1.")
    member_id: str = Field(description="The member.")
    agreed_at: str = Field(description="When, in UTC.")
    terms_version: int = Field(description="The version of the terms.")
    shares: list[Share] = Field(description="What it shares.")
    asks: list[SharedKind] = Field(description="The kinds that it may ask about.")
    named: bool = Field(description="Whether a match names the member.")
    watch: bool = Field(description="Whether its new checks are looked up.")
    ended_at: str | None = Field(description="When another one took its place, or the member left; null: in force.")


class AgreementList(Answered):
    """Agreements, newest first."""

    agreements: list[Agreement] = Field(description="Those of the caller's member; the operator sees all.")


class GroupMember(Answered):
    """A member of a group, as far as the caller may know of it."""

    member_id: str = Field(description="The member.")
    name: str = Field(description="Its name.")
    state: MembershipState = Field(description="Whether it is invited or has joined, has left or was removed.")
    contact: str | None = Field(description="Whom to ask there; null: it agreed to no contact.")
    invited_at: str = Field(description="When it was invited, in UTC.")
    joined_at: str | None = Field(description="When it agreed for the first time since, in UTC.")
    items: int | None = Field(description="Items of it in force; null: the caller may not know.")


class GroupMemberList(Answered):
    """The members of a group, by name."""

    members: list[GroupMember] = Field(
        description="The operator sees all; a member sees itself, and those that joined and agreed to be named."
    )


class Group(Answered):
    """A working group, as its operator or a member of it sees it."""

    group_id: str = Field(description="Id of the group.")
    name: str = Field(description="Name.")
    category: Category = Field(description="The industry of its members.")
    created_at: str = Field(description="When it was made, in UTC.")
    terms_version: int = Field(description="The latest version of its terms.")
    terms: str = Field(description="Its terms, in their latest version.")
    members: int = Field(description="How many have joined.")
    state: MembershipState | None = Field(description="The caller's own state in it; null for the operator.")
    agreement: Agreement | None = Field(description="The caller's agreement in force; null: none.")
    agreement_outdated: bool = Field(
        description="Whether the caller agreed to earlier terms: until it agrees anew it gives and asks nothing."
    )


class GroupList(Answered):
    """Working groups, by name."""

    groups: list[Group] = Field(description="The operator sees all; a member those that it was invited to or joined.")


class ItemsSent(Sent):
    """What to share of one check."""

    check_id: Name = Field(description="A check of one of your products whose listing is confirmed as counterfeit.")
    kinds: Annotated[Kinds, Field(min_length=1)] = Field(
        description="What to share of it; the agreement must have each kind for its product."
    )


class GroupItem(Answered):
    """One thing that a member shares. Its value is in no answer, not in the giver's own either."""

    item_id: str = Field(description="Id of the item.")
    kind: SharedKind = Field(description="What it is.")
    product: str = Field(description="The product of its check.")
    check_id: str = Field(description="The check that it is from.")
    photo: int | None = Field(description="Index of the photo in that check; null where it is from no photo.")
    bundle_sha256: str | None = Field(
        description="The bundle that made an embedding: it is compared with those of the same one alone."
    )
    member_id: str = Field(description="Who gave it.")
    shared_at: str = Field(description="When, in UTC.")
    agreement: int = Field(description="The agreement under which it was given.")
    terms_version: int = Field(description="The version of the terms under which it was given.")
    confirmed_by: Confirmation | None = Field(
        description="The strongest confirmation that its check has now; null: it has none any more, and counts for "
        "nothing until it has one again."
    )
    matches: int = Field(description="How often an answer counted it.")
    last_matched_on: str | None = Field(description="The date of the latest match, without who asked; null: none.")


class SkippedShare(Answered):
    """A photo or kind of which nothing was shared, and why."""

    kind: SharedKind = Field(description="What was not shared.")
    photo: int | None = Field(description="Index of the photo; null where it is about none.")
    reason: str = Field(description="Why: `photo_flat`, `photo_unreadable`, `no_bundle`, `no_seller_id`, `no_contact`.")


class ItemsShared(Answered):
    """What was shared of a check. Sent again it changes nothing, but for embeddings of another bundle by then."""

    items: list[GroupItem] = Field(description="The items of these kinds that are in force.")
    skipped: list[SkippedShare] = Field(description="Of what nothing could be shared.")


class GroupItemPage(Answered):
    """A page of items, newest first."""

    items: list[GroupItem] = Field(description="Items of the caller's member; the operator sees all.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class WithdrawalOfItems(Sent):
    """What to withdraw: one item, all of a check, or everything that the caller gave."""

    item_id: Name | None = Field(default=None, description="One item.")
    check_id: Name | None = Field(default=None, description="All items of this check.")
    everything: bool = Field(default=False, description="All items that the caller gave to this group.")

    @model_validator(mode="after")
    def name_one(self) -> Self:
        if (self.item_id is not None) + (self.check_id is not None) + self.everything != 1:
            raise ValueError("name one of item_id, check_id and everything")
        return self


class ItemsWithdrawn(Answered):
    """What was withdrawn."""

    withdrawn: int = Field(description="How many items; from now on no answer counts them, and their values are gone.")


class GroupQuestion(Sent):
    """What to look up: one photo, one of your checks, or a seller. It is stored nowhere."""

    photo: str | None = Field(default=None, description="A photo's bytes in standard base64.")
    product: Name | None = Field(
        default=None, description="With `photo`: your product whose bundle makes its embedding; null: hashes alone."
    )
    check_id: Name | None = Field(default=None, description="A check of yours: its photos, its seller and contacts.")
    seller_id: Name | None = Field(default=None, description="An id of a seller, as checks have it.")
    contacts: Annotated[list[Contact], Field(max_length=20)] = Field(
        default_factory=list, description="E-mail addresses, telephone numbers and web addresses of a seller."
    )
    kinds: Kinds | None = Field(default=None, description="Only these kinds; null: all that you agreed to ask about.")

    @model_validator(mode="after")
    def name_one(self) -> Self:
        of_seller = self.seller_id is not None or bool(self.contacts)
        if (self.photo is not None) + (self.check_id is not None) + of_seller != 1:
            raise ValueError("send one of photo, check_id, and seller_id or contacts")
        if self.product is not None and self.photo is None:
            raise ValueError("product goes with photo")
        return self


class WhoToAsk(Answered):
    """A member that gave what matched and agreed to be named."""

    name: str = Field(description="The member.")
    contact: str = Field(description="Whom to ask there.")


class GroupMatch(Answered):
    """That something is known: one entry a kind, whatever the number of items behind it."""

    group_id: str = Field(description="The group whose bank has it.")
    group_name: str = Field(description="Its name.")
    kind: SharedKind = Field(description="What matched.")
    distance: Distance = Field(description="How near the nearest one is, in one of three steps.")
    distance_limit: float = Field(
        description="The upper end of that step: bits of 256 for `photo_hash`, one less the cosine for `embedding`, 0 "
        "for the others."
    )
    min_givers: int = Field(
        description="How many members gave it: each named one, and for the others 1, or 2 for two or more."
    )
    ask: list[WhoToAsk] = Field(description="The givers that agreed to be named.")


class KindAnswered(Answered):
    """How far the bank was searched for one kind."""

    kind: SharedKind = Field(description="The kind.")
    coverage: Coverage = Field(
        description="`all`; `named_only`: too few members that are not named give this kind, so that a match would say "
        "who it is, and theirs were not looked at; `not_asked`: your agreement or question leaves it out; "
        "`nothing_to_compare`: what was sent has nothing of this kind."
    )
    other_bundles: bool = Field(
        default=False, description="Whether there are embeddings of other bundles, which can't be compared with yours."
    )


class GroupAnswer(Answered):
    """Whether it is known. Nothing matched is no proof that it is genuine."""

    known: bool = Field(description="Whether anything matched.")
    matches: list[GroupMatch] = Field(description="At most one entry a kind.")
    kinds: list[KindAnswered] = Field(description="How far each kind was searched.")
    answered_at: str = Field(description="The moment of the bank from which this is, in UTC.")
    questions_left: int = Field(description="How many more questions your member may ask within the next 24 hours.")
