"""The JSON of the HTTP contract: what callers send and what they are answered. Field names are design.md's."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints, model_validator

Outcome = Literal["genuine", "counterfeit", "review", "insufficient", "unsupported"]
Decision = Literal["genuine", "counterfeit", "cant_tell"]
RobustnessState = Literal["within", "beyond", "incomplete", "not_measured"]
# One line of printable text: ids travel into logs, file names and queries. Spaces around are removed, as the reader of
# manifests does, so that an id means the same in an export.
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", strip_whitespace=True)
]
Note = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
# Longer ones, and control characters, are refused with the request: the URL is stored and answered as it was sent.
PhotoUrl = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[^\x00-\x1f\x7f]+$")]
TEMPORARY = "Whether the same photo may be read later: its host failed, was out of reach or too slow."
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
    """One photo in a JSON check: its bytes, or where they are."""

    base64: str | None = Field(default=None, description="The photo's bytes in standard base64.")
    url: PhotoUrl | None = Field(
        default=None,
        description="In place of `base64`: an http or https URL that the server fetches. Where it fetches none "
        "(`fetch.enabled`), 422 `url_photos_unsupported`.",
    )


class CheckSent(Listing):
    """A check as JSON; the listing's fields may stand beside `photos` or together under `listing`."""

    photos: list[PhotoSent] = Field(description="1 to 12 photos of the same item.")
    listing: Listing | None = Field(
        default=None, description="The listing's fields, where they do not stand beside `photos`."
    )


class ReviewSent(Sent):
    """A human's decision on a check."""

    decision: Decision = Field(description="What the reviewer decided.")
    note: Note = Field(default="", description="Why, in the reviewer's words; may be empty.")


class WithdrawalSent(Sent):
    """Which review to withdraw: by its id, or by the Idempotency-Key that it was sent with."""

    review_id: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        default=None, description="`review_id` of the review to withdraw."
    )
    idempotency_key: str | None = Field(default=None, description="The Idempotency-Key that the review was sent with.")

    @model_validator(mode="after")
    def name_one(self) -> Self:
        if (self.review_id is None) == (self.idempotency_key is None):
            raise ValueError("name the review by review_id or by idempotency_key, and by one of them only")
        return self


class PhotoFault(Answered):
    """Why one photo could not be judged."""

    code: str = Field(description="Stable code, one of the photo codes in docs/errors.md.")
    message: str = Field(description="What is wrong with the photo, and what to do.")
    temporary: bool = Field(default=False, description=TEMPORARY)


class Reason(Answered):
    """What speaks for the outcome; `photo` is the index of the photo it was seen in, null for the whole listing."""

    code: str = Field(description="Stable code of the reason; docs/http-api.md lists them.")
    message: str = Field(description="The reason in one sentence.")
    photo: int | None = Field(description="Index of the photo that it is about; null for the whole listing.")


class PhotoAnswer(Answered):
    """The verdict on one photo; `sha256` is of the bytes as received."""

    index: int = Field(description="Place among the photos sent, from 0.")
    sha256: str = Field(description="SHA-256 of the bytes as received, or as fetched.")
    outcome: Outcome | None = Field(description="Null when the photo could not be judged; `error` says why.")
    authenticity: Unit | None = Field(
        description="As the listing's, of this photo alone; null where it has no verdict."
    )
    quality: list[str] = Field(
        description="Why the photo does not show enough: `too_small`, `blurred`, `too_dark`, `too_bright`, "
        "`product_not_found`, `product_small`."
    )
    novelty: float | None = Field(
        description="How unlike genuine photos it is, larger for less like; null where it is not measured."
    )
    matches: list[str] = Field(description="Copies of known photos; always empty for now.")
    evidence_url: str | None = Field(
        description="Address of its evidence; null where it has none, or where nothing is kept."
    )
    product_share: Unit | None = Field(
        default=None,
        description="Share of the photo that the product fills; null where the bundle does not find it, and in checks "
        "of earlier versions.",
    )
    outline_url: str | None = Field(
        default=None,
        description="Address of the product's outline; null where none is known, or where nothing is kept.",
    )
    error: PhotoFault | None = Field(description="Why it could not be judged; null where it could.")
    source_url: str | None = Field(
        default=None, description="The `url` that it was sent by, as sent; null where its bytes were sent."
    )


class BundleUsed(Answered):
    """The bundle that judged, to the byte."""

    name: str = Field(description="Name of the bundle.")
    version: str = Field(description="Version that training gave it.")
    sha256: str = Field(description="SHA-256 of its bundle.json, which has those of all its files.")
    graph: Literal["fp32", "int8"] = Field(description="The graph that ran.")
    robustness: RobustnessState | None = Field(
        default=None,
        description="`beyond`: its verdicts hang on more than the product, by the limits of its training "
        "configuration; null in checks of earlier versions.",
    )


class CheckThresholds(Answered):
    """The two thresholds that decided, as authenticity of this listing: at its product, photo count and base rate."""

    counterfeit_below: Unit | None = Field(
        description="No `counterfeit` lies above; null where the bundle never gives it."
    )
    genuine_above: Unit | None = Field(description="No `genuine` lies below; null where the bundle never gives it.")


class Check(Answered):
    """The verdict on a listing."""

    check_id: str = Field(description="Id of this check, by which it is read back; ids sort by time.")
    listing_id: str | None = Field(description="Your id of the listing; null where none was sent.")
    product: str = Field(description="The product that it was judged as.")
    outcome: Outcome = Field(description="The verdict; what a pipeline acts on.")
    authenticity: Unit | None = Field(
        description="How likely it is genuine at `counterfeit_share`; null for `insufficient` and `unsupported`."
    )
    thresholds: CheckThresholds | None = Field(
        default=None, description="Null where `authenticity` is, and in checks of versions that did not store them."
    )
    authenticity_kind: Literal["calibrated", "conformal"] = Field(
        description="`calibrated`: a probability; `conformal`: the share of genuine ones at least as unusual."
    )
    counterfeit_share: float = Field(
        description="The share of counterfeits among all listings that `authenticity` assumes."
    )
    novelty: float | None = Field(
        description="How unlike genuine listings it is, larger for less like; null where it is not measured."
    )
    advisory: bool = Field(description="True in observe mode: recorded, not to be acted on.")
    reasons: list[Reason] = Field(description="What speaks for the outcome.")
    photos: list[PhotoAnswer] = Field(description="The verdict on each photo, in the order sent.")
    bundle: BundleUsed = Field(description="The bundle that judged.")
    created_at: str = Field(description="When it was made, in UTC.")
    elapsed_ms: float = Field(description="Milliseconds until the verdict; storing it is not counted.")


class Review(Answered):
    """A review as recorded; the latest one of a check that was not withdrawn is its label."""

    review_id: int = Field(description="Id of the review.")
    decision: Decision = Field(description="What the reviewer decided.")
    note: str = Field(description="Why, in the reviewer's words; may be empty.")
    created_at: str = Field(description="When it was recorded, in UTC.")
    withdrawn_at: str | None = Field(
        default=None, description="When it was withdrawn, in UTC; null where it is in force."
    )


class CheckRecord(Check):
    """A stored check: the answer as it was given, what was sent with it, and its reviews, oldest first.

    `reviews` are those in force; `withdrawn_reviews` count for nothing.
    """

    seller_id: str | None = Field(description="Your id of the seller; null where none was sent.")
    views: list[str | None] | None = Field(description="What each photo shows, as sent; null where nothing was.")
    attributes: dict[str, JsonValue] = Field(description="Your attributes, as sent.")
    reviews: list[Review] = Field(description="Reviews in force, oldest first; the latest one counts.")
    withdrawn_reviews: list[Review] = Field(
        default_factory=list, description="Reviews that were withdrawn, oldest first."
    )


class CheckPage(Answered):
    """A page of a list of checks."""

    checks: list[CheckRecord] = Field(description="The checks of this page.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the page after; null on the last one.")


class NearestReference(Answered):
    """The reference that a crop is most like; `similarity` is the cosine of their embeddings, 1 for the same."""

    reference_id: str = Field(description="Id of the reference.")
    label: Literal["genuine", "counterfeit"] = Field(description="What the reference is known to be.")
    product: str = Field(description="The product that it shows.")
    listing: str | None = Field(description="The listing that it is from; null where it is not recorded.")
    similarity: Annotated[float, Field(ge=-1, le=1, description="Cosine of the two embeddings: 1 for identical ones.")]
    url: str = Field(description="A small JPEG of it; asks for the key as every route does.")


class PhotoCrop(Answered):
    """A part of a photo that spoke for its outcome."""

    box: Annotated[list[Unit], Field(min_length=4, max_length=4, description="x0, y0, x1, y1 as shares of the photo.")]
    contribution: float = Field(description="Its part of the photo's logit; negative speaks for counterfeit.")
    nearest_genuine: NearestReference | None = Field(
        description="The most similar genuine reference; null where there is none."
    )
    nearest_counterfeit: NearestReference | None = Field(
        description="The most similar counterfeit reference; null where there is none."
    )


class PhotoCrops(Answered):
    """The crops that mattered most for a photo's outcome, strongest first; none where it has no verdict.

    `references_bundle` is the bundle whose references stand beside them: the one that serves this product now, null
    where it has none.
    """

    crops: list[PhotoCrop] = Field(description="Two or three parts of the photo, strongest first.")
    references_bundle: BundleUsed | None = Field(
        description="The bundle whose references these are; null where it has none."
    )


class PhotoMark(Answered):
    """What a photo's file says of how the picture was made."""

    standard: Literal["C2PA", "IPTC"] = Field(description="By which standard it is written.")
    kind: Literal["generated", "composite", "edited", "captured", "other"] = Field(
        description="What it claims; `generated` and `composite` claim a picture that is not wholly a photo."
    )
    text: str = Field(description="The mark in a sentence.")


class PhotoMarks(Answered):
    """The marks in a photo's file: a reason to look, never proof."""

    marks: list[PhotoMark] = Field(description="The marks; that there is none says nothing.")
    note: str = Field(description="What a mark is worth, in a sentence.")


class Alive(Answered):
    """The process answers."""

    status: Literal["alive"] = Field(default="alive", description="Always `alive`.")


class Readiness(Answered):
    """Whether the server can answer checks; each part says `ok` or what is wrong."""

    status: Literal["ready", "not_ready"] = Field(description="Whether checks can be answered.")
    bundle: str = Field(description="`ok` where the bundles are loaded.")
    store: str = Field(description="`ok`, `none` where the server has no store, or what is wrong.")


class FieldFault(Answered):
    """One thing wrong with a request: the field it is in, or the photo."""

    code: str = Field(description="Stable code.")
    message: str = Field(description="What is wrong, and what to do.")
    field: str | None = Field(
        default=None, description="Name of the field, the parameter or the part; null where it is about a photo."
    )
    photo: int | None = Field(default=None, description="Index of the photo; null where it is about a field.")
    temporary: bool | None = Field(default=None, description=f"{TEMPORARY} Null where it is about a field.")


class Problem(Answered):
    """An error as RFC 9457 has it; act on `code`, show `detail`."""

    type: str = Field(description="URN of the kind of problem, with its code.")
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was wrong, the value, and what to change.")
    code: str = Field(description="Stable code; act on this one.")
    request_id: str = Field(description="Id of the request, which is also in the server's log.")
    errors: list[FieldFault] = Field(
        default_factory=list, description="One entry for each field or photo, where several things are wrong."
    )


def utc_text(moment: datetime.datetime) -> str:
    """Give an aware time as the contract writes it: UTC, milliseconds, Z."""
    utc = moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds")
    return utc.removesuffix("+00:00") + "Z"
