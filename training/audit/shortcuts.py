"""Shortcut baselines: the listing AUROC of a photo's background, colours or file metadata alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.audit.photo_facts import FileMetadata, PhotoFacts, UnreadablePhoto, read_facts
from training.data.manifest import Manifest
from training.data.splits import group_folds
from training.statistics.bootstrap import bootstrap_estimate
from training.statistics.estimate import Estimate
from training.statistics.scores import auroc_weighted
from vision.photo.format import PHOTO_FORMATS

Shortcut = Literal["background", "colour", "file_metadata"]
SHORTCUTS: tuple[Shortcut, ...] = get_args(Shortcut)
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortcutBaseline:
    """How well something other than the product separates counterfeits: a listing AUROC with its 95 % interval."""

    shortcut: Shortcut
    auroc: Estimate
    n_listings: int
    n_photos: int


def background_baseline(manifest: Manifest, *, threads: int = 2, seed: int = 0) -> ShortcutBaseline:
    """The baseline of the background alone; photos that a product's box fills are excluded.

    Raises SplitError where the listings can't make five folds.
    """
    labelled = manifest.labelled()
    return shortcut_baseline("background", labelled, read_facts(labelled.rows, threads=threads), seed=seed)


def shortcut_baseline(
    shortcut: Shortcut,
    manifest: Manifest,
    facts: Sequence[PhotoFacts | UnreadablePhoto],
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> ShortcutBaseline:
    """A grouped cross-validation on one shortcut's features; a listing's value is the mean of its photos'.

    `facts` run parallel to `manifest.rows`. Products weigh their labels equally, so that a product with more
    counterfeits is no shortcut by itself. The interval is a bootstrap over listings.
    """
    found = {index: _features(shortcut, entry) for index, entry in enumerate(facts) if isinstance(entry, PhotoFacts)}
    known = {index: row for index, row in found.items() if row is not None and manifest.rows[index].label}
    suspicion = _held_out_suspicion(shortcut, manifest, known, folds=folds, seed=seed)
    counterfeit: dict[str, bool] = {}
    of_listing: dict[str, list[float]] = {}
    for index, value in suspicion.items():
        row = manifest.rows[index]
        counterfeit[row.listing] = row.label == "counterfeit"
        of_listing.setdefault(row.listing, []).append(value)
    positive = np.array([counterfeit[name] for name in of_listing])
    means = np.array([np.mean(values) for values in of_listing.values()])
    return ShortcutBaseline(
        shortcut=shortcut,
        auroc=bootstrap_estimate(auroc_weighted, positive, means, seed=seed),
        n_listings=len(of_listing),
        n_photos=len(suspicion),
    )


def _features(shortcut: Shortcut, facts: PhotoFacts) -> NDArray[np.float32] | None:
    if shortcut == "background":
        return facts.background
    return facts.colour if shortcut == "colour" else _describe_file(facts.metadata)


def _describe_file(file: FileMetadata) -> NDArray[np.float32]:
    pixels = file.width_px * file.height_px
    numbers = [
        file.bytes, file.bytes / pixels, file.width_px, file.height_px, file.width_px / file.height_px, pixels,
        file.luma_quantisation, file.chroma_quantisation, file.has_exif,
        *(file.format == name for name in PHOTO_FORMATS),
    ]  # fmt: skip
    return np.array(numbers, np.float32)


def _held_out_suspicion(
    shortcut: Shortcut, manifest: Manifest, features: dict[int, NDArray[np.float32]], *, folds: int, seed: int
) -> dict[int, float]:
    rows = sorted(features)
    suspicion: dict[int, float] = {}
    for train, held_out in group_folds(manifest, rows, k=folds, seed=seed):
        model = _classifier(shortcut, seed)
        step = model.steps[-1][0]
        model.fit(
            np.stack([features[index] for index in train]),
            np.array([manifest.rows[index].label == "counterfeit" for index in train]),
            **{f"{step}__sample_weight": _weights(manifest, train)},
        )
        p_counterfeit = model.predict_proba(np.stack([features[index] for index in held_out]))[:, 1]
        suspicion.update(zip(held_out, p_counterfeit.tolist(), strict=True))
    return suspicion


def _classifier(shortcut: Shortcut, seed: int) -> Any:
    if shortcut == "file_metadata":
        # A size or a quantisation table gives a class away by being one certain value: trees find it.
        return make_pipeline(RandomForestClassifier(50, min_samples_leaf=5, random_state=seed))
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000))


def _weights(manifest: Manifest, rows: Sequence[int]) -> NDArray[np.float64]:
    """A listing weighs one however many photos it has, and in each product both labels weigh the same."""
    photos = Counter(manifest.rows[index].listing for index in rows)
    strata = {
        manifest.rows[index].listing: (manifest.rows[index].product, manifest.rows[index].label) for index in rows
    }
    listings = Counter(strata.values())
    raw = [1 / photos[(row := manifest.rows[index]).listing] / listings[strata[row.listing]] for index in rows]
    return np.array(raw) * len(raw) / sum(raw)
