"""What a case is in the store, and what may be written of it: values without rules."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence

from serving.principal import Principal
from serving.schemas.enforcement.cases import (
    CaseActor,
    CaseOrigin,
    CaseState,
    Ground,
    Jurisdiction,
    NoticeKind,
    NoticeRecipient,
    TimerKind,
)
from serving.schemas.events import EventType


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewListing:
    """A listing of a case that is being opened; what is None is taken from its check, where it has one."""

    listing_id: str | None = None
    seller_id: str | None = None
    url: str | None = None
    check_id: str | None = None
    value_amount: float | None = None  # in units of the currency
    value_currency: str | None = None  # ISO 4217


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case that is to be opened.

    `origin_key` names what opens it: opened twice with one, the first one is given. `fingerprint` is that of the
    content where the key is an Idempotency-Key, so that it is refused with other content. `member_id` is the notifying
    member, None for the operator's own finding. `product` None is that of the checks.
    """

    opened_by: CaseOrigin
    listings: tuple[NewListing, ...]
    country: str
    product: str | None = None
    ground: Ground = "trademark"
    statement: str = ""
    member_id: str | None = None
    rule_id: str | None = None
    origin_key: str | None = None
    fingerprint: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewTimer:
    """A timer that is to fire."""

    kind: TimerKind
    fires_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """Something to tell one side; a seller's may have a link, by the SHA-256 of its token.

    `positions` are the listings that a seller's notice is about, None for all of the case.
    """

    recipient: NoticeRecipient
    kind: NoticeKind
    body: Mapping[str, object]
    positions: tuple[int, ...] | None = None
    token_sha256: str | None = None
    expires_at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewCaseEvent:
    """An event of a case; its id, product, state and version are added when it is written."""

    type: EventType
    data: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """The clock of the first decision: when it is due, None while it is paused, and the pauses so far."""

    due_at: datetime.datetime | None
    due_calendar: str | None
    paused_since: datetime.datetime | None = None
    paused_s: float = 0.0  # business time of the pauses that ended


Pause = tuple[datetime.datetime, datetime.datetime]  # a question, and its answer
Receipts = Callable[[str, Sequence[str]], tuple[NewNotice, ...]]


def no_receipts(product: str, listing_names: Sequence[str]) -> tuple[NewNotice, ...]:
    """Give no notice of a case that is being opened."""
    return ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the rules say of a case that is being opened; `case_id` is its id, which sorts by time.

    `receipts` gives its first notices from the product and the names of the listings, which its checks may tell.
    """

    case_id: str
    at: datetime.datetime
    actor: CaseActor
    jurisdiction: Jurisdiction
    clock: CaseClock
    fast_track: bool = False
    timers: tuple[NewTimer, ...] = ()
    receipts: Receipts = no_receipts


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredCase:
    """A case as the rules that change it see it.

    `listing_names` are the ids of its listings, or their addresses, `listing_sellers` their sellers, None where one is
    not known, and `check_outcomes` those of their checks, None where there is none. `decision_reason` is why it was
    upheld the last time. `notifier_removed` says that the member that gave notice was removed since; `owner_id` is the
    member that owns the product now, where there is no notifier, or none any more.
    """

    case_id: str
    created_at: datetime.datetime
    member_id: str | None
    owner_id: str | None
    opened_by: CaseOrigin
    rule_id: str | None
    product: str
    ground: Ground
    country: str
    jurisdiction: Jurisdiction
    statement: str
    listing_names: tuple[str, ...]
    listing_sellers: tuple[str | None, ...]
    check_outcomes: tuple[str | None, ...]
    decision_reason: str
    state: CaseState
    version: int
    fast_track: bool
    clock: CaseClock
    decided_at: datetime.datetime | None
    decided_in_time: bool | None
    moved_at: datetime.datetime  # when the last move was made
    waiting: Mapping[TimerKind, datetime.datetime]  # when the timers fire that wait
    notifier_removed: bool = False

    @property
    def has_notifier(self) -> bool:
        """Whether a member gave notice, and is there to read and to act."""
        return self.member_id is not None and not self.notifier_removed

    @property
    def has_holder(self) -> bool:
        """Whether a right holder is known, who can be sent what the sellers declare."""
        return self.has_notifier or self.owner_id is not None

    def role_of(self, principal: Principal) -> CaseActor:
        """Say in which role a caller who sees the case acts on it."""
        if principal.is_operator:
            return "operator"
        return "notifier" if principal.member_id == self.member_id else "holder"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """What is to be written of a case, all of it in one transaction, as its next move.

    `cancels` are the kinds of timers that wait no longer, None for all of them. `takes_down` says whether the listings
    are taken down or put back; None leaves them.
    """

    to_state: CaseState
    at: datetime.datetime
    actor: CaseActor
    clock: CaseClock
    reason_code: str | None = None
    reason: str = ""
    decided_in_time: bool | None = None  # set with the first decision
    takes_down: bool | None = None
    cancels: frozenset[TimerKind] | None = frozenset()
    timers: tuple[NewTimer, ...] = ()
    notices: tuple[NewNotice, ...] = ()
    events: tuple[NewCaseEvent, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CaseAddition:
    """What is to be written of a case that stays where it is: no move of it, and no other version."""

    at: datetime.datetime
    notices: tuple[NewNotice, ...]
    events: tuple[NewCaseEvent, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCase:
    """A case after a change; `replayed` where that had been made before, with the same key."""

    case: StoredCase
    replayed: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """A case that was opened; `replayed` where it had been before, with the same key."""

    case_id: str
    replayed: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRest:
    """A case of the listings that were in none; None where each of them was. `left_out` is how many were."""

    case: OpenedCase | None
    left_out: int


def reason_words(reason: str, reason_code: str | None) -> str:
    """Give a reason in words: those of a code where there are no others."""
    return reason if reason.strip() or reason_code is None else reason_code.replace("_", " ")


def is_found_by_automation(opened_by: str, check_outcomes: Iterable[str | None]) -> bool:
    """Say whether automated means found listings, as notices and statements of reasons both tell it.

    A check that did not flag a listing found nothing: somebody else did.
    """
    return opened_by in ("rule", "cluster") or "counterfeit" in check_outcomes
