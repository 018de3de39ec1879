"""What holds for every verdict."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.vision.verdict.judgements import (
    decided,
    judged,
    unread,
    with_metadata,
)
from vision.bundle.bundle import Bundle
from vision.verdict import PhotoJudgement


def test_authenticity_is_null_exactly_when_the_outcome_is_insufficient(bundle: Bundle) -> None:
    random = np.random.default_rng(1)
    wanting = with_metadata(bundle, required_views=("whole",))
    for _ in range(300):
        photos = [_random_judgement(index, random) for index in range(random.integers(1, 5))]
        views = [None if random.random() < 0.2 else random.choice(["whole", "grille"]) for _ in photos]
        verdict = decided(wanting, *photos, views=views if random.random() < 0.7 else None)
        assert (verdict.authenticity is None) == (verdict.outcome == "insufficient")
        for photo in verdict.photos:
            assert (photo.authenticity is None) == (photo.outcome in (None, "insufficient"))
            assert (photo.outcome is None) == (photo.error is not None)


def _random_judgement(index: int, random: np.random.Generator) -> PhotoJudgement:
    if random.random() < 0.2:
        return unread(index)
    return judged(index, random.normal(0, 6), quality=("blurred",) if random.random() < 0.3 else ())


def test_the_same_judgements_give_the_same_verdict_wherever_the_bundle_lies(bundle: Bundle, tmp_path: Path) -> None:
    elsewhere = write_tiny_bundle(tmp_path / "copy", products=("toy", "other"))
    assert decided(bundle, judged(0, 1.5)) == decided(elsewhere, judged(0, 1.5))


def test_novelty_is_the_mean_of_the_photos_and_null_without_one(bundle: Bundle) -> None:
    novel = [dataclasses.replace(judged(index, 3.0), novelty=value) for index, value in enumerate((0.2, 0.6))]
    assert decided(bundle, *novel).novelty == pytest.approx(0.4)
    assert decided(bundle, judged(0, 3.0)).novelty is None
