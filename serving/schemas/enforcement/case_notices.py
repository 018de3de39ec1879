"""The JSON of a seller's notice, which is read and answered by its link without a key."""

from __future__ import annotations

from typing import Annotated

from pydantic import Base64Bytes, Field

from serving.schemas.checks import Answered, Sent
from serving.schemas.enforcement.cases import CaseState, Ground, Jurisdiction, SellerEvidence
from serving.schemas.enforcement.complaints import ComplaintState
from serving.schemas.enforcement.plain_text import PlainText

MAX_EVIDENCE_PHOTOS = 8


class EvidencePhotoSent(Sent):
    """A photo against a notice."""

    base64: Base64Bytes = Field(description="The bytes of a JPEG, PNG, WebP, AVIF or HEIC file in base64.")


class EvidenceSent(Sent):
    """What a seller sends against a notice."""

    text: Annotated[PlainText, Field(min_length=1)] = Field(
        description="Why the listings infringe nothing, who you are, and what proves it. The right holder reads it."
    )
    photos: list[EvidencePhotoSent] = Field(
        default_factory=list,
        max_length=MAX_EVIDENCE_PHOTOS,
        description="Invoices, licences, the product; the right holder sees them.",
    )


class SellerComplaintSent(Sent):
    """A seller's complaint about the decision against its listings."""

    text: Annotated[PlainText, Field(min_length=1)] = Field(description="Why the decision is wrong.")


class SellerComplaint(Answered):
    """A seller's complaint, as the seller sees it."""

    complaint_id: str = Field(description="Id of the complaint.")
    created_at: str = Field(description="When it was received, in UTC.")
    text: str = Field(description="Why the decision is wrong.")
    state: ComplaintState = Field(
        description="`open` until a person decided; `confirmed`: the decision stays; `reversed`: it was taken back."
    )
    decided_at: str | None = Field(description="When it was decided.")
    reason: str = Field(description="Why; empty while it is open.")


class SellerOutcome(Answered):
    """What became of the case after the notice, as its sellers are informed."""

    at: str = Field(description="When, in UTC.")
    subject: str = Field(description="What happened, in one line.")
    text: str = Field(description="The words, with the reason.")


class SellerNotice(Answered):
    """A notice as the seller sees it."""

    case_id: str = Field(description="Number of the case.")
    product: str = Field(description="The product that the notice is about.")
    ground: Ground = Field(description="Which right the listings are held to infringe.")
    country: str = Field(description="Country whose law counts.")
    jurisdiction: Jurisdiction = Field(description="Whose rules are followed.")
    state: CaseState = Field(description="Where the case stands.")
    at: str = Field(description="When the notice was forwarded, in UTC.")
    subject: str = Field(description="The notice in one line.")
    text: str = Field(description="The notice, with its reasons and what can be done against it.")
    can_answer: bool = Field(description="Whether evidence against it is taken now.")
    answer_until: str | None = Field(description="Until when; null where no law sets a time.")
    sent: list[SellerEvidence] = Field(description="What was sent against it, oldest first.")
    complaints: list[SellerComplaint] = Field(
        default_factory=list, description="Complaints made by this link about the decision, oldest first."
    )
    outcomes: list[SellerOutcome] = Field(
        default_factory=list, description="What became of the case since, with the reasons, oldest first."
    )
