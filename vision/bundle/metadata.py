"""The content of bundle.json: the graphs of a bundle with all that was fitted on them. Keys: docs/bundle.md."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final, Literal, TypeVar

from vision.bundle.robustness import RobustnessSummary
from vision.bundle.self_test import SELF_TEST_COUNT
from vision.errors import BundleError
from vision.inputs import InputGeometry

FORMAT_VERSION: Final = 2
READABLE_FORMATS: Final = (1, FORMAT_VERSION)
INPUT_QUALITY_FORMAT: Final = 2  # the first whose photos' quality is measured on the network's input
METADATA_FILE: Final = "bundle.json"
ANY_PRODUCT: Final = "*"
NEVER: Final = 1e9  # a threshold that no logit reaches; finite, so that JSON can hold it
UNBOUNDED: Final = (-math.inf, math.inf)

Precision = Literal["fp32", "int8"]
AuthenticityKind = Literal["calibrated", "conformal"]
EvidenceKind = Literal["exact", "approximate"]
LabelKind = Literal["weak", "verified", "rendered"]
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Turns an uncorrected logit into authenticity: sigmoid(slope * logit + intercept + shift)."""

    slope: float
    intercept: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and self.slope > 0 and math.isfinite(self.intercept)):
            raise BundleError(f"a calibration of slope {self.slope} and intercept {self.intercept} is none: slope > 0.")

    def authenticity(self, logit: float, shift: float = 0.0, bounds: tuple[float, float] = UNBOUNDED) -> float:
        """Probability, 0 to 1; `bounds` hold the calibrated logit, and then `shift` moves it to another base rate."""
        low, high = bounds
        return _sigmoid(min(max(self.slope * logit + self.intercept, low), high) + shift)

    def authenticities(self, logits: Sequence[float], shift: float, bounds: tuple[float, float]) -> list[float]:
        """The authenticity of each logit, in one call."""
        return [self.authenticity(logit, shift, bounds) for logit in logits]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCalibration:
    """The calibration of listings with at least `min_photos` distinct readable photos.

    `genuine` and `counterfeit` are the held-out listings of each label that it was fitted on; None in older bundles.
    """

    min_photos: int
    calibration: Calibration
    genuine: int | None = None
    counterfeit: int | None = None

    def bounds(self, counterfeit_share: float, thresholds: "Thresholds") -> tuple[float, float]:
        """Between which calibrated logits its listings support an answer, at that share of counterfeits.

        Where none of n counterfeits was seen, the next one lies with a chance of 1 / (n + 2) (Laplace's rule of
        succession). So photos can be at most n + 2 times as likely to come of a genuine listing as of a counterfeit,
        and no answer moves the base rate's odds by more; towards counterfeit, n counts genuine listings. A label that
        set no threshold of the product was not seen of it: there n is 0, whatever other products have.
        """
        if self.genuine is None or self.counterfeit is None:
            return UNBOUNDED
        genuine = self.genuine if thresholds.genuine_flagged.n else 0
        counterfeit = self.counterfeit if thresholds.counterfeit_passed.n else 0
        base = math.log(1 - counterfeit_share) - math.log(counterfeit_share)
        return base - math.log(genuine + 2), base + math.log(counterfeit + 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBound:
    """Held-out listings of one class: `errors` of `n` on the wrong side of a threshold.

    `limit` is the share that was aimed for, `upper` the one-sided 97.5 % Clopper-Pearson bound, and `guaranteed`
    whether upper <= limit.
    """

    limit: float
    n: int
    errors: int
    upper: float
    guaranteed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The two thresholds on a listing's uncorrected logit: below the first counterfeit, above the second genuine."""

    counterfeit_below: float
    genuine_above: float
    genuine_flagged: ErrorBound
    counterfeit_passed: ErrorBound
    source: Literal["held_out", "out_of_fold"]

    def __post_init__(self) -> None:
        if not self.counterfeit_below <= self.genuine_above:
            raise BundleError(
                f"counterfeit_below {self.counterfeit_below} exceeds genuine_above {self.genuine_above}: "
                "a listing can't be both; let them meet in the middle."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many of the gate's listings; `upper` is the one-sided 97.5 % Clopper-Pearson bound of their share."""

    count: int
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Int8Gate:
    """How an int8 graph's verdicts differ from fp32's, each by its own thresholds, on listings that neither had seen.

    `crossed` went from genuine to counterfeit or back, `changed` got any other outcome, these included. `auroc_fall`
    is fp32's listing AUROC less int8's, `auroc_fall_low` and `_high` its 95 % interval by paired bootstrap.
    """

    listings: int
    source: Literal["held_out", "out_of_fold"]
    crossed: Tally
    changed: Tally
    auroc_fp32: float
    auroc_int8: float
    auroc_fall: float
    auroc_fall_low: float
    auroc_fall_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportFloor:
    """How much photos must look like a product to be judged as it, on the graph's `product_logit`.

    `listing` is the smallest mean over a listing's photos, `photo` the smallest value of one photo. Of `n` held-out
    listings of the product `lost` fall below, aimed at a share of `loss`.
    """

    listing: float
    photo: float
    loss: float
    n: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GenuineLogits:
    """The logits of held-out genuine listings and of their photos, ascending: what is usual, where no fake was seen."""

    listing: tuple[float, ...]
    photo: tuple[float, ...]

    def __post_init__(self) -> None:
        for values in (self.listing, self.photo):
            if not values or any(low > high for low, high in pairwise(values)):
                raise BundleError("the logits of genuine listings and photos are ascending, and there is at least one.")

    def listing_share(self, logit: float) -> float:
        """The share of genuine listings at least as novel as a logit, itself counted among them (conformal p-value)."""
        return _share_up_to(self.listing, logit)

    def photo_share(self, logit: float) -> float:
        """The share of genuine photos at least as novel as a logit, itself counted among them."""
        return _share_up_to(self.photo, logit)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphMetadata:
    """One graph file with everything that was fitted on its own outputs.

    `counterfeit_share` is the validation share and `thresholds` the cuts, per product with "*" as the fallback;
    `one_photo_thresholds` are the cuts for listings of one usable photo, by the same names, none in older bundles;
    `self_test_logits` are the outputs for `self_test_inputs`; `parity` is the largest difference in authenticity on
    real photos: of fp32 between torch and onnxruntime, of int8 from fp32. `support` has a floor for each product where
    the graph gives `product_logit`, whose columns are the bundle's products; without it no answer is `unsupported`.
    `genuine_logits` is there in a bundle of kind `conformal`, whose authenticity is read from it. `gate` is what let an
    int8 graph ship.
    """

    file: str
    precision: Precision
    photo_calibration: Calibration
    listing_calibrations: tuple[ListingCalibration, ...]
    counterfeit_share: Mapping[str, float]
    thresholds: Mapping[str, Thresholds]
    self_test_logits: tuple[float, ...]
    parity: float
    support: Mapping[str, SupportFloor] = field(default_factory=dict)
    genuine_logits: GenuineLogits | None = None
    gate: Int8Gate | None = None
    one_photo_thresholds: Mapping[str, Thresholds] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_inner_name(self.file)
        if not self.listing_calibrations:
            raise BundleError(f"graph {self.file} has no listing calibration: give one with min_photos = 1.")
        if len(self.self_test_logits) != SELF_TEST_COUNT:
            raise BundleError(
                f"graph {self.file} has {len(self.self_test_logits)} self-test logits: it takes {SELF_TEST_COUNT}."
            )
        for product, share in self.counterfeit_share.items():
            if not 0 < share < 1:
                raise BundleError(f"graph {self.file}: counterfeit_share of {product!r} is {share}, outside 0..1.")

    def listing_calibration(self, photo_count: int) -> ListingCalibration:
        """The calibration for that many distinct readable photos: of those that it reaches, the most demanding."""
        ordered = sorted(self.listing_calibrations, key=lambda entry: entry.min_photos)
        reached = [entry for entry in ordered if entry.min_photos <= photo_count]
        return (reached or ordered[:1])[-1]

    def thresholds_for(self, product: str, *, one_photo: bool = False) -> Thresholds:
        """The thresholds of a product; with `one_photo` those of listings that show one usable photo only."""
        chosen = (one_photo and self.one_photo_thresholds) or self.thresholds
        return _per_product(chosen, product, f"graph {self.file}: thresholds")

    def counterfeit_share_for(self, product: str) -> float:
        return _per_product(self.counterfeit_share, product, f"graph {self.file}: counterfeit_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCounts:
    """How many listings of each label there are."""

    genuine: int
    counterfeit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleMetadata:
    """The content of bundle.json, less the files' checksums. `evidence_bias` is the logit that no place contributes.

    `training_listings` are those of fitting, early stopping and calibration, by product; empty in older bundles.
    `robustness` is None where it was not measured: in older bundles, and without a test set.
    """

    name: str
    version: str
    created_at: str
    products: tuple[str, ...]
    geometry: InputGeometry
    evidence_kind: EvidenceKind
    evidence_bias: float
    authenticity_kind: AuthenticityKind
    graphs: tuple[GraphMetadata, ...]
    required_views: tuple[str, ...]
    metrics: Mapping[str, object]
    label_kind: LabelKind
    config: Mapping[str, object]
    data_hash: str
    code_version: str
    format_version: int = FORMAT_VERSION
    listing_rule: Literal["mean"] = "mean"
    training_listings: Mapping[str, ListingCounts] = field(default_factory=dict)
    robustness: RobustnessSummary | None = None

    def __post_init__(self) -> None:
        if not self.products or len(set(self.products)) != len(self.products):
            raise BundleError(f"products is {list(self.products)}: name each product that the bundle knows, once.")
        if not any(graph.precision == "fp32" for graph in self.graphs):
            raise BundleError("the bundle has no fp32 graph: int8 alone can't serve where its self-test differs.")
        for graph in self.graphs:
            for product in self.products:
                graph.thresholds_for(product)
                graph.thresholds_for(product, one_photo=True)
                graph.counterfeit_share_for(product)
            if self.authenticity_kind == "conformal" and graph.genuine_logits is None:
                raise BundleError(f"graph {graph.file} lacks genuine_logits, which a conformal bundle answers by.")
            if graph.support and set(graph.support) != set(self.products):
                raise BundleError(
                    f"graph {graph.file} has support floors of {sorted(graph.support)}: give each product one."
                )


def check_inner_name(name: str) -> None:
    """Raises BundleError unless `name` is a plain relative path that stays inside the bundle's folder."""
    path = PurePosixPath(name)
    plain = name and name == str(path) and not path.is_absolute() and not set(name) & set("\\:\0")
    if not plain or ".." in path.parts or name in (".", METADATA_FILE):
        raise BundleError(
            f"{name[:80]!r} is no name of a file inside a bundle: give a relative path such as model.onnx."
        )


def _per_product(values: Mapping[str, V], product: str, what: str) -> V:
    value = values.get(product, values.get(ANY_PRODUCT))
    if value is None:
        raise BundleError(f"{what} has neither {product!r} nor {ANY_PRODUCT!r}: add one of them.")
    return value


def _share_up_to(ascending: Sequence[float], value: float) -> float:
    return (bisect_right(ascending, value) + 1) / (len(ascending) + 1)


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    odds = math.exp(value)
    return odds / (1 + odds)
