"""The JSON of jobs: what was sent, how far it is, and the result of each line."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from serving.schemas.checks import Answered, Check, Sent

MAX_LINES = 10_000

JobState = Literal["receiving", "running", "completed", "cancelled"]
JobKind = Literal["listings", "check"]
LineState = Literal["waiting", "running", "judged", "parked", "cancelled"]
EndState = Literal["judged", "parked", "cancelled"]


class JobOutcomes(Answered):
    """How many judged lines have each outcome."""

    genuine: int = Field(default=0, description="Lines with this outcome.")
    counterfeit: int = Field(default=0, description="Lines with this outcome.")
    review: int = Field(default=0, description="Lines with this outcome.")
    insufficient: int = Field(default=0, description="Lines with this outcome.")
    unsupported: int = Field(default=0, description="Lines with this outcome.")


class JobCounts(Answered):
    """How many lines are in each state; together they are all lines of the job."""

    waiting: int = Field(default=0, description="Not begun, or to be tried again after a failure that may pass.")
    running: int = Field(default=0, description="In a server's hands now.")
    judged: int = Field(default=0, description="Have a check.")
    parked: int = Field(default=0, description="Could not be judged; their results say why. A replay tries again.")
    cancelled: int = Field(default=0, description="Had not begun when the job was cancelled.")
    outcomes: JobOutcomes = Field(default_factory=JobOutcomes, description="The judged lines by their outcome.")


class Job(Answered):
    """A job and how far it is."""

    job_id: str = Field(description="Id of the job; ids sort by time.")
    kind: JobKind = Field(description="`listings`, or `check` for one check sent with `Prefer: respond-async`.")
    name: str | None = Field(description="Your name of it; null where none was sent.")
    state: JobState = Field(
        description="`receiving` while its lines arrive, then `running`, and `completed` when no line is left to "
        "judge. `cancelled`: lines that had begun still end."
    )
    held: bool = Field(
        default=False,
        description="Its key was revoked, so no line begins; a replay by another key lets it go on as that key's.",
    )
    created_by: str = Field(description="Name of the key that sent it, or that took it over.")
    created_at: str = Field(description="When it was sent, in UTC.")
    cancelled_at: str | None = Field(description="When it was cancelled, in UTC; null where it was not.")
    completed_at: str | None = Field(description="When its last line ended, in UTC; null while lines are left.")
    lines: int = Field(description="How many lines it has; empty ones do not count.")
    left: int = Field(description="How many lines have not ended: `waiting` and `running` ones.")
    counts: JobCounts = Field(description="Its lines by state, and the judged ones by outcome.")
    lines_per_s: float | None = Field(
        description="Lines that ended per second, over the last minute; null where none did, and once it has ended."
    )
    seconds_left: float | None = Field(description="`left` at that rate; null where there is no rate.")


class JobPage(Answered):
    """A page of jobs, newest first."""

    jobs: list[Job] = Field(description="The jobs of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class LineFault(Answered):
    """Why a line has no check."""

    code: str = Field(description="Stable code, one of those in docs/errors.md.")
    message: str = Field(description="What is wrong with the line, and what to do.")


class JobResult(Answered):
    """What became of one line of a job."""

    line: int = Field(description="Its line in what was sent, from 1; empty lines count here.")
    listing_id: str | None = Field(
        description="Your id of the listing; null where none was sent or none could be read."
    )
    state: LineState = Field(description="`judged`, `parked` or `cancelled` where it has ended.")
    attempts: int = Field(description="How often a server took it in hand.")
    check: Check | None = Field(description="The check as it was answered; null where it has none, or it was deleted.")
    error: LineFault | None = Field(
        description="Why it was parked, or why it waits to be tried again; null where nothing failed."
    )
    cursor: str | None = Field(
        description="Send it as `cursor` for the results after this one; null while the line has not ended."
    )


class ReplaySent(Sent):
    """Which parked lines to judge again."""

    lines: Annotated[list[Annotated[int, Field(ge=1, lt=2**31)]], Field(max_length=MAX_LINES)] | None = Field(
        default=None, description="Numbers of parked lines; left out: all parked lines of the job."
    )
