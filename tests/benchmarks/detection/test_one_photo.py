"""Thresholds of one photo, on listings whose photos are noisier than their mean."""

import numpy as np

from benchmarks.detection.one_photo import COUNTERFEIT, GENUINE, REVIEW, cross_fit
from tests.builders.held_out_listings import made_listings


def test_listings_cut_to_one_photo_err_more_by_the_thresholds_of_all_than_by_those_of_one() -> None:
    listings = made_listings(3000)
    whole, by_all, by_own = cross_fit(listings, limit=None, seed=0)

    def wrong(outcome: np.ndarray) -> int:
        return int((outcome == np.where(listings.genuine, COUNTERFEIT, GENUINE)).sum())

    assert wrong(whole) < 0.05 * 3000
    assert wrong(by_all) > 1.2 * wrong(by_own)
    assert ((by_own != REVIEW) <= (by_all != REVIEW)).all()  # stricter for every listing
