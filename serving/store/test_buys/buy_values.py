"""What a test buy is in the store, and what may be written of it: values without rules."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from serving.schemas.enforcement.buys import BuyPlanSent, BuyState, ChecklistPoint, Finding, PlanState
from serving.store.cases.case_values import NewCase, Opening


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckedListing:
    """The latest check of a listing in a period."""

    check_id: str
    listing_id: str | None
    seller_id: str | None
    product: str
    outcome: str
    authenticity: float | None
    attributes: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewBuy:
    """A purchase that a plan proposes; `worth` as the JSON of BuyWorth."""

    check_id: str
    listing_id: str | None
    seller_id: str | None
    product: str
    verdict: str
    authenticity: float | None
    selection: str
    stratum: int
    probability: float
    worth: Mapping[str, float] | None
    expected_cost: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """A plan that is proposed; `strata` are objects with group, chosen, size, draws and suspicion."""

    sent: BuyPlanSent
    seed: str
    frame_sha256: str
    frame_size: int
    strata: Sequence[Mapping[str, Any]]
    expected_cost: float
    buys: Sequence[NewBuy]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredBuy:
    """A purchase as the rules that move it see it.

    `points` are those of the checklist's latest version, and after an examination those that it was examined by.
    """

    buy_id: str
    plan_state: PlanState
    state: BuyState
    product: str
    check_id: str
    listing_id: str | None
    seller_id: str | None
    country: str
    cost: float
    currency: str
    points: tuple[ChecklistPoint, ...]
    checklist_version: int | None  # None: the product has no checklist
    findings: Mapping[str, Finding]
    has_check: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BuyChange:
    """What is to be written of a purchase, all of it in one transaction, as its next move.

    `findings` replace those of an earlier examination; None leaves them. `opens` is a case to be opened.
    """

    to_state: BuyState
    at: datetime.datetime
    reason: str = ""
    cost: float | None = None
    findings: Sequence[Finding] | None = None
    checklist_version: int | None = None
    opens: tuple[NewCase, Opening] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanFindings:
    """An accepted plan with what became of its purchases: `counts` by the place of their stratum, and by state."""

    plan_id: str
    quarter: str
    product: str | None
    seed: str
    frame_size: int
    strata: Sequence[Mapping[str, Any]]
    counts: Mapping[int, Mapping[BuyState, int]]
