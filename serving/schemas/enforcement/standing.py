"""The JSON of how members stand as notifiers: fast track, misuse, and trusted flaggers."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from serving.schemas.checks import Answered, Sent
from serving.schemas.countries import Country
from serving.schemas.enforcement.plain_text import PlainName, PlainText

SubjectKind = Literal["member", "rule"]
Standing = Literal["standard", "fast", "out"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
StandingReason = Literal["earned", "upheld_too_few", "counter_notices_too_many", "nothing_decided", "out_is_over"]
MisuseStepKind = Literal["warning", "suspension", "lifting"]
MisuseProposal = Literal["nothing", "warning", "suspension"]
MAX_SUSPENSION_DAYS = 180


class RecordFigures(Answered):
    """What was decided in the three months before."""

    decided: int = Field(description="Cases first upheld or rejected in these months.")
    upheld: int = Field(description="Of these, upheld.")
    counter_notices_won: int = Field(description="Cases reinstated in these months after the seller's counter-notice.")
    upheld_share: float | None = Field(description="`upheld / decided`; null where nothing was decided.")
    counter_share: float | None = Field(description="Counter-notices won as a share of the cases upheld.")


class FastTrackStatus(RecordFigures):
    """Where a member or a rule stands, with the record of the last evaluation."""

    subject_kind: SubjectKind = Field(description="Whose standing it is: a member's, or a rule's.")
    subject_id: str = Field(description="Id of the member or rule.")
    member_id: str | None = Field(description="The member, or that of the rule; null for a rule of the operator.")
    name: str | None = Field(description="Name of that member.")
    standing: Standing = Field(description="`fast`: new cases are dealt with first. `out`: it was lost, until `until`.")
    since: str = Field(description="Since when, in UTC.")
    until: str | None = Field(description="When `out` ends.")
    evaluated_at: str = Field(description="When the record was last evaluated.")


class FastTrackPage(Answered):
    """A page of standings, with what fast track asks for."""

    min_decided: int = Field(description="Decided cases that it takes to earn it.")
    min_upheld_share: float = Field(description="Least share upheld.")
    max_counter_share: float = Field(description="Largest share of counter-notices won.")
    statuses: list[FastTrackStatus] = Field(description="The standings of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class FastTrackChange(RecordFigures):
    """A change of standing, and what the member was informed of."""

    change_id: str = Field(description="Id of the change; ids sort by time.")
    at: str = Field(description="When, in UTC.")
    subject_kind: SubjectKind = Field(description="Whose standing changed.")
    subject_id: str = Field(description="Id of the member or rule.")
    member_id: str | None = Field(description="The member, or that of the rule.")
    from_standing: Standing = Field(description="Before.")
    to_standing: Standing = Field(description="After.")
    until: str | None = Field(description="When `out` ends.")
    reason_code: StandingReason = Field(description="Why.")
    reason: str = Field(description="Why, in words with the figures.")


class FastTrackChangePage(Answered):
    """A page of changes of standing, newest first."""

    changes: list[FastTrackChange] = Field(description="The changes of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class FastTrackEvaluated(Answered):
    """What an evaluation did."""

    evaluated: int = Field(description="Members and rules whose record was evaluated.")
    changed: int = Field(description="Of these, those whose standing changed.")


class TrustedFlaggerSent(Sent):
    """The status of a trusted flagger, as an authority gave it."""

    authority: PlainName = Field(description="The Digital Services Coordinator that gave it.")
    country: Country = Field(description="Its member state.")
    since: datetime.date = Field(description="From which day on.")
    until: datetime.date | None = Field(default=None, description="Last day; null where no end is known.")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> TrustedFlaggerSent:
        if self.until is not None and self.until < self.since:
            raise ValueError("until: is before since; send the last day of the status")
        return self


class TrustedFlagger(Answered):
    """A member's status as a trusted flagger."""

    member_id: str = Field(description="The member.")
    authority: str = Field(description="Who gave the status.")
    country: str = Field(description="Its member state.")
    since: datetime.date = Field(description="From which day on.")
    until: datetime.date | None = Field(description="Last day; null where no end is known.")


class TrustedFlaggers(Answered):
    """The trusted flaggers among the members."""

    trusted_flaggers: list[TrustedFlagger] = Field(description="By member.")


class MisuseStepSent(Sent):
    """A step against misuse."""

    kind: MisuseStepKind = Field(description="A suspension needs a warning of the last three months before it.")
    reason: Annotated[PlainText, StringConstraints(min_length=1)] = Field(description="Why, for the member to read.")
    days: int | None = Field(
        default=None, ge=1, le=MAX_SUSPENSION_DAYS, description="How long a suspension lasts; for no other step."
    )

    @model_validator(mode="after")
    def _days_of_a_suspension(self) -> MisuseStepSent:
        if (self.kind == "suspension") != (self.days is not None):
            raise ValueError("days: belongs to a suspension, and to no other step")
        return self


class MisuseStep(Answered):
    """A step against misuse, with the figures of the three months before it."""

    step_id: str = Field(description="Id of the step; ids sort by time.")
    member_id: str = Field(description="The member.")
    kind: MisuseStepKind = Field(description="What was done.")
    at: str = Field(description="When, in UTC.")
    until: str | None = Field(description="When a suspension ends.")
    lifted_at: str | None = Field(description="When it was lifted before that.")
    reason: str = Field(description="Why.")
    decided: int = Field(description="Notices decided in the three months before.")
    unfounded: int = Field(description="Of these, rejected as manifestly unfounded.")


class MisuseStepPage(Answered):
    """A page of steps, newest first."""

    steps: list[MisuseStep] = Field(description="The steps of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class MisuseStatus(Answered):
    """A member's manifestly unfounded notices, and what the figures speak for. An operator decides."""

    member_id: str = Field(description="The member.")
    name: str | None = Field(description="Its name; null for one that was removed.")
    decided: int = Field(description="Notices decided in the last three months.")
    unfounded: int = Field(description="Of these, rejected as manifestly unfounded.")
    unfounded_since_warning: int = Field(description="Of these, after the warning that is in force.")
    share: float | None = Field(description="`unfounded / decided`; null where nothing was decided.")
    warned_at: str | None = Field(description="When the warning was given that is in force.")
    suspended_until: str | None = Field(description="Until when its notices are not processed.")
    proposal: MisuseProposal = Field(description="What the figures speak for.")


class MisuseList(Answered):
    """The members with manifestly unfounded notices in the last three months, or with a step in force."""

    frequent_count: int = Field(description="How many in three months the proposals take for frequent.")
    frequent_share: float = Field(description="And which share of the decided notices.")
    members: list[MisuseStatus] = Field(description="The largest number first.")
