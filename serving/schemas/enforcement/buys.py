"""The JSON of test buys: plans, purchases, examinations and checklists."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self, get_args

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from serving.schemas.checks import Answered, Outcome, Sent
from serving.schemas.countries import Country, Currency
from serving.schemas.enforcement.plain_text import PlainName, PlainText

BuyState = Literal[
    "planned",
    "ordered",
    "received",
    "examined",
    "genuine",
    "counterfeit",
    "cant_tell",
    "cancelled",
    "not_delivered",
]
BUY_STATES: tuple[BuyState, ...] = get_args(BuyState)
BuySelection = Literal["random", "chosen"]
BuyGroup = Literal["flagged", "open", "passed"]
PlanState = Literal["proposed", "accepted"]
PointResult = Literal["pass", "fail", "not_checked"]
PointId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Amount = Annotated[float, Field(ge=0, le=1e9)]
MAX_POINTS = 100
MAX_PERIOD_DAYS = 92  # a quarter


class BuyPlanSent(Sent):
    """What a plan is made for, and what it may spend."""

    since: AwareDatetime = Field(description="Begin of the period whose checks the plan draws from, included.")
    until: AwareDatetime = Field(
        description=f"End of the period, not included, at most {MAX_PERIOD_DAYS} days later and in the same quarter. A "
        "period that is not over ends when the plan is proposed."
    )
    product: PlainName | None = Field(default=None, description="One product; all of them where left out.")
    country: Country = Field(description="Country of the cases that counterfeits open, as two letters of ISO 3166-1.")
    currency: Currency = Field(description="ISO 4217 code of all amounts.")
    budget: float = Field(gt=0, le=1e9, description="The most that the plan may cost, in units of the currency.")
    default_price: Amount = Field(
        description="Price of a listing whose check states none in this currency (`attributes.price` and "
        "`attributes.currency`)."
    )
    shipping: Amount = Field(default=0.0, description="Added to each price.")
    min_price: Amount = Field(default=0.0, description="Cheaper listings are left out, without shipping.")
    max_price: Amount | None = Field(
        default=None,
        description="Listings of this price or more are left out, without shipping: a few dear ones leave little for "
        "the others, so give them a plan of their own.",
    )
    random_share: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="Share of the budget for purchases drawn at random; the rest is for those of most worth.",
    )

    @model_validator(mode="after")
    def _in_one_quarter(self) -> Self:
        begin, end = self.since.astimezone(datetime.UTC), self.until.astimezone(datetime.UTC)
        if end <= begin:
            raise ValueError("until: must be after since")
        if quarter_of(begin) != quarter_of(end - datetime.timedelta(microseconds=1)):
            raise ValueError("until: must be in the quarter of since, in UTC; make one plan for each quarter")
        if self.max_price is not None and self.max_price <= self.min_price:
            raise ValueError("max_price: must be more than min_price")
        return self


class BuyStratum(Answered):
    """Listings that had the same chance to be bought."""

    group: BuyGroup = Field(description="What the verdict did: flagged, passed, or left open to a person.")
    chosen: bool = Field(description="Whether these were chosen for their worth, each with probability 1.")
    size: int = Field(description="Listings of the stratum.")
    draws: int = Field(description="How many of them are bought.")
    probability: float = Field(description="Chance of each of its listings: draws / size.")
    suspicion: float = Field(description="Mean logit of the probability that they are counterfeit, by their verdicts.")


class BuyPlan(Answered):
    """A plan of test buys, with all that is needed to repeat its draw and to weigh its findings."""

    plan_id: str = Field(description="Id of the plan; ids sort by time.")
    created_at: str = Field(description="When it was proposed, in UTC.")
    state: PlanState = Field(description="Its purchases are made once it is accepted.")
    accepted_at: str | None = Field(description="When it was accepted, in UTC.")
    quarter: str = Field(description="The quarter of its period, such as 2026-Q3.")
    since: str = Field(description="Begin of its period, in UTC.")
    until: str = Field(description="End of its period, in UTC.")
    product: str | None = Field(description="Its product; null: all.")
    country: str = Field(description="Country of the cases that counterfeits open.")
    currency: str = Field(description="ISO 4217 code of its amounts.")
    budget: float = Field(description="The most that it may cost.")
    default_price: float = Field(description="Price of a listing that states none.")
    shipping: float = Field(description="Added to each price.")
    min_price: float = Field(description="Cheaper listings are not in its frame.")
    max_price: float | None = Field(description="Listings of this price or more are not in its frame.")
    random_share: float = Field(description="Share of the budget for purchases drawn at random.")
    seed: str = Field(
        description="Of each stratum those are bought whose SHA-256 of seed, slash and check id is smallest."
    )
    frame_sha256: str = Field(description="SHA-256 of the frame; docs/test-buys.md has its format.")
    frame_size: int = Field(description="Listings in the frame.")
    strata: list[BuyStratum] = Field(description="The strata; `stratum` of a purchase is an index of this list.")
    expected_cost: float = Field(description="What all its purchases are expected to cost; never more than the budget.")
    cost: float = Field(description="What was paid so far.")
    counts: dict[BuyState, int] = Field(description="Purchases by state.")


class BuyPlanPage(Answered):
    """A page of plans, newest first."""

    plans: list[BuyPlan] = Field(description="The plans.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")


class FindingSent(Sent):
    """What was found on one point of the checklist."""

    point_id: PointId = Field(description="The point.")
    result: PointResult = Field(description="Whether the item passes this point.")
    note: PlainText = Field(default="", description="What was seen.")


class BuyMoveSent(Sent):
    """A move of a test buy."""

    to: BuyState = Field(description="The state to move to; `allowed_moves` has those that you may choose.")
    version: int = Field(ge=1, description="`version` of the test buy as you saw it; another one is refused.")
    reason: PlainText = Field(default="", description="Why; needed to cancel, and to take an outcome back.")
    cost: Amount | None = Field(default=None, description="What was paid, with shipping, in the plan's currency.")
    findings: list[FindingSent] | None = Field(
        default=None, max_length=MAX_POINTS, description="With a move to `examined`: one for each point."
    )


class Finding(Answered):
    """What was found on one point of the checklist."""

    point_id: str = Field(description="The point.")
    result: PointResult = Field(description="Whether the item passes this point.")
    note: str = Field(description="What was seen.")


class BuyMove(Answered):
    """One move: who, when, why."""

    sequence: int = Field(description="Its place among the moves, from 1.")
    at: str = Field(description="When, in UTC; never before the move before it.")
    from_state: BuyState | None = Field(description="Null for the plan's proposal.")
    to_state: BuyState = Field(description="The state after it.")
    actor_name: str = Field(description="Id of the first key of that key's rotations, as in the audit log.")
    by_member: bool = Field(description="Whether a member moved it; otherwise the operator.")
    reason: str = Field(description="Why.")


class BuyPhoto(Answered):
    """A photo of a purchase; its bytes are kept as received."""

    index: int = Field(description="Its place, from 0; it is part of its address.")
    sha256: str = Field(description="SHA-256 of its bytes.")
    point_id: str | None = Field(description="The point of the checklist that it shows.")
    added_at: str = Field(description="When it was added, in UTC.")


class BuyWorth(Answered):
    """Why a purchase was chosen; each part is between 0 and 1."""

    uncertainty: float = Field(description="How unsure the verdict is: 4 p (1 - p).")
    reach: float = Field(description="How far a confirmed counterfeit would reach among the seller's listings.")
    labels: float = Field(description="How much training lacks a label of this product and authenticity.")


class BuySummary(Answered):
    """A test buy as lists have it."""

    buy_id: str = Field(description="Id of the test buy; ids sort by time.")
    plan_id: str = Field(description="Its plan.")
    product: str = Field(description="Its product, as the check has it.")
    check_id: str = Field(description="The check of the listing from which the plan took it.")
    listing_id: str | None = Field(description="Id of the listing; null also after the seller was erased.")
    seller_id: str | None = Field(description="Id of the seller; null also after the seller was erased.")
    verdict: Outcome = Field(description="The check's outcome when the plan was made.")
    authenticity: float | None = Field(description="The check's authenticity when the plan was made.")
    selection: BuySelection = Field(description="Drawn at random, or chosen for its worth.")
    stratum: int = Field(description="Index of its stratum in the plan.")
    probability: float = Field(description="The chance that the plan had of buying it.")
    worth: BuyWorth | None = Field(description="Why it was chosen; null for one that was drawn.")
    expected_cost: float = Field(description="Price and shipping when the plan was made.")
    cost: float | None = Field(description="What was paid.")
    currency: str = Field(description="ISO 4217 code of both.")
    state: BuyState = Field(description="Where it stands.")
    version: int = Field(description="Send it with a move; it grows by one with each.")
    moved_at: str = Field(description="When it was last moved, in UTC.")
    case_id: str | None = Field(description="The case that its finding opened.")


class Buy(BuySummary):
    """A test buy with its moves, findings and photos."""

    checklist_version: int | None = Field(description="Version of the checklist that it was examined by.")
    findings: list[Finding] = Field(description="What was found, point by point.")
    photos: list[BuyPhoto] = Field(description="Photos of the purchase.")
    moves: list[BuyMove] = Field(description="Who moved it when, oldest first.")
    allowed_moves: list[BuyState] = Field(description="States to which the caller may move it now.")


class BuyPage(Answered):
    """A page of test buys, newest first."""

    buys: list[BuySummary] = Field(description="The test buys.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")


class ChecklistPoint(Sent):
    """One point of a product's checklist."""

    point_id: PointId = Field(description="Its name in findings: small letters, digits and underscores.")
    text: PlainText = Field(min_length=1, description="What to look at, and what a genuine item shows.")
    decisive: bool = Field(default=False, description="Whether an item that does not pass it is not genuine.")


class ChecklistSent(Sent):
    """A new version of a product's checklist."""

    version: int = Field(ge=0, description="Version that you saw, 0 where there was none; another one is refused.")
    points: list[ChecklistPoint] = Field(min_length=1, max_length=MAX_POINTS, description="All its points.")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [point.point_id for point in self.points]
        if len(set(names)) < len(names):
            raise ValueError("points: two have the same point_id; give each its own")
        return self


class Checklist(Answered):
    """A product's checklist; earlier versions stay with the examinations that used them."""

    product: str = Field(description="The product.")
    version: int = Field(description="Its version, from 1.")
    created_at: str = Field(description="When this version was made, in UTC.")
    points: list[ChecklistPoint] = Field(description="All its points.")


def quarter_of(moment: datetime.datetime) -> str:
    """Give the quarter of a moment, in UTC, such as 2026-Q3."""
    inside = moment.astimezone(datetime.UTC)
    return f"{inside.year}-Q{(inside.month + 2) // 3}"
