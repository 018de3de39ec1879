"""A bundle's rates on listings that it was not fitted on: the part of its `metrics` that serving shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vision.bundle.measured_value import MeasuredShare, MeasuredValue
from vision.bundle.metadata import BundleMetadata
from vision.json_dataclass import from_json

MeasuredOn = Literal["test_set", "out_of_fold", "calibration"]
MeasuredAt = Literal["of_the_bundle", "cross_fitted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingQuality:
    """How many listings of each label were predicted, and how well they are ranked."""

    genuine: int
    counterfeit: int
    auroc: MeasuredValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The rates of a bundle's verdicts, and the listings on which they were measured.

    `source`: of listings kept for testing alone (`test_set`); or an estimate, of all listings, each predicted by a
    network trained alike that had not seen it (`out_of_fold`), or of the calibration listings that the network had not
    seen (`calibration`). For an estimate `thresholds` are `cross_fitted`: set without the listing that they judge.
    `test_set` says in words which listings were kept; None in older bundles. `coverage` is the share called genuine or
    counterfeit; the other two are errors, of the genuine and of the counterfeit listings.
    """

    listing: ListingQuality
    coverage: MeasuredShare
    genuine_flagged: MeasuredShare
    counterfeit_passed: MeasuredShare
    source: MeasuredOn = "test_set"  # older bundles marked the estimate alone
    test_set: str | None = None
    thresholds: MeasuredAt = "of_the_bundle"

    @property
    def decides_in_sample(self) -> bool:
        """Whether the same listings set the thresholds that judge them, as in older bundles without a test set.

        Their three shares lie within the limits by construction, and are no measure of performance.
        """
        return self.source != "test_set" and self.thresholds == "of_the_bundle"

    @property
    def on(self) -> str:
        """The listings that were predicted, and how, in words that follow "measured on"."""
        counts = f"{self.listing.genuine} genuine and {self.listing.counterfeit} counterfeit"
        if self.source == "test_set":
            return f"{counts} test listings{f' ({self.test_set})' if self.test_set else ''}"
        if self.source == "calibration":
            return f"the {counts} calibration listings, which the network had not seen: an estimate"
        return f"{counts} listings, each by a network trained alike that had not seen it: an estimate"


def read_measured(metadata: BundleMetadata) -> Measured | None:
    """What was measured of a bundle; None where nothing was. Raises BundleError where `metrics` is broken."""
    if "coverage" not in metadata.metrics:
        return None
    return from_json(Measured, dict(metadata.metrics), "metrics")
