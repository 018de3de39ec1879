"""What may happen in a simulation: facts that its people know, and what the server answered to them at the time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from serving.schemas.checks import Decision, Outcome
from serving.schemas.enforcement.buys import BuyState
from serving.schemas.enforcement.cases import CaseActor, CaseOrigin, CaseState, Ground
from serving.schemas.enforcement.complaints import ComplaintOutcome
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
    """A listing was checked: `label` is what it is in truth, `outcome` what the server answered.

    `photo_sha256s` are of the photos as they were sent, in order.
    """

    at: datetime.datetime
    check_id: str
    member_id: str
    product: str
    listing_id: str
    seller_id: str
    label: Label
    outcome: Outcome
    authenticity: float | None
    photo_sha256s: tuple[str, ...]
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
class RuleMade:
    """The operator made a rule that opens cases in a member's name."""

    at: datetime.datetime
    rule_id: str
    member_id: str
    kind: Literal["rule_made"] = "rule_made"


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
    actor: CaseActor
    kind: Literal["case_answered"] = "case_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimersFired:
    """The server was let do what was due by then in cases."""

    at: datetime.datetime
    kind: Literal["timers_fired"] = "timers_fired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistWritten:
    """A member wrote the first version of its product's checklist for test buys."""

    at: datetime.datetime
    product: str
    kind: Literal["checklist_written"] = "checklist_written"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyPlanned:
    """A test buy is part of a plan that was accepted."""

    at: datetime.datetime
    buy_id: str
    plan_id: str
    quarter: str
    check_id: str
    stratum: int
    probability: float
    kind: Literal["buy_planned"] = "buy_planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyMoved:
    """A test buy came to another state; `cost` is what was paid with this move."""

    at: datetime.datetime
    buy_id: str
    to: BuyState
    cost: float | None = None
    kind: Literal["buy_moved"] = "buy_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingsEvaluated:
    """The records of all members were evaluated for fast track."""

    at: datetime.datetime
    kind: Literal["standings_evaluated"] = "standings_evaluated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintMade:
    """A notifier complained about the decision on a case by the EU's mechanism."""

    at: datetime.datetime
    complaint_id: str
    case_id: str
    kind: Literal["complaint_made"] = "complaint_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintDecided:
    """A person decided a complaint."""

    at: datetime.datetime
    complaint_id: str
    outcome: ComplaintOutcome
    kind: Literal["complaint_decided"] = "complaint_decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFounded:
    """The operator made a working group and invited members, who agreed at once."""

    at: datetime.datetime
    group_id: str
    category: str
    member_ids: tuple[str, ...]
    kind: Literal["group_founded"] = "group_founded"


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerShared:
    """A member of a working group shared the seller of a check that its reviewer confirmed as counterfeit."""

    at: datetime.datetime
    group_id: str
    member_id: str
    check_id: str
    seller_id: str
    kind: Literal["seller_shared"] = "seller_shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAsked:
    """A member asked its group about a seller, and was answered which members to ask."""

    at: datetime.datetime
    group_id: str
    member_id: str
    seller_id: str
    answered: tuple[str, ...]  # names
    kind: Literal["group_asked"] = "group_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLeft:
    """A member left its group: all that it shared is withdrawn."""

    at: datetime.datetime
    group_id: str
    member_id: str
    kind: Literal["group_left"] = "group_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPublished:
    """The public figures of a quarter were published."""

    at: datetime.datetime
    quarter: str
    kind: Literal["report_published"] = "report_published"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvent:
    """An event as the server gave it to a reader, with those facts of it that are compared."""

    sequence: int
    event_id: str
    type: str
    at: datetime.datetime
    product: str | None
    facts: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsRead:
    """A program of the operator's read the server's events from where it had stopped."""

    at: datetime.datetime
    events: tuple[ReadEvent, ...]
    kind: Literal["events_read"] = "events_read"


Event = Annotated[
    MemberJoined
    | CheckMade
    | ReviewMade
    | AccountOpened
    | RuleMade
    | CaseOpened
    | CaseMoved
    | CaseAsked
    | CaseAnswered
    | TimersFired
    | ChecklistWritten
    | BuyPlanned
    | BuyMoved
    | StandingsEvaluated
    | ComplaintMade
    | ComplaintDecided
    | GroupFounded
    | SellerShared
    | GroupAsked
    | GroupLeft
    | ReportPublished
    | EventsRead,
    Field(discriminator="kind"),
]
