"""Authenticity: its calibration, its base rate, and how sure the held-out listings allow it to be."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.bundle import tiny_thresholds
from tests.vision.verdict.judgements import (
    codes,
    decided,
    genuine_only,
    judged,
    unread,
)
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import NEVER, GraphMetadata
from vision.verdict import Verdict
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


# --- the thresholds as authenticity


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def thresholds_of(verdict: Verdict) -> tuple[float | None, float | None]:
    assert verdict.thresholds is not None
    return verdict.thresholds.counterfeit_below, verdict.thresholds.genuine_above


def test_the_thresholds_are_given_as_the_authenticity_that_a_listing_at_them_would_have(bundle: Bundle) -> None:
    two = decided(bundle, judged(0, 3.0), judged(1, 3.0))
    three = decided(bundle, judged(0, 3.0), judged(1, 3.0), judged(2, 3.0))
    assert thresholds_of(two) == pytest.approx((sigmoid(-1), sigmoid(1)))  # logits -2 and 2, and a slope of 0.5
    assert thresholds_of(three) == pytest.approx((sigmoid(-2), sigmoid(2)))  # from three photos on a slope of 1


def test_the_thresholds_move_with_the_base_rate_as_the_authenticity_does(bundle: Bundle) -> None:
    rare = decided(bundle, judged(0, 3.0), counterfeit_share=0.1)
    assert thresholds_of(rare) == pytest.approx((9 / (9 + math.exp(1)), 9 / (9 + math.exp(-1))))


def test_the_thresholds_are_those_of_the_product_and_of_what_is_shown(bundle: Bundle) -> None:
    graph = dataclasses.replace(
        bundle.metadata.graphs[0],
        thresholds={"*": tiny_thresholds(-2, 2), "other": tiny_thresholds(-4, 0)},
        one_photo_thresholds={"*": tiny_thresholds(-6, 6)},
    )
    two = (judged(0, 3.0), judged(1, 3.0))
    assert thresholds_of(decided(bundle, *two, graph=graph)) == pytest.approx((sigmoid(-1), sigmoid(1)))
    assert thresholds_of(decided(bundle, *two, graph=graph, product="other")) == pytest.approx((sigmoid(-2), 0.5))
    assert thresholds_of(decided(bundle, two[0], graph=graph)) == pytest.approx((sigmoid(-3), sigmoid(3)))


def test_a_threshold_that_no_logit_reaches_is_none(bundle: Bundle) -> None:
    def with_thresholds(low: float, high: float) -> list[float | None]:
        graph = resting_on(bundle, genuine=18, counterfeit=8, thresholds={"*": tiny_thresholds(low, high)})
        return list(thresholds_of(decided(bundle, judged(0, 3.0), judged(1, 3.0), graph=graph)))

    assert with_thresholds(-NEVER, 2) == pytest.approx([None, sigmoid(1)])
    assert with_thresholds(-2, NEVER) == pytest.approx([sigmoid(-1), None])


def test_a_bundle_that_saw_no_counterfeits_has_no_threshold_for_genuine(bundle: Bundle) -> None:
    verdict = decided(genuine_only(bundle), judged(0, 0.5), judged(1, 0.5))
    assert thresholds_of(verdict) == (1 / 4, None)  # none of the 3 usual listings lies at or below a logit of -2


@pytest.mark.parametrize("quality", ["blurred", "too_dark"])
def test_without_an_authenticity_there_are_no_thresholds(bundle: Bundle, quality: str) -> None:
    verdict = decided(bundle, judged(0, 3.0, quality=(quality,)))
    assert (verdict.outcome, verdict.authenticity, verdict.thresholds) == ("insufficient", None, None)


@given(
    logits=st.lists(st.floats(-20, 20), min_size=1, max_size=5),
    share=st.floats(0.001, 0.999),
    seen=st.tuples(st.integers(1, 50), st.integers(1, 50)),
)
def test_the_outcome_is_the_zone_in_which_the_authenticity_lies(
    bundle: Bundle, logits: list[float], share: float, seen: tuple[int, int]
) -> None:
    graph = resting_on(bundle, genuine=seen[0], counterfeit=seen[1])
    photos = [judged(index, logit) for index, logit in enumerate(logits)]
    verdict = decided(bundle, *photos, graph=graph, counterfeit_share=share)
    below, above = thresholds_of(verdict)
    assert verdict.authenticity is not None
    assert below is not None
    assert above is not None
    if verdict.outcome == "counterfeit":
        assert verdict.authenticity <= below
    elif verdict.outcome == "genuine":
        assert verdict.authenticity >= above
    elif "photos_disagree" not in codes(verdict):
        assert below <= verdict.authenticity <= above
