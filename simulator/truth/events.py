"""What may happen in a simulation: facts that its people know, and what the server answered to them at the time."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from serving.schemas.checks import Decision, Outcome
from serving.schemas.enforcement.cases import CaseActor, CaseOrigin, CaseState, Ground
from simulator.world.photos import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined:
    """A brand owner got an id and a key."""

    at: datetime.datetime
    member_id: str
    name: str
    category: str
    country: str
    product: str
    kind: Literal["member_joined"] = "member_joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckMade:
    """A listing was checked: `label` is what it is in truth, `outcome` what the server answered."""

    at: datetime.datetime
    check_id: str
    member_id: str
    product: str
    listing_id: str
    seller_id: str
    label: Label
    outcome: Outcome
    authenticity: float | None
    kind: Literal["check_made"] = "check_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMade:
    """A reviewer decided on a check, rightly or not."""

    at: datetime.datetime
    check_id: str
    decision: Decision
    kind: Literal["review_made"] = "review_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened:
    """A seller began to sell under an account; accounts of one `owner` are one person in truth."""

    at: datetime.datetime
    seller_id: str
    owner: str
    in_ring: bool
    kind: Literal["account_opened"] = "account_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseListing:
    """A listing of a case, with what it is in truth."""

    listing_id: str
    seller_id: str
    check_id: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """A takedown case was opened; `member_id` is None for the operator's own finding."""

    at: datetime.datetime
    case_id: str
    member_id: str | None
    opened_by: CaseOrigin
    product: str
    ground: Ground
    country: str
    listings: tuple[CaseListing, ...]
    kind: Literal["case_opened"] = "case_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMoved:
    """Somebody moved a case to another state; the server does where a waiting period ended."""

    at: datetime.datetime
    case_id: str
    to: CaseState
    actor: CaseActor
    kind: Literal["case_moved"] = "case_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAsked:
    """The operator asked the notifier something: the clock stands until the answer."""

    at: datetime.datetime
    case_id: str
    kind: Literal["case_asked"] = "case_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswered:
    """The notifier answered, and the clock goes on."""

    at: datetime.datetime
    case_id: str
    kind: Literal["case_answered"] = "case_answered"


Event = Annotated[
    MemberJoined | CheckMade | ReviewMade | AccountOpened | CaseOpened | CaseMoved | CaseAsked | CaseAnswered,
    Field(discriminator="kind"),
]
