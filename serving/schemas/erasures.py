"""The JSON of erasures."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from serving.schemas.checks import Answered, Name, Sent


class ErasureSent(Sent):
    """Whose data is to be erased."""

    seller_id: Name = Field(description="Your id of the seller, exactly as in its checks.")


class ErasureReceipt(Answered):
    """What proves later that the audit entry is about this seller; the server keeps no copy."""

    sequence: int = Field(description="`sequence` of the audit entry, whose details have `seller_sha256`.")
    salt: str = Field(description='`seller_sha256` is the SHA-256 of {"salt":…,"seller_id":…} as canonical JSON.')


class ErasureState(Answered):
    """An erasure: what was deleted so far, and in the end."""

    erasure_id: str = Field(description="Id of the erasure.")
    state: Literal["running", "completed"] = Field(description="Whether all is deleted.")
    created_at: str = Field(description="RFC 3339 time, UTC.")
    completed_at: str | None = Field(description="RFC 3339 time, UTC; null while it runs.")
    checks: int = Field(description="Checks deleted, with verdicts, evidence and the bodies of their events.")
    photos: int = Field(description="Photos of them; those that another seller's check has as well are kept for it.")
    reviews: int = Field(description="Reviews of them.")
    job_lines: int = Field(description="Lines of jobs that were deleted before they were judged.")
    receipt: ErasureReceipt | None = Field(
        description="Given once, in the answer to the request that completed the erasure; null otherwise."
    )
