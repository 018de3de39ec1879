"""Figures survive the way through bundle.json, dashes and all."""

import json
import math

import pytest

from training.evaluation.figures import measure
from training.evaluation.figures_json import figures_as_dict, read_figures
from training.evaluation.predictions import ListingPrediction, PhotoPrediction
from vision.errors import BundleError

LISTINGS = [
    ListingPrediction(
        listing=f"l{i}",
        label="genuine" if i % 2 else "counterfeit",
        product="toy",
        photo_count=2 if i == 1 else 1,
        logit=0.0,
        authenticity=i / 10,
        outcome="review",
        maker=None if i % 2 else "m1",
    )
    for i in range(10)
]
PHOTOS = [
    PhotoPrediction(row=i, listing=a.listing, label=a.label, logit=0.0, authenticity=a.authenticity, cues=("seam",))
    for i, a in enumerate(LISTINGS)
]


def stored() -> dict[str, object]:
    table: dict[str, object] = json.loads(
        json.dumps(figures_as_dict(measure(LISTINGS, PHOTOS, rounds=50)), allow_nan=False)
    )
    return table


def test_figures_come_back_from_json_as_they_went() -> None:
    again = read_figures(stored())
    assert again is not None
    assert figures_as_dict(again) == stored()
    assert again.listing.auroc.value == pytest.approx(15 / 25)
    assert math.isnan(again.by_photo_count[1].auroc.value)  # one class only
    assert again.by_cue[0].genuine_flagged is None


@pytest.mark.parametrize("metrics", [{}, {"listing_auroc": 0.9}], ids=["nothing", "another program's"])
def test_what_isn_t_ours_is_no_figures(metrics: dict[str, object]) -> None:
    assert read_figures(metrics) is None


@pytest.mark.parametrize("key", ["outcomes", "by_cue", "coverage"])
def test_broken_figures_are_refused(key: str) -> None:
    table = stored()
    del table[key]
    with pytest.raises(BundleError, match=key):
        read_figures(table)
