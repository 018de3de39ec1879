"""What kind of bundle a manifest gives: decided by its labels, never by which listings happen to calibrate.

With both labels the bundle is `calibrated`: it states probabilities. With genuine listings alone it is `conformal`: it
flags what is unlike them, and never says genuine. A label that is there but has too few listings is refused before
anything is fitted (training/pipeline/enough_listings.py): either answer would claim what the bundle can't know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from training.data.manifest import Label, Manifest
from training.errors import RunError
from training.statistics.bounds import listings_to_expect
from vision.bundle.metadata import AuthenticityKind, ListingCounts

PLATT_LISTINGS: Final = 2
"""Calibrating listings of a label: Platt's slope weighs the labels' distance against the spread within each, and a
single listing has no spread."""


def bundle_kind(manifest: Manifest) -> AuthenticityKind:
    """The kind that follows from the labels outside the column split's test set. Raises RunError without genuine ones.

    A test set that is drawn or given by fold counts, so that no draw decides the kind.
    """
    listings = training_listings(manifest).values()
    if not any(own.genuine for own in listings):
        raise RunError(
            "no listing is genuine, and a detector compares with genuine ones: add genuine listings, or correct the "
            "labels or data.where"
        )
    return "calibrated" if any(own.counterfeit for own in listings) else "conformal"


def training_listings(manifest: Manifest) -> dict[str, ListingCounts]:
    """How many listings of each label a run may learn from, by product: all but the column split's test set."""
    return count_listings(manifest, (index for index, row in enumerate(manifest.rows) if row.split != "test"))


def labels_needed(kind: AuthenticityKind) -> tuple[Label, ...]:
    """The labels that a bundle of this kind learns from."""
    return ("genuine", "counterfeit") if kind == "calibrated" else ("genuine",)


def calibrating_listings_needed(kind: AuthenticityKind, alpha: float) -> int:
    """Calibrating listings of each label that a bundle of this kind takes.

    A conformal bundle takes 1 / alpha - 1: of n genuine listings the smallest share at least as novel is 1 / (n + 1),
    so with fewer nothing could ever be as rare as alpha.
    """
    return PLATT_LISTINGS if kind == "calibrated" else listings_to_expect(alpha)


def count_listings(manifest: Manifest, rows: Iterable[int]) -> dict[str, ListingCounts]:
    """How many listings of each label these rows hold, by product; a listing of two products counts for both."""
    found: dict[str, set[tuple[Label, str]]] = {}
    for row in (manifest.rows[index] for index in rows):
        if row.label is not None:
            found.setdefault(row.product, set()).add((row.label, row.listing))
    return {product: _counts([label for label, _ in own]) for product, own in sorted(found.items())}


def unknown_labels(listings: Mapping[str, ListingCounts]) -> dict[str, Label]:
    """By product, the label of which it has no listing although another product has some."""
    found: dict[str, Label] = {}
    if any(own.genuine for own in listings.values()):
        found |= {product: "genuine" for product, own in listings.items() if not own.genuine}
    if any(own.counterfeit for own in listings.values()):
        found |= {product: "counterfeit" for product, own in listings.items() if not own.counterfeit}
    return found


def describe_unknown(kind: AuthenticityKind, listings: Mapping[str, ListingCounts]) -> tuple[str, ...]:
    """One sentence for each thing that a bundle of this kind and these training listings can't know."""
    if kind == "conformal":
        return ("It knows genuine listings alone: it flags what is unlike them, and never says genuine.",)
    outcome: dict[Label, str] = {"counterfeit": "genuine", "genuine": "counterfeit"}
    return tuple(
        f"It knows no {label} listing of {product}, and so never calls one {outcome[label]}."
        for product, label in sorted(unknown_labels(listings).items())
    )


def _counts(labels: Sequence[Label]) -> ListingCounts:
    return ListingCounts(genuine=labels.count("genuine"), counterfeit=labels.count("counterfeit"))
