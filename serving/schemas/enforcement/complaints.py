"""The JSON of complaints against decisions, and of what buyers are to be informed of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from serving.schemas.checks import Answered, Sent
from serving.schemas.enforcement.cases import CaseState
from serving.schemas.enforcement.plain_text import PlainText

ComplaintSide = Literal["notifier", "seller"]
ComplaintState = Literal["open", "confirmed", "reversed"]
ComplaintOutcome = Literal["confirmed", "reversed"]
DecisionAgainst = Literal["upheld", "rejected"]
NoticeWay = Literal["individually", "publicly"]
Words = Annotated[PlainText, StringConstraints(min_length=1)]


class ComplaintSent(Sent):
    """A complaint about the last decision against one side."""

    side: ComplaintSide = Field(
        default="notifier", description="Who complains; a member complains as the notifier, the operator enters both."
    )
    text: Words = Field(description="Why the decision is wrong.")


class ComplaintDecisionSent(Sent):
    """What a person decided about a complaint."""

    outcome: ComplaintOutcome = Field(description="`confirmed`: the decision stays; `reversed`: it is taken back.")
    reason: Words = Field(description="Why, for who complained to read.")


class Complaint(Answered):
    """A complaint and what came of it."""

    complaint_id: str = Field(description="Id of the complaint.")
    case_id: str = Field(description="The case.")
    side: ComplaintSide = Field(description="Who complained.")
    notice_id: str | None = Field(
        default=None, description="The notice by whose link a seller complained; the case's `notices` have it."
    )
    decision: DecisionAgainst = Field(description="The decision that it is about.")
    decision_sequence: int = Field(description="`sequence` of the move that decided.")
    created_at: str = Field(description="When it was received, in UTC.")
    text: str = Field(description="Why the decision is wrong; empty after the seller was erased.")
    state: ComplaintState = Field(description="`open` until a person decided.")
    decided_at: str | None = Field(description="When it was decided.")
    decided_by: str | None = Field(description="Whose key decided: id of the first key of that key's rotations.")
    reason: str = Field(description="Why; empty while it is open.")
    case_state: CaseState = Field(description="Where the case stands now.")


class ComplaintList(Answered):
    """The complaints of a case, oldest first."""

    complaints: list[Complaint] = Field(description="The complaints.")
    redress: str = Field(description="What else is open to both sides: settlement out of court, and the courts.")


class ComplaintPage(Answered):
    """A page of all complaints, newest first."""

    complaints: list[Complaint] = Field(description="The complaints of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class BuyersNoticeSent(Sent):
    """That the buyers were informed."""

    way: NoticeWay = Field(description="`individually`, or `publicly` where no contact of the buyers is known.")
    buyers: int | None = Field(default=None, ge=0, le=10**9, description="How many were informed, where it is known.")


class SoldListing(Answered):
    """A listing whose buyers are to be informed, or were with other cases."""

    listing_id: str | None = Field(description="Your id of the listing; null after the seller was erased.")
    seller_id: str | None = Field(description="Your id of the trader; null after the seller was erased.")
    url: str | None = Field(description="Where the listing could be seen.")
    bought_since: str | None = Field(
        default=None, description="Its buyers from then on are to be informed; null where none are left."
    )
    bought_until: str | None = Field(default=None, description="And until then; null where none are left.")
    informed_with: list[str] = Field(
        default=[], description="Ids of the cases whose recorded notices informed the other buyers of this listing."
    )
    due_with: list[str] = Field(
        default=[],
        description="Ids of other upheld cases on this listing whose notice is not recorded either: inform and record "
        "for one case before you begin with the next.",
    )


class BuyersNotice(Answered):
    """What the buyers of a case's listings are to be informed of (Digital Services Act, Art. 32)."""

    case_id: str = Field(description="The case.")
    product: str = Field(description="As what the goods were offered.")
    aware_at: str = Field(description="When the goods were found to be illegal: the decision.")
    bought_since: str = Field(
        description="Buyers since this moment are to be informed: six months before, or the first `bought_since` of "
        "the listings where buyers before were informed with other cases."
    )
    listings: list[SoldListing] = Field(
        description="The listings that have buyers to inform; you have these, this server has none."
    )
    informed_before: list[SoldListing] = Field(
        default=[], description="The listings whose buyers were all informed with other cases: inform nobody again."
    )
    text: str = Field(
        description="What to write: that the goods are illegal, by whom they were sold, and the redress; empty where "
        "nobody is left to be informed."
    )
    recorded_at: str | None = Field(description="When it was recorded that the buyers were informed; null until then.")
    way: NoticeWay | None = Field(description="How they were informed.")
    buyers: int | None = Field(description="How many were informed, where it is known.")
