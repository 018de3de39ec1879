"""The JSON of rules by which checks open takedown cases."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from serving.schemas.checks import Answered, Sent, Unit
from serving.schemas.countries import Country
from serving.schemas.enforcement.cases import Ground
from serving.schemas.enforcement.plain_text import PlainName

RuleKind = Literal["counterfeit", "repeat_seller"]
Count = Annotated[int, Field(ge=1, le=1000)]
Days = Annotated[int, Field(ge=1, le=3650)]


class RuleSettings(Sent):
    """When a rule opens a case, and what kind of case.

    `counterfeit` looks at `max_authenticity`, `repeat_seller` at `upheld_cases` and `days`.
    """

    max_authenticity: Unit = Field(
        default=0.05, description="Of a check with outcome `counterfeit`: the highest authenticity that opens a case."
    )
    upheld_cases: Count = Field(
        default=3, description="How many cases of the seller must be upheld, and not taken back, for `repeat_seller`."
    )
    days: Days = Field(default=180, description="Within how many days before the check.")
    products: list[PlainName] | None = Field(
        default=None, max_length=1000, description="Only checks of these products; null: of all that the owner has."
    )
    country: Country = Field(description="Country of the cases, ISO 3166-1 alpha-2.")
    ground: Ground = Field(default="trademark", description="Right that the cases are about.")


class CaseRuleSent(Sent):
    """A rule by which checks open cases from now on."""

    kind: RuleKind = Field(
        description="`counterfeit`: a check says so at a stated authenticity. `repeat_seller`: a check of a seller of "
        "upheld cases says `counterfeit` or `review`."
    )
    member_id: str | None = Field(
        default=None,
        description="The member whose cases they are, on its products alone; null: the operator's finding.",
    )
    settings: RuleSettings = Field(description="When, and what kind of case.")


class CaseRuleChange(Sent):
    """What is changed of a rule."""

    enabled: bool = Field(description="Whether it opens cases.")


class CaseRule(Answered):
    """A rule by which checks open cases."""

    rule_id: str = Field(description="Id of the rule.")
    created_at: str = Field(description="When it was made; older checks open none.")
    kind: RuleKind = Field(description="What it looks at.")
    member_id: str | None = Field(description="The member whose cases they are; null: the operator's finding.")
    settings: RuleSettings = Field(description="When, and what kind of case.")
    enabled: bool = Field(description="Whether it opens cases.")


class CaseRuleList(Answered):
    """All rules."""

    rules: list[CaseRule] = Field(description="The rules, oldest first.")
