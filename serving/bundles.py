"""The bundles that serve: which detector judges which product."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from serving.errors import ReferenceNotFound
from serving.settings import ServeSettings
from vision.bundle import read_bundle
from vision.detector import Detector
from vision.errors import ConfigError, ProductRequired, UnknownProduct
from vision.photo import PhotoLimits
from vision.references import ReferenceBank, read_references


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LoadedBundles:
    """The detectors in the order of the settings, the one for each product name, and the references of each bundle."""

    detectors: tuple[Detector, ...]
    by_product: Mapping[str, Detector]
    banks: tuple[ReferenceBank, ...]  # parallel to the detectors

    def find_product(self, named: str | None) -> tuple[str, Detector]:
        """Give the product to judge and its detector; raises ProductRequired or UnknownProduct naming the known."""
        known = ", ".join(sorted(self.by_product))
        if named is None:
            if len(self.by_product) > 1:
                raise ProductRequired(f"several products are loaded, so name one in listing.product: {known}")
            return next(iter(self.by_product.items()))
        if named not in self.by_product:
            raise UnknownProduct(f"product {named[:200]!r} is not loaded here; known: {known}")
        return named, self.by_product[named]

    def bank_of(self, product: str) -> tuple[Detector, ReferenceBank] | None:
        """Give the detector of a product and its references; None where the product is no longer loaded."""
        detector = self.by_product.get(product)
        return None if detector is None else (detector, self.banks[self.detectors.index(detector)])

    def find_reference(self, name: str, reference_id: str) -> bytes:
        """Give the JPEG of a reference of the bundle of this name; raises ReferenceNotFound."""
        for bank in self.banks:
            reference = bank.find(reference_id) if bank.bundle.record.name == name else None
            if reference is not None:
                return bank.image(reference)
        raise ReferenceNotFound(
            f"no loaded bundle of the name {name[:80]!r} has a reference {reference_id[:80]!r}: it never had one, or "
            "the reference was erased"
        )


def load_bundles(settings: ServeSettings) -> LoadedBundles:
    """Load every bundle of the settings; raises BundleError, or ConfigError when a product is claimed twice."""
    shares = {
        name: product.counterfeit_share
        for name, product in settings.products.items()
        if product.counterfeit_share is not None
    }
    detectors = [_load(settings, folder_index, shares) for folder_index in range(len(settings.bundle))]
    by_product = _map_products(detectors)
    unknown = sorted(set(settings.products) - set(by_product))
    if unknown:
        raise ConfigError(
            f"products.{unknown[0]}: no loaded bundle knows this product; known: {', '.join(sorted(by_product))}"
        )
    banks = tuple(read_references(detector.bundle) for detector in detectors)
    return LoadedBundles(detectors=tuple(detectors), by_product=by_product, banks=banks)


def _load(settings: ServeSettings, folder_index: int, shares: Mapping[str, float]) -> Detector:
    bundle = read_bundle(settings.bundle[folder_index])
    detector = Detector(
        bundle,
        providers=settings.providers,
        counterfeit_share={name: share for name, share in shares.items() if name in bundle.record.products},
        limits=PhotoLimits(max_bytes=settings.max_photo_bytes),
        threads=1,  # photos run beside each other, one compute thread a core, so one photo needs no more
    )
    batching = settings.batching
    if batching.applies_to(detector.scorer.providers[0]):
        detector.gather_photos(longest_wait_s=batching.longest_wait_ms / 1000, most_photos=batching.most_photos)
    return detector


def _map_products(detectors: Sequence[Detector]) -> dict[str, Detector]:
    by_product: dict[str, Detector] = {}
    for detector in detectors:
        for product in detector.bundle.record.products:
            if product in by_product:
                raise ConfigError(
                    f"bundle: both {by_product[product].bundle.folder} and {detector.bundle.folder} know {product!r}; "
                    "load one of them"
                )
            by_product[product] = detector
    return by_product
