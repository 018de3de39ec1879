"""The JSON of takedown cases: what is sent to open and move one, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from serving.schemas.checks import Answered, Sent
from serving.schemas.countries import Country, Currency
from serving.schemas.enforcement.plain_text import OptionalPlainId, PlainName, PlainText, WebAddress

CaseState = Literal[
    "received",
    "in_review",
    "upheld",
    "rejected",
    "withdrawn",
    "forwarded",
    "counter_notice",
    "holder_acted",
    "reinstated",
    "closed",
]
CASE_STATES: tuple[CaseState, ...] = get_args(CaseState)
Ground = Literal["trademark", "design", "copyright", "patent"]
Jurisdiction = Literal["CN", "EU", "other"]
CaseActor = Literal["notifier", "holder", "operator", "seller", "server"]
CaseOrigin = Literal["member", "operator", "rule", "cluster", "test_buy"]
CaseSort = Literal["newest", "oldest", "due", "queue"]
TimerKind = Literal[
    "due_soon", "overdue", "answer_reminder", "answer_overdue", "declaration_wait_over", "complaint_window_over"
]
NoticeRecipient = Literal["notifier", "holder", "seller"]
NoticeKind = Literal["receipt", "decision", "forwarded", "question", "declaration", "reinstated", "closed"]
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
MAX_LISTINGS = 1000


class Money(Sent):
    """An amount of money."""

    amount: float = Field(ge=0, le=1e12, description="In units of the currency, such as 12.5 euros.")
    currency: Currency = Field(description="ISO 4217 code.")


class CaseListingSent(Sent):
    """One listing that a case is about: at least one of its id, its address and its check."""

    listing_id: OptionalPlainId = Field(default=None, description="Your id of the listing.")
    seller_id: OptionalPlainId = Field(default=None, description="Your id of the seller.")
    url: WebAddress | None = Field(default=None, description="Where the listing can be seen.")
    check_id: PlainName | None = Field(
        default=None, description="A check of it, from which the ids that you leave out are taken."
    )
    value: Money | None = Field(default=None, description="What is asked for it.")

    @model_validator(mode="after")
    def _require_a_name(self) -> Self:
        if self.listing_id is None and self.url is None and self.check_id is None:
            raise ValueError("name the listing by listing_id, url or check_id")
        return self


class CaseSent(Sent):
    """A request to take listings down."""

    product: PlainName | None = Field(default=None, description="The product; that of the checks where left out.")
    ground: Ground = Field(default="trademark", description="Which right is infringed.")
    country: Country = Field(description="ISO 3166-1 alpha-2 code of the country whose business hours and law count.")
    statement: PlainText = Field(default="", description="Why the listings infringe the right, in your words.")
    listings: list[CaseListingSent] = Field(min_length=1, max_length=MAX_LISTINGS, description="What it is about.")


class MoveSent(Sent):
    """A move of a case."""

    to: CaseState = Field(description="The state to move to; the case's `allowed_moves` has those that you may choose.")
    version: int = Field(ge=1, description="`version` of the case as you saw it; another one is refused.")
    reason_code: ReasonCode | None = Field(default=None, description="A short code of yours for the reason.")
    reason: PlainText = Field(default="", description="Why, for the other side to read.")
    reached_at: AwareDatetime | None = Field(
        default=None,
        description="With `counter_notice`, by the operator: when the declaration reached the right holder. Left out: "
        "with the move, since it is readable here from then on.",
    )


class MoveOfSeveral(Sent):
    """One of several cases that are moved together."""

    case_id: PlainName = Field(description="The case.")
    version: int = Field(ge=1, description="Its `version` as you saw it.")


class MovesSent(Sent):
    """One move of several cases, such as those of linked listings."""

    to: CaseState = Field(description="The state to move them to.")
    cases: list[MoveOfSeveral] = Field(min_length=1, max_length=200, description="The cases; each at most once.")
    reason_code: ReasonCode | None = Field(default=None, description="A short code of yours for the reason.")
    reason: PlainText = Field(default="", description="Why, for the other side to read.")


class QuestionSent(Sent):
    """A question to the notifier, or its answer."""

    text: PlainText = Field(min_length=1, description="The words.")
    version: int = Field(ge=1, description="`version` of the case as you saw it; another one is refused.")


class CaseListing(Answered):
    """One listing of a case."""

    position: int = Field(description="Its place in the case, from 0.")
    listing_id: str | None = Field(description="Your id of the listing; null also after the seller was erased.")
    seller_id: str | None = Field(description="Your id of the seller; null also after the seller was erased.")
    url: str | None = Field(description="Where the listing could be seen.")
    check_id: str | None = Field(description="The check of it that the case names.")
    check_outcome: str | None = Field(description="The check's outcome when the case was opened.")
    check_authenticity: float | None = Field(description="The check's authenticity when the case was opened.")
    check_deleted: bool = Field(description="Whether the check was deleted since.")
    value: Money | None = Field(description="What was asked for it.")
    removed_at: str | None = Field(description="When the listing was taken down; null while it is not.")


class CaseMove(Answered):
    """One move: who, when, why."""

    sequence: int = Field(description="Its place among the case's moves, from 1; the case's `version` is the last one.")
    at: str = Field(description="When, in UTC; never before the move before it.")
    from_state: CaseState | None = Field(description="Null for the opening; as `to_state` for a question or an answer.")
    to_state: CaseState = Field(description="The state after it.")
    actor: CaseActor = Field(
        description="Who moved it; `server` when a waiting period ended, or an estimated due time moved."
    )
    actor_name: str = Field(description="Id of the first key of that key's rotations, as in the audit log.")
    reason_code: str | None = Field(description="A short code for the reason.")
    reason: str = Field(description="Why.")
    due_at: str | None = Field(description="When the first decision was due after this move; null where none was.")


class AllowedMove(Answered):
    """A move that the caller may make now."""

    to: CaseState = Field(description="The state to send as `to`.")
    needs_reason: bool = Field(description="Whether a `reason` must be sent with it.")


class CaseNotice(Answered):
    """What one side was informed of."""

    notice_id: str = Field(description="Id of the notice.")
    recipient: NoticeRecipient = Field(
        description="Who was informed; `holder` is the member that owns the product, where no member gave notice."
    )
    kind: NoticeKind = Field(description="What about.")
    at: str = Field(description="When, in UTC.")
    text: str = Field(description="The words; empty after the seller was erased.")
    positions: list[int] | None = Field(
        default=None, description="The listings that a seller's notice is about; null for all of the case."
    )
    opened_at: str | None = Field(description="When the seller first opened its link; null where that is not known.")


class SellerEvidence(Answered):
    """What a seller sent."""

    evidence_id: str = Field(description="Id of it.")
    at: str = Field(description="When, in UTC.")
    text: str = Field(description="The words.")
    photos: int = Field(description="How many photos came with it, which count from 0.")
    positions: list[int] | None = Field(
        default=None, description="The listings of the notice that it was sent against; null for all of the case."
    )


class WaitingTimer(Answered):
    """Something that happens by itself at a time, unless a move comes before."""

    kind: TimerKind = Field(description="What happens; docs/cases.md lists the kinds.")
    at: str = Field(description="When, in UTC.")


class CaseSummary(Answered):
    """A case as lists have it."""

    case_id: str = Field(description="Id of the case; ids sort by time.")
    created_at: str = Field(description="When it was received, in UTC.")
    member_id: str | None = Field(description="The member that notified; null for the operator's own finding.")
    opened_by: CaseOrigin = Field(description="What opened it.")
    rule_id: str | None = Field(description="The rule that opened it.")
    product: str = Field(description="The product.")
    ground: Ground = Field(description="Which right is infringed.")
    country: str = Field(description="Country whose business hours and law count.")
    jurisdiction: Jurisdiction = Field(description="Whose rules the moves follow.")
    state: CaseState = Field(description="Where it stands.")
    version: int = Field(description="Send it with a move; it grows by one with each.")
    fast_track: bool = Field(description="Whether it came by a record that earned speed.")
    due_at: str | None = Field(
        description="When the first decision is due; null while the clock is paused, unless it was due before."
    )
    is_late: bool = Field(description="Whether the first decision came after `due_at`, or is still to come by now.")
    paused_since: str | None = Field(description="Since when an answer of the notifier is waited for; null otherwise.")
    decided_at: str | None = Field(description="When it was first upheld or rejected.")
    decided_in_time: bool | None = Field(description="Whether that was in time; null before a decision.")
    closed_at: str | None = Field(description="When it ended.")
    reason_code: str | None = Field(description="Of the last move that had one.")
    reason: str = Field(description="Of the last move that had one.")
    listing_count: int = Field(description="How many listings it is about.")


class Case(CaseSummary):
    """A case with its listings, moves and notices."""

    statement: str = Field(description="Why the listings infringe the right.")
    due_calendar: str | None = Field(description="Version of the calendar of holidays that `due_at` was computed by.")
    paused_s: float = Field(description="Business time of the pauses that ended, in seconds.")
    allowed_moves: list[AllowedMove] = Field(description="What the caller may move it to now.")
    listings: list[CaseListing] = Field(description="What it is about.")
    moves: list[CaseMove] = Field(description="All moves, oldest first.")
    waiting: list[WaitingTimer] = Field(description="What happens by itself and when, the next first.")
    notifier_removed: bool = Field(
        default=False,
        description="Whether the member that notified was removed since: the operator hands on what it is sent.",
    )
    evidence: list[SellerEvidence] = Field(description="What the seller sent against the notice, oldest first.")
    notices: list[CaseNotice] = Field(
        description="What the sides were informed of, oldest first; a member sees its own."
    )


class SellerLink(Answered):
    """The link of one seller of a case."""

    seller_id: str | None = Field(description="Your id of the seller; null for listings of which none is known.")
    positions: list[int] = Field(description="Its listings, which the notice behind the link is about.")
    seller_link: str = Field(description="Path of the seller's page, which needs no key; it is shown this once.")


class MovedCase(Case):
    """A case after a move."""

    seller_link: str | None = Field(
        default=None,
        description="Path of the seller's page, which needs no key: hand it to the seller. Its last part is the token "
        "of `/v1/case-notices/{token}`. It is shown this once, and null but for a move to `forwarded` of a case with "
        "one seller: a case with several has `seller_links`.",
    )
    seller_links: list[SellerLink] = Field(
        default_factory=list, description="The link of each seller after a move to `forwarded`; shown this once."
    )


class SellerLinkMade(Answered):
    """A new link to the seller's notice."""

    seller_link: str = Field(description="Path of the seller's page, which needs no key; it is shown this once.")


class MovedOfSeveral(Answered):
    """One of several cases that was moved."""

    case_id: str = Field(description="The case.")
    state: CaseState = Field(description="Where it stands now.")
    version: int = Field(description="Send it with the next move.")
    seller_link: str | None = Field(
        description="Path of the seller's page, shown this once; null where none is, and where there are several."
    )
    seller_links: list[SellerLink] = Field(
        default_factory=list, description="The link of each seller, shown this once."
    )


class RefusedOfSeveral(Answered):
    """One of several cases that was not moved."""

    case_id: str = Field(description="The case.")
    code: str = Field(description="The code of the problem, as for a single move.")
    detail: str = Field(description="What to change.")


class MovesMade(Answered):
    """What became of each of several cases."""

    moved: list[MovedOfSeveral] = Field(description="Those that were moved, in the order sent.")
    refused: list[RefusedOfSeveral] = Field(description="Those that were not, in the order sent.")


class CaseFault(Answered):
    """A row of a table of cases that could not be opened."""

    line: int = Field(description="The line of the file that the row begins on, from 1.")
    column: str | None = Field(description="The column that is wrong; null where it is the row.")
    code: str = Field(
        description="The code of the problem, as for a single case; `csv_malformed` for a row that is none."
    )
    reason: str = Field(description="What is wrong, and what to change.")


class CasesReceived(Answered):
    """What became of the rows of a table of cases."""

    dry_run: bool = Field(description="Whether nothing was opened, as asked.")
    rows: int = Field(description="How many rows there were.")
    opened: int = Field(description="How many were opened, or would be.")
    existing: int = Field(description="How many had been opened before, by the same content or reference.")
    bad: int = Field(description="How many could not be.")
    faults: list[CaseFault] = Field(description="Why not, by line; the first 1,000.")
    faults_left_out: int = Field(description="How many more there are.")


class CasePage(Answered):
    """A page of a list of cases."""

    cases: list[CaseSummary] = Field(description="The cases of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class CaseValueCount(Answered):
    """How many cases a value of a filter gives."""

    value: str = Field(description="A value that the filter takes.")
    cases: int = Field(description="How many cases match it and all other filters.")


class CaseCounts(Answered):
    """How many cases match, and how many each value of a filter gives beside the other filters."""

    total: int = Field(description="How many cases match every filter given.")
    undecided: int = Field(description="How many of them wait for their first decision.")
    late: int = Field(description="How many of those are late by now.")
    paused: int = Field(description="How many of those wait for an answer of the notifier.")
    state: list[CaseValueCount] = Field(description="By state, most frequent first.")
    product: list[CaseValueCount] = Field(description="By product, most frequent first.")
    country: list[CaseValueCount] = Field(description="By country, most frequent first.")
    opened_by: list[CaseValueCount] = Field(description="By what opened it, most frequent first.")
