"""The JSON of the HTTP contract: what callers send and what they are answered. Field names are design.md's."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints, model_validator

Outcome = Literal["genuine", "counterfeit", "review", "insufficient", "unsupported"]
Decision = Literal["genuine", "counterfeit", "cant_tell"]
# One line of printable text: ids travel into logs, file names and queries. Spaces around are removed, as the reader of
# manifests does, so that an id means the same in an export.
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", strip_whitespace=True)
]
Note = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
Unit = Annotated[float, Field(ge=0.0, le=1.0)]


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and value.isspace() else value


OptionalId = Annotated[Name | None, BeforeValidator(_none_if_blank)]


class Sent(BaseModel):
    """What a caller sends: a field that nobody reads is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Answered(BaseModel):
    """What a caller is answered; new fields may appear in any version, so readers ignore those they don't know."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null")


class Listing(Sent):
    """What the caller says about the listing that the photos belong to."""

    listing_id: OptionalId = Field(
        default=None,
        description="Your id of the listing; checks can be found by it. Spaces around are removed, and of spaces alone "
        "nothing is left: then it counts as not sent.",
    )
    seller_id: OptionalId = Field(default=None, description="Your id of the seller, treated as `listing_id` is.")
    product: Name | None = Field(default=None, description="Product name; may be left out when exactly one is loaded.")
    views: list[Name | None] | None = Field(default=None, description="What each photo shows, parallel to the photos.")
    attributes: dict[str, JsonValue] = Field(default_factory=dict, description="Anything of yours, kept as it is.")


class PhotoSent(Sent):
    """One photo in a JSON check; photos by URL are refused for now."""

    base64: str | None = Field(default=None, description="The photo's bytes in standard base64.")
    url: str | None = Field(default=None, description="Not supported yet: answered 422 `url_photos_unsupported`.")


class CheckSent(Listing):
    """A check as JSON; the listing's fields may stand beside `photos` or together under `listing`."""

    photos: list[PhotoSent]
    listing: Listing | None = None


class ReviewSent(Sent):
    """A human's decision on a check."""

    decision: Decision
    note: Note = ""


class WithdrawalSent(Sent):
    """Which review to withdraw: by its id, or by the Idempotency-Key that it was sent with."""

    review_id: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    idempotency_key: str | None = None

    @model_validator(mode="after")
    def name_one(self) -> Self:
        if (self.review_id is None) == (self.idempotency_key is None):
            raise ValueError("name the review by review_id or by idempotency_key, and by one of them only")
        return self


class PhotoFault(Answered):
    """Why one photo could not be judged."""

    code: str
    message: str


class Reason(Answered):
    """What speaks for the outcome; `photo` is the index of the photo it was seen in, null for the whole listing."""

    code: str
    message: str
    photo: int | None


class PhotoAnswer(Answered):
    """The verdict on one photo; `sha256` is of the bytes as received."""

    index: int
    sha256: str
    outcome: Outcome | None = Field(description="Null when the photo could not be judged; `error` says why.")
    authenticity: Unit | None
    quality: list[str]
    novelty: float | None
    matches: list[str]
    evidence_url: str | None
    error: PhotoFault | None


class BundleUsed(Answered):
    """The bundle that judged, to the byte."""

    name: str
    version: str
    sha256: str
    graph: Literal["fp32", "int8"]


class CheckThresholds(Answered):
    """The two thresholds that decided, as authenticity of this listing: at its product, photo count and base rate."""

    counterfeit_below: Unit | None = Field(
        description="No `counterfeit` lies above; null where the bundle never gives it."
    )
    genuine_above: Unit | None = Field(description="No `genuine` lies below; null where the bundle never gives it.")


class Check(Answered):
    """The verdict on a listing."""

    check_id: str
    listing_id: str | None
    product: str
    outcome: Outcome
    authenticity: Unit | None
    thresholds: CheckThresholds | None = Field(
        default=None, description="Null where `authenticity` is, and in checks of versions that did not store them."
    )
    authenticity_kind: Literal["calibrated", "conformal"]
    counterfeit_share: float
    novelty: float | None
    advisory: bool = Field(description="True in observe mode: recorded, not to be acted on.")
    reasons: list[Reason]
    photos: list[PhotoAnswer]
    bundle: BundleUsed
    created_at: str
    elapsed_ms: float


class Review(Answered):
    """A review as recorded; the latest one of a check that was not withdrawn is its label."""

    review_id: int
    decision: Decision
    note: str
    created_at: str
    withdrawn_at: str | None = None


class CheckRecord(Check):
    """A stored check: the answer as it was given, what was sent with it, and its reviews, oldest first.

    `reviews` are those in force; `withdrawn_reviews` count for nothing.
    """

    seller_id: str | None
    views: list[str | None] | None
    attributes: dict[str, JsonValue]
    reviews: list[Review]
    withdrawn_reviews: list[Review] = Field(default_factory=list)


class CheckPage(Answered):
    """Checks, newest first; `next_cursor` asks for the page after, null on the last one."""

    checks: list[CheckRecord]
    next_cursor: str | None


class NearestReference(Answered):
    """The reference that a crop is most like; `similarity` is the cosine of their embeddings, 1 for the same."""

    reference_id: str
    label: Literal["genuine", "counterfeit"]
    product: str
    listing: str | None
    similarity: Annotated[float, Field(ge=-1, le=1)]
    url: str = Field(description="A small JPEG of it; asks for the key as every route does.")


class PhotoCrop(Answered):
    """A part of a photo that spoke for its outcome."""

    box: Annotated[list[Unit], Field(min_length=4, max_length=4, description="x0, y0, x1, y1 as shares of the photo.")]
    contribution: float = Field(description="Its part of the photo's logit; negative speaks for counterfeit.")
    nearest_genuine: NearestReference | None
    nearest_counterfeit: NearestReference | None


class PhotoCrops(Answered):
    """The crops that mattered most for a photo's outcome, strongest first; none where it has no verdict.

    `references_bundle` is the bundle whose references stand beside them: the one that serves this product now, null
    where it has none.
    """

    crops: list[PhotoCrop]
    references_bundle: BundleUsed | None


class Alive(Answered):
    status: Literal["alive"] = "alive"


class Readiness(Answered):
    """Whether the server can answer checks; each part says `ok` or what is wrong."""

    status: Literal["ready", "not_ready"]
    bundle: str
    store: str


class FieldFault(Answered):
    """One thing wrong with a request: the field it is in, or the photo."""

    code: str
    message: str
    field: str | None = None
    photo: int | None = None


class Problem(Answered):
    """An error as RFC 9457 has it; act on `code`, show `detail`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldFault] = Field(default_factory=list)


def utc_text(moment: datetime.datetime) -> str:
    """Give an aware time as the contract writes it: UTC, milliseconds, Z."""
    utc = moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds")
    return utc.removesuffix("+00:00") + "Z"
