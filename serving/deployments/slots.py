"""The bundles in memory: one slot for each bundle of the settings, with its active, shadow and canary bundles."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from serving.deployments.config import BundleOptions
from serving.deployments.robustness_rule import call_bundle, refuse_by_robustness
from serving.errors import BundleNameAmbiguous, BundleNotFound, BundleShared, ReferenceNotFound
from serving.principal import Principal
from vision.bundle.bundle import Bundle, read_bundle
from vision.bundle.references import EMBEDDINGS_FILE, ReferenceBank, read_references
from vision.bundle.robustness import beyond_limits
from vision.check_shape import resolve_product
from vision.detector import Detector
from vision.drift_sample import ValidationSample, read_sample, sample_file
from vision.errors import BundleError, ConfigError, UnknownProduct
from vision.inference.batching import BatchingScorer
from vision.inference.scorer import Scorer, TileScorer

log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedBundle:
    """A bundle in memory. `candidate` is its folder's name in `bundles_folder`, None where the settings name it.

    `sample` is the validation sample that drift compares checks with, None in older bundles.
    """

    detector: Detector
    bank: ReferenceBank
    sample: ValidationSample | None
    candidate: str | None = None

    @property
    def name(self) -> str:
        return self.detector.bundle.metadata.name

    @property
    def sha256(self) -> str:
        return self.detector.bundle.sha256


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A bundle that answers a share of the listings, above 0 and at most 1."""

    bundle: LoadedBundle
    share: float

    def includes(self, listing_id: str | None) -> bool:
        """Whether the canary answers this listing: always or never, by its hash; a larger share only adds listings.

        A check without a listing_id is answered by the active bundle: it can't be assigned consistently.
        """
        if listing_id is None:
            return False
        digest = hashlib.sha256(f"{self.bundle.sha256}\n{listing_id}".encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") < self.share * 2**64


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One bundle of the settings, with the bundles that replaced it or run beside it since the server started."""

    configured_folder: Path
    configured_sha256: str
    active: LoadedBundle
    previous: LoadedBundle | None = None
    shadow: LoadedBundle | None = None
    canary: Canary | None = None

    @property
    def name(self) -> str:
        return self.active.name

    @property
    def products(self) -> tuple[str, ...]:
        return self.active.detector.bundle.metadata.products

    def answering(self, listing_id: str | None) -> LoadedBundle:
        """Give the bundle that answers a listing."""
        return self.canary.bundle if self.canary is not None and self.canary.includes(listing_id) else self.active

    def loaded(self) -> Iterator[LoadedBundle]:
        """Give every bundle in memory, the active one first."""
        yield self.active
        for bundle in (None if self.canary is None else self.canary.bundle, self.previous, self.shadow):
            if bundle is not None:
                yield bundle


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LoadedBundles:
    """The slots in the order of the settings, and the slot of each product. Immutable; a change makes a new one."""

    slots: tuple[Slot, ...]
    by_product: Mapping[str, Slot]

    def visible_to(self, principal: Principal) -> list[Slot]:
        """Give the slots that know a product which the caller sees."""
        return [slot for slot in self.slots if any(map(principal.sees, slot.products))]

    def find_product(
        self, principal: Principal, named: str | None, listing_id: str | None = None
    ) -> tuple[str, Detector]:
        """Give the product to judge and its detector; raises ProductRequired or UnknownProduct.

        Products that the caller may not see are unknown here, and are not named.
        """
        products = principal.products
        known = self.by_product if products is None else [name for name in self.by_product if name in products]
        if not known:
            raise UnknownProduct("no bundle that serves here knows a product of this key's member; ask the operator.")
        product = resolve_product(named, sorted(known))
        return product, self.by_product[product].answering(listing_id).detector

    def find_slot(self, principal: Principal, name: str) -> Slot:
        """Give the slot of a bundle name; raises BundleNotFound, or BundleNameAmbiguous where two have it."""
        visible = self.visible_to(principal)
        found = [slot for slot in visible if slot.name == name]
        if not found:
            known = ", ".join(sorted({slot.name for slot in visible})) or "none"
            raise BundleNotFound(f"no bundle of the name {name[:80]!r} serves here; known: {known}")
        if len(found) > 1:
            raise BundleNameAmbiguous(
                f"{len(found)} bundles of the settings have the name {name[:80]!r}, so it is "
                "ambiguous which one to change; give each a name of its own with run.name when training"
            )
        return found[0]

    def find_slot_to_change(self, principal: Principal, name: str) -> Slot:
        """As `find_slot`; raises BundleShared where the bundle judges products that are not the caller's, too."""
        slot = self.find_slot(principal, name)
        if not principal.sees_all(slot.products):
            raise BundleShared(
                f"the bundle {name[:80]!r} judges products of others as well, so only the operator may change it"
            )
        return slot

    def bank_of(self, product: str) -> tuple[Detector, ReferenceBank] | None:
        """Give the active detector of a product and its references; None where the product is no longer loaded."""
        slot = self.by_product.get(product)
        return None if slot is None else (slot.active.detector, slot.active.bank)

    def find_reference(self, principal: Principal, name: str, reference_id: str) -> bytes:
        """Give the JPEG of a reference of a bundle of this name and a visible product; raises ReferenceNotFound.

        Those of a replaced bundle are given while it is in memory: a page that shows its crops may still be open.
        """
        for bundle in (bundle for slot in self.slots for bundle in slot.loaded()):
            reference = bundle.bank.find(reference_id) if bundle.name == name else None
            if reference is not None and principal.sees(reference.product):
                return bundle.bank.image(reference)
        raise ReferenceNotFound(
            f"no loaded bundle of the name {name[:80]!r} has a reference {reference_id[:80]!r}: it does not exist, or "
            "was erased"
        )

    def with_slot(self, old: Slot, new: Slot) -> LoadedBundles:
        """Give a copy with one slot replaced by another of the same products."""
        return LoadedBundles(
            slots=tuple(new if slot is old else slot for slot in self.slots),
            by_product={product: new if slot is old else slot for product, slot in self.by_product.items()},
        )


def load_bundles(folders: Sequence[Path], options: BundleOptions) -> LoadedBundles:
    """Load every bundle that the settings name; raises BundleError, or ConfigError when a product is claimed twice."""
    slots = []
    for folder in folders:
        bundle = open_bundle(folder, options)
        slots.append(Slot(configured_folder=folder, configured_sha256=bundle.sha256, active=bundle))
    by_product = _map_products(slots)
    unknown = sorted(set(options.products) - set(by_product))
    if unknown:
        raise ConfigError(
            f"products.{unknown[0]}: no loaded bundle knows this product; known: {', '.join(sorted(by_product))}"
        )
    return LoadedBundles(slots=tuple(slots), by_product=by_product)


def open_bundle(folder: Path, options: BundleOptions, candidate: str | None = None) -> LoadedBundle:
    """Read, check and self-test one bundle as the settings say it serves.

    Raises BundleError, or CandidateBeyondLimits where they refuse what it hangs on.
    """
    bundle = read_bundle(folder)
    refuse_by_robustness(bundle.metadata.robustness, options.robustness, call_bundle(candidate))
    shares = {
        name: product.counterfeit_share
        for name, product in options.products.items()
        if product.counterfeit_share is not None and name in bundle.metadata.products
    }
    detector = Detector(
        bundle, scorer=_open_scorer(bundle, options), counterfeit_share=shares, limits=options.photo_limits
    )
    if mark := beyond_limits(bundle.metadata.robustness):
        log.warning("bundle %s: %s", bundle.metadata.name, mark)
    bank, sample = read_references(bundle), read_sample(bundle, detector.scorer.graph)
    size = detector.scorer.embedding_size
    if bank.references:
        _require_same_size(bundle, EMBEDDINGS_FILE, bank.embeddings.shape[1], size)
    if sample is not None and sample.projection is not None:
        _require_same_size(bundle, sample_file(detector.scorer.graph.precision), len(sample.projection.centre), size)
    return LoadedBundle(detector=detector, bank=bank, sample=sample, candidate=candidate)


def _require_same_size(bundle: Bundle, file: str, found: int, size: int) -> None:
    """Raises BundleError where a file's embeddings can't be compared with those of the graph."""
    if found != size:
        raise BundleError(
            f"{bundle.folder / file} has embeddings of {found} values, and the graph gives {size}: train the bundle "
            "again, so that both are of one run."
        )


def _open_scorer(bundle: Bundle, options: BundleOptions) -> TileScorer:
    # Photos run in parallel, one compute thread a core, so one photo needs no more than one.
    scorer = Scorer(bundle, providers=options.providers, threads=1)
    batching = options.batching
    if not batching.applies_to(scorer.providers[0]):
        return scorer
    return BatchingScorer(scorer, max_wait_s=batching.longest_wait_ms / 1000, max_tiles=batching.most_photos)


def _map_products(slots: Sequence[Slot]) -> dict[str, Slot]:
    by_product: dict[str, Slot] = {}
    for slot in slots:
        for product in slot.active.detector.bundle.metadata.products:
            if product in by_product:
                raise ConfigError(
                    f"bundle: both {by_product[product].configured_folder} and {slot.configured_folder} know "
                    f"{product!r}; load one of them"
                )
            by_product[product] = slot
    return by_product
