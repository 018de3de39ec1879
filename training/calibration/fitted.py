"""Calibration, thresholds and support floors fitted on held-out listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from training.calibration.bundle_kind import bundle_kind, training_listings, unknown_labels
from training.calibration.config import CalibrationConfig
from training.calibration.held_out import CalibrationSet, HeldOutListing
from training.calibration.thresholds import (
    choose_thresholds,
    fit_calibration,
    fit_listing_calibrations,
    fit_support_floor,
    without_label,
)
from vision.bundle.metadata import (
    ANY_PRODUCT,
    Calibration,
    GenuineLogits,
    GraphMetadata,
    ListingCalibration,
    ListingCounts,
    Precision,
    SupportFloor,
    Thresholds,
)
from vision.verdict import counted_photos


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCalibration:
    """What a graph's metadata hold of probabilities and thresholds, and the number of listings behind them.

    `genuine_logits` is set for a conformal bundle.
    """

    photo: Calibration
    listings: tuple[ListingCalibration, ...]
    thresholds: dict[str, Thresholds]
    one_photo_thresholds: dict[str, Thresholds]
    counterfeit_share: dict[str, float]
    support: dict[str, SupportFloor]
    genuine_logits: GenuineLogits | None
    listings_by_product: dict[str, ListingCounts]

    def graph_metadata(self, file: str, precision: Precision, self_test_logits: tuple[float, ...]) -> GraphMetadata:
        """The metadata of the graph whose predictions were fitted; its parity is measured later."""
        return GraphMetadata(
            file=file,
            precision=precision,
            photo_calibration=self.photo,
            listing_calibrations=self.listings,
            counterfeit_share=self.counterfeit_share,
            thresholds=self.thresholds,
            one_photo_thresholds=self.one_photo_thresholds,
            support=self.support,
            genuine_logits=self.genuine_logits,
            self_test_logits=self_test_logits,
            parity=0.0,
        )


def fit_on_held_out(held_out: CalibrationSet, config: CalibrationConfig) -> FittedCalibration:
    """Calibrations of photos and listings, thresholds, and each product's share of counterfeit listings.

    The kind of bundle, and what it may say of a product of which it knows one label, follow from the whole manifest.
    """
    listings = held_out.listings()
    logit = np.array([listing.logit for listing in listings])
    genuine = np.array([listing.genuine for listing in listings])
    products = [listing.product for listing in listings]
    counts = np.array([listing.photos for listing in listings], np.int64)
    one_photo_logit = np.array([listing.one_photo_logit for listing in listings])
    thresholds = _thresholds(held_out, logit, listings, config)
    photo_genuine = np.array([held_out.manifest.rows[row].label == "genuine" for row in held_out.rows])
    return FittedCalibration(
        photo=fit_calibration(held_out.logit, photo_genuine),
        listings=fit_listing_calibrations(logit, genuine, counts, one_photo_logit=one_photo_logit),
        thresholds=thresholds,
        one_photo_thresholds=_thresholds(held_out, one_photo_logit, listings, config, no_looser_than=thresholds),
        counterfeit_share=_counterfeit_shares(genuine, np.array(products)),
        support=_support(held_out, config.support_loss),
        genuine_logits=_sorted_logits(logit, held_out.logit) if bundle_kind(held_out.manifest) == "conformal" else None,
        listings_by_product=_count_by_product(listings),
    )


def _thresholds(
    held_out: CalibrationSet,
    logit: NDArray[np.float64],
    listings: Sequence[HeldOutListing],
    config: CalibrationConfig,
    no_looser_than: Mapping[str, Thresholds] = MappingProxyType({}),
) -> dict[str, Thresholds]:
    chosen = choose_thresholds(
        logit,
        np.array([listing.genuine for listing in listings]),
        [listing.product for listing in listings],
        alpha=config.alpha,
        beta=config.beta,
        source=held_out.source,
        unguaranteed=config.unguaranteed,
        no_looser_than=no_looser_than,
    )
    for product, label in unknown_labels(training_listings(held_out.manifest)).items():
        chosen[product] = without_label(chosen.get(product, chosen[ANY_PRODUCT]), label)
    return chosen


def _support(held_out: CalibrationSet, loss: float) -> dict[str, SupportFloor]:
    """Each product's floor; none where the network has no product logits, or a product has no held-out listing."""
    if held_out.outputs.product_logit is None:
        return {}
    manifest = held_out.manifest
    listings: dict[str, list[list[float]]] = {product: [] for product in manifest.products}
    for rows, judgements in held_out.listing_judgements():
        product = manifest.rows[rows[0]].product
        own = manifest.products.index(product)
        photos = counted_photos(judgements)
        listings[product].append([photo.product_logit[own] for photo in photos if photo.product_logit is not None])
    if not all(listings.values()):
        return {}
    return {product: fit_support_floor(own, loss) for product, own in listings.items()}


def _sorted_logits(listing: NDArray[np.float64], photo: NDArray[np.float64]) -> GenuineLogits:
    return GenuineLogits(listing=tuple(np.sort(listing).tolist()), photo=tuple(np.sort(photo).tolist()))


def _count_by_product(listings: Sequence[HeldOutListing]) -> dict[str, ListingCounts]:
    """By product, with `*` for all of them."""
    counts = {}
    for name in [ANY_PRODUCT, *sorted({listing.product for listing in listings})]:
        own = [listing.genuine for listing in listings if name in (ANY_PRODUCT, listing.product)]
        counts[name] = ListingCounts(genuine=sum(own), counterfeit=len(own) - sum(own))
    return counts


def _counterfeit_shares(genuine: NDArray[np.bool_], products: NDArray[np.str_]) -> dict[str, float]:
    """By Laplace's rule of succession, which keeps the share of a product with one class inside (0, 1)."""
    groups = {ANY_PRODUCT: np.ones(len(genuine), bool), **{p: products == p for p in np.unique(products).tolist()}}
    return {name: (int((~genuine[own]).sum()) + 1) / (int(own.sum()) + 2) for name, own in groups.items()}
