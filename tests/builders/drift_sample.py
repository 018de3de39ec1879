"""A validation sample for the tiny bundle: photos of all colours between red and blue, half of them counterfeit."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from vision.bundle.bundle import Bundle, read_bundle, seal_bundle
from vision.detector import Detector
from vision.drift_sample import ValidationSample, measure_photo, write_sample


def add_tiny_sample(folder: Path, *, listings: int = 120) -> Bundle:
    """Measures one photo of so many listings, writes the sample and seals the bundle again."""
    detector = Detector(folder)
    judged = [detector.judge_photo(mixed_photo(seed), 0) for seed in range(listings)]
    rows = [measure_photo(judgement, detector.scorer.graph, None) or {} for judgement in judged]
    sample = ValidationSample(
        values={name: np.array([row[name] for row in rows]) for name in rows[0]},
        counterfeit=np.array([(judgement.logit or 0) < 0 for judgement in judged]),
        product=("toy",) * listings,
        projection=None,
    )
    write_sample(folder, "fp32", sample)
    return seal_bundle(folder, read_bundle(folder).metadata)


def mixed_photo(seed: int, *, light: float = 1.0) -> bytes:
    """A sharp photo of a colour between red and blue, another for each seed; `light` below 1 darkens it."""
    random = np.random.default_rng(seed)
    red = random.uniform(60, 190)
    noise = random.integers(-50, 50, (180, 240, 1))
    pixels = np.clip((np.array([red, 40, 250 - red]) + noise) * light, 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()
