"""Authenticity: its calibration, its base rate, and how sure the held-out listings allow it to be."""

import dataclasses
import math

import pytest

from tests.vision.verdict.judgements import (
    decided,
    genuine_only,
    judged,
    unread,
)
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import GraphMetadata
from vision.verdict.decide import base_rate_shift


def test_calibration_follows_the_number_of_photos(bundle: Bundle) -> None:
    two = decided(bundle, judged(0, 3.0), judged(1, 3.0))
    three = decided(bundle, judged(0, 3.0), judged(1, 3.0), judged(2, 3.0))
    assert two.authenticity == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert three.authenticity == pytest.approx(1 / (1 + math.exp(-3.0)))


def test_unreadable_and_repeated_photos_do_not_count_towards_calibration(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 3.0, sha256="a"), judged(1, 3.0, sha256="a"), unread(2), judged(3, 3.0))
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(-1.5)))


def test_the_base_rate_shift_is_the_difference_of_the_log_odds() -> None:
    assert base_rate_shift(0.5, 0.5) == 0
    assert base_rate_shift(0.5, 0.1) == pytest.approx(math.log(9))  # rarer counterfeits: more authentic
    assert base_rate_shift(0.2, 0.6) == pytest.approx(math.log(0.25) - math.log(1.5))


def test_a_counterfeit_share_moves_authenticity_and_no_outcome(bundle: Bundle) -> None:
    plain = decided(bundle, judged(0, -2.4))
    shifted = decided(bundle, judged(0, -2.4), counterfeit_share=0.1)
    assert plain.outcome == shifted.outcome == "counterfeit"
    assert plain.authenticity == pytest.approx(1 / (1 + math.exp(1.2)))
    assert shifted.authenticity == pytest.approx(9 / (9 + math.exp(1.2)))  # the odds times 0.9 / 0.1
    assert shifted.photos[0].authenticity == pytest.approx(9 / (9 + math.exp(1.2)))
    assert (plain.counterfeit_share, shifted.counterfeit_share) == (0.5, 0.1)


def test_the_validation_share_of_the_product_is_the_default(bundle: Bundle) -> None:
    graph = dataclasses.replace(bundle.metadata.graphs[0], counterfeit_share={"*": 0.5, "other": 0.2})
    verdict = decided(bundle, judged(0, 1.0), graph=graph, product="other")
    assert verdict.counterfeit_share == 0.2
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(-0.5)))
    moved = decided(bundle, judged(0, 1.0), graph=graph, product="other", counterfeit_share=0.5)
    assert moved.authenticity == pytest.approx(1 / (1 + 4 * math.exp(-0.5)))


def test_extreme_logits_give_probabilities_and_no_overflow(bundle: Bundle) -> None:
    assert decided(bundle, judged(0, 1e6)).authenticity == 1.0
    assert decided(bundle, judged(0, -1e6)).authenticity == 0.0


def resting_on(bundle: Bundle, genuine: int, counterfeit: int, **changes: object) -> GraphMetadata:
    """The graph, whose listing calibrations were fitted on so many listings."""
    graph = bundle.metadata.graphs[0]
    entries = [
        dataclasses.replace(entry, genuine=genuine, counterfeit=counterfeit) for entry in graph.listing_calibrations
    ]
    return dataclasses.replace(graph, listing_calibrations=tuple(entries), **changes)  # type: ignore[arg-type]


def test_no_answer_is_surer_than_the_listings_of_the_other_label_support(bundle: Bundle) -> None:
    graph = resting_on(bundle, genuine=18, counterfeit=8)
    sure = decided(bundle, judged(0, 1e6), judged(1, 1e6), graph=graph)
    assert sure.authenticity == pytest.approx(10 / 11)  # 8 counterfeits: even odds times 8 + 2
    assert [photo.authenticity for photo in sure.photos] == [pytest.approx(10 / 11)] * 2
    assert decided(bundle, judged(0, -1e6), graph=graph).authenticity == pytest.approx(1 / 21)  # 18 genuine: 1 to 20
    assert decided(bundle, judged(0, 3.0), graph=graph).authenticity == pytest.approx(1 / (1 + math.exp(-1.5)))


def test_the_cap_moves_with_the_base_rate_and_is_no_cap_on_the_probability(bundle: Bundle) -> None:
    graph = resting_on(bundle, genuine=18, counterfeit=8, counterfeit_share={"*": 0.2})
    assert decided(bundle, judged(0, 1e6), graph=graph).authenticity == pytest.approx(40 / 41)  # odds 4 times 10
    rare = decided(bundle, judged(0, 1e6), graph=graph, counterfeit_share=0.01)
    assert rare.authenticity == pytest.approx(990 / 991)  # odds 99 times 10
    rare = decided(bundle, judged(0, -1e6), graph=graph, counterfeit_share=0.01)
    assert rare.authenticity == pytest.approx(4.95 / 5.95)  # odds 99 over 20: so few listings can't overturn 1 %


def test_the_cap_moves_no_outcome(bundle: Bundle) -> None:
    graph = resting_on(bundle, genuine=0, counterfeit=0)
    assert decided(bundle, judged(0, 9.0), graph=graph).outcome == "genuine"
    assert decided(bundle, judged(0, -9.0), graph=graph).outcome == "counterfeit"
    assert decided(bundle, judged(0, 12.0), judged(1, -6.0), judged(2, 12.0), graph=graph).outcome == "review"


def test_a_conformal_bundle_has_no_cap(bundle: Bundle) -> None:
    conformal = genuine_only(bundle)
    verdict = decided(conformal, judged(0, 1e6), graph=resting_on(bundle, genuine=18, counterfeit=0))
    assert verdict.authenticity == 1.0
