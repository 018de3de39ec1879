"""The JSON of changing bundles: what callers send and are answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from serving.schemas.checks import Answered, Name, Note, Outcome, Sent, Unit
from serving.schemas.loaded_bundles import BundleLoaded

BundleAction = Literal[
    "activate", "shadow", "canary", "roll_back_activation", "roll_back_shadow", "roll_back_canary",
    "settings_changed", "restore_failed",
]  # fmt: skip
RolledBack = Literal["activation", "canary", "shadow"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ChangedBy(Sent):
    """Who changes what serves, and why; both are kept with the change."""

    by: Name | None = Field(default=None, description="Who does it, as you say it; the key's fingerprint is kept too.")
    note: Note = ""


class CandidateSent(ChangedBy):
    """A candidate to bring in."""

    candidate: Name | None = Field(
        description="Name of a folder in `bundles_folder`; null for the bundle that the settings name."
    )
    sha256: Sha256 | None = Field(default=None, description="Refuse it unless this is the sha256 of its bundle.json.")


class CanarySent(CandidateSent):
    """A candidate that answers a share of the listings."""

    share: float = Field(gt=0, le=1, description="Share of listing_ids that it answers.")


class RollbackSent(ChangedBy):
    """What to take back."""

    what: RolledBack


class BundleName(Answered):
    """A bundle in a slot: its folder in `bundles_folder` (null: the settings name it) and what it is to the byte."""

    candidate: str | None
    version: str
    sha256: str


class SlotState(Answered):
    """What serves under one name; `configured_sha256` is that of the bundle that the settings name."""

    configured_sha256: str
    active: BundleName
    previous: BundleName | None
    shadow: BundleName | None
    canary: BundleName | None
    canary_share: float | None


class BundlesOfName(Answered):
    """What serves under a name, in full.

    `durable` says whether a change outlives a restart: not with `store = "none"`.
    """

    name: str
    state: SlotState
    active: BundleLoaded
    previous: BundleLoaded | None
    shadow: BundleLoaded | None
    canary: BundleLoaded | None
    durable: bool


class CandidateFound(Answered):
    """A folder in `bundles_folder` as its bundle.json has it; it is checked when it is brought in."""

    candidate: str
    version: str
    sha256: str
    created_at: str
    products: list[str]
    known_format: bool


class CandidateRejected(Answered):
    """A folder in `bundles_folder` that cannot be brought in: the code and message of the refusal."""

    candidate: str = Field(description="Name of the folder.")
    code: str = Field(description="Code of the refusal, one of `candidate_…`.")
    reason: str = Field(description="What is wrong with it.")


class CandidateList(Answered):
    """The folders in `bundles_folder`: bundles of this name, and those that cannot be brought in."""

    candidates: list[CandidateFound] = Field(description="Bundles of this name, by folder name.")
    rejected: list[CandidateRejected] = Field(
        description="Folders that cannot be brought in, with the reason: what bundle.json shows, and what loading "
        "found when it was tried. Bundles of another name that serves are left out."
    )


class BundleChange(Answered):
    """One change, and what served after it; `caller` is `open`, a fingerprint of the key, or `server`."""

    change_id: int
    created_at: str
    action: BundleAction
    caller: str
    changed_by: str | None
    note: str
    state: SlotState


class BundleChangeList(Answered):
    changes: list[BundleChange]


class OutcomeCount(Answered):
    """How many checks the active bundle answered with one outcome and the shadow with another, or the same."""

    active: Outcome
    shadow: Outcome
    checks: int


class ExampleCheck(Answered):
    """A check on which the two differ."""

    check_id: str
    listing_id: str | None
    active_outcome: Outcome
    shadow_outcome: Outcome
    active_authenticity: float | None
    shadow_authenticity: float | None


class ShareChanged(Answered):
    """A share with its 95 % interval by Wilson."""

    share: Unit
    low: Unit
    high: Unit


class AuthenticityMove(Answered):
    """Shadow's authenticity less the active one's, over the `n` checks where both have one."""

    n: int
    mean: float | None
    mean_absolute: float | None


class ProductComparison(Answered):
    """Two bundles on the same checks of one product."""

    product: str
    checks: int
    changed: int
    share_changed: ShareChanged
    crossed: int = Field(description="Of the changed, those between genuine and counterfeit.")
    outcomes: list[OutcomeCount]
    authenticity_move: AuthenticityMove
    examples: list[ExampleCheck]


class ShadowWork(Answered):
    """What became of the checks that were offered to the shadow since the server started."""

    judged: int
    dropped: int = Field(description="Not judged, because checks were waiting for the processor.")
    failed: int
    waiting: int


class BundleComparison(Answered):
    """Active bundle and shadow compared; both null, and no products, where there is nothing to compare."""

    active_sha256: str | None
    shadow_sha256: str | None
    products: list[ProductComparison]
    shadow_work: ShadowWork
