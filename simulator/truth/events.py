"""What may happen in a simulation: facts that its people know, and what the server answered to them at the time."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from serving.schemas.checks import Decision, Outcome
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


Event = Annotated[MemberJoined | CheckMade | ReviewMade | AccountOpened, Field(discriminator="kind")]
