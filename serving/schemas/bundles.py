"""The JSON of changing bundles: what callers send and are answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from serving.schemas.checks import Answered, Name, Note, Outcome, RobustnessState, Sent, Unit
from serving.schemas.loaded_bundles import BundleLoaded
from serving.schemas.robustness import State

BundleAction = Literal[
    "activate", "shadow", "canary", "roll_back_activation", "roll_back_shadow", "roll_back_canary",
    "settings_changed", "restore_failed",
]  # fmt: skip
RolledBack = Literal["activation", "canary", "shadow"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ChangedBy(Sent):
    """Who changes what serves, and why; both are kept with the change."""

    by: Name | None = Field(default=None, description="Who does it, as you say it; the key's fingerprint is kept too.")
    note: Note = Field(default="", description="Why it is done; may be empty.")


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

    what: RolledBack = Field(description="What to take back: the latest activation, the canary or the shadow.")


class BundleName(Answered):
    """A bundle in a slot: its folder in `bundles_folder` (null: the settings name it) and what it is to the byte."""

    candidate: str | None = Field(
        description="Its folder in `bundles_folder`; null for the bundle that the settings name."
    )
    version: str = Field(description="Version that training gave it.")
    sha256: str = Field(description="SHA-256 of its bundle.json.")


class SlotState(Answered):
    """What serves under one name; `configured_sha256` is that of the bundle that the settings name."""

    configured_sha256: str = Field(description="That of the bundle that the settings name.")
    active: BundleName = Field(description="The bundle that answers.")
    previous: BundleName | None = Field(description="The bundle that a rollback brings back.")
    shadow: BundleName | None = Field(description="The bundle that judges without answering.")
    canary: BundleName | None = Field(description="The bundle that answers a share of the listings.")
    canary_share: float | None = Field(description="The share of listings that the canary answers.")


class BundlesOfName(Answered):
    """What serves under a name, in full.

    `durable` says whether a change outlives a restart: not with `store = "none"`.
    """

    name: str = Field(description="Name of the bundles.")
    state: SlotState = Field(description="What serves, in short.")
    active: BundleLoaded = Field(description="The bundle that answers.")
    previous: BundleLoaded | None = Field(
        description="The bundle that a rollback brings back; null where there is none."
    )
    shadow: BundleLoaded | None = Field(
        description="The bundle that judges without answering; null where there is none."
    )
    canary: BundleLoaded | None = Field(description="The bundle that answers a share; null where there is none.")
    durable: bool = Field(description='Whether a change outlives a restart; only with `store = "none"` it does not.')


class CandidateFound(Answered):
    """A folder in `bundles_folder` as its bundle.json has it; it is checked when it is brought in."""

    candidate: str = Field(description="Name of its folder.")
    version: str = Field(description="Version that training gave it.")
    sha256: str = Field(description="SHA-256 of its bundle.json.")
    created_at: str = Field(description="When it was made, in UTC.")
    products: list[str] = Field(description="The products that it judges.")
    known_format: bool = Field(description="Whether this server reads its format version.")
    robustness: RobustnessState = State


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

    change_id: int = Field(description="Id of the change; larger is later.")
    created_at: str = Field(description="When it was made, in UTC.")
    action: BundleAction = Field(description="What was done.")
    caller: str = Field(description="`open`, a fingerprint of the API key, or `server`.")
    changed_by: str | None = Field(description="Who did it, as sent with it.")
    note: str = Field(description="Why, as sent with it.")
    state: SlotState = Field(description="What served after it.")


class BundleChangeList(Answered):
    """The latest changes of the bundles under a name."""

    changes: list[BundleChange] = Field(description="The changes, newest first.")


class OutcomeCount(Answered):
    """How many checks the active bundle answered with one outcome and the shadow with another, or the same."""

    active: Outcome = Field(description="What the active bundle answered.")
    shadow: Outcome = Field(description="What the shadow would have answered.")
    checks: int = Field(description="How many checks had this pair.")


class ExampleCheck(Answered):
    """A check on which the two differ."""

    check_id: str = Field(description="Id of the check.")
    listing_id: str | None = Field(description="Your id of its listing; null where none was sent.")
    active_outcome: Outcome = Field(description="What the active bundle answered.")
    shadow_outcome: Outcome = Field(description="What the shadow would have answered.")
    active_authenticity: float | None = Field(description="The active bundle's authenticity; null where it has none.")
    shadow_authenticity: float | None = Field(description="The shadow's authenticity; null where it has none.")


class ShareChanged(Answered):
    """A share with its 95 % interval by Wilson."""

    share: Unit = Field(description="The share of checks whose outcome differs.")
    low: Unit = Field(description="Lower end of the 95 % interval.")
    high: Unit = Field(description="Upper end of the 95 % interval.")


class AuthenticityMove(Answered):
    """Shadow's authenticity less the active one's, over the `n` checks where both have one."""

    n: int = Field(description="How many checks have an authenticity of both.")
    mean: float | None = Field(description="Mean of the differences; null without any check.")
    mean_absolute: float | None = Field(description="Mean of their sizes; null without any check.")


class ProductComparison(Answered):
    """Two bundles on the same checks of one product."""

    product: str = Field(description="The product.")
    checks: int = Field(description="How many checks of this server both judged; all figures here are counted on them.")
    changed: int = Field(description="How many of them have another outcome.")
    share_changed: ShareChanged = Field(
        description="The same as a share. It says how often the two differ, not which is right."
    )
    crossed: int = Field(description="Of the changed, those between genuine and counterfeit.")
    outcomes: list[OutcomeCount] = Field(description="How many checks had each pair of outcomes.")
    authenticity_move: AuthenticityMove = Field(description="How authenticity differs.")
    examples: list[ExampleCheck] = Field(
        description="Checks with another outcome, those between genuine and counterfeit first."
    )


class ShadowWork(Answered):
    """What became of the checks that were offered to the shadow since the server started."""

    judged: int = Field(description="Judged and stored.")
    dropped: int = Field(description="Not judged, because checks were waiting for the processor.")
    failed: int = Field(description="Not judged, because of an error that the log has.")
    waiting: int = Field(description="Not judged yet.")


class BundleComparison(Answered):
    """Active bundle and shadow compared; both null, and no products, where there is nothing to compare."""

    active_sha256: str | None = Field(description="SHA-256 of the active bundle compared; null where nothing is.")
    shadow_sha256: str | None = Field(description="SHA-256 of the shadow compared; null where nothing is.")
    products: list[ProductComparison] = Field(description="The comparison, product by product.")
    shadow_work: ShadowWork = Field(description="What became of the checks that were offered to the shadow.")
