"""The outcome and its reasons, by numbers worked by hand."""

import dataclasses
import math
from typing import Any

import pytest

from tests.builders.bundle import tiny_thresholds
from tests.vision.verdict.judgements import (
    codes,
    decided,
    genuine_only,
    hashed,
    judged,
    unread,
)
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import ErrorBound

NONE = ErrorBound(limit=0.05, n=0, errors=0, upper=1.0, guaranteed=False)


@pytest.mark.parametrize(
    ("logit", "outcome"),
    [(-2.01, "counterfeit"), (-2.0, "review"), (0.0, "review"), (2.0, "review"), (2.01, "genuine")],
)
def test_thresholds_lie_on_the_listing_logit_and_a_tie_is_for_review(
    bundle: Bundle, logit: float, outcome: str
) -> None:
    assert decided(bundle, judged(0, logit)).outcome == outcome


def test_the_listing_logit_is_the_mean_of_its_photos(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, -1.0), judged(1, -4.0))  # mean -2.5
    assert verdict.outcome == "counterfeit"
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(1.25)))
    assert [photo.outcome for photo in verdict.photos] == ["review", "counterfeit"]
    assert verdict.photos[1].authenticity == pytest.approx(1 / (1 + math.exp(2.0)))


def test_a_counterfeit_names_the_photo_that_looks_most_like_one(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, -3.0), judged(1, -5.0), judged(2, -4.0))
    assert [(reason.code, reason.photo) for reason in verdict.reasons] == [("looks_counterfeit", 1)]


def test_a_listing_in_between_says_so(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 0.4))
    assert (verdict.outcome, codes(verdict)) == ("review", ["between_thresholds"])
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(-0.2)))


def test_a_genuine_listing_gives_no_reason(bundle: Bundle) -> None:
    assert decided(bundle, judged(0, 3.0)).reasons == ()


def test_a_product_with_thresholds_of_its_own_is_judged_by_them(bundle: Bundle) -> None:
    thresholds = {"*": tiny_thresholds(-2, 2), "other": tiny_thresholds(-6, 6)}
    graph = dataclasses.replace(bundle.metadata.graphs[0], thresholds=thresholds)
    assert decided(bundle, judged(0, 3.0), graph=graph, product="toy").outcome == "genuine"
    assert decided(bundle, judged(0, 3.0), graph=graph, product="other").outcome == "review"


def test_thresholds_that_no_data_supports_leave_all_to_review(bundle: Bundle) -> None:
    graph = dataclasses.replace(bundle.metadata.graphs[0], thresholds={"*": tiny_thresholds(-math.inf, math.inf)})
    assert decided(bundle, judged(0, 50.0), graph=graph).outcome == "review"
    assert decided(bundle, judged(0, -50.0), graph=graph).outcome == "review"


def test_one_unreadable_photo_does_not_lose_the_others(bundle: Bundle) -> None:
    verdict = decided(bundle, unread(0), judged(1, 3.0))
    assert verdict.outcome == "genuine"
    assert verdict.photos[0].outcome is None
    assert verdict.photos[0].authenticity is None
    assert verdict.photos[0].error is not None
    assert verdict.photos[1].error is None


def test_the_same_photo_twice_counts_once(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 9.0, sha256="a"), judged(1, -3.0), judged(2, 9.0, sha256="a"))  # mean 3, not 5
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert len(verdict.photos) == 3


def test_a_photo_that_is_confidently_counterfeit_turns_genuine_into_review(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 12.0), judged(1, -6.0), judged(2, 12.0))  # mean 6, sigmoid(-3) = 0.047
    assert verdict.outcome == "review"
    assert [(reason.code, reason.photo) for reason in verdict.reasons] == [("photos_disagree", 1)]
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(-6)))


def test_a_photo_that_is_only_somewhat_suspicious_does_not(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 12.0), judged(1, -5.8), judged(2, 12.0))  # sigmoid(-2.9) = 0.052
    assert verdict.outcome == "genuine"


def test_a_confident_photo_above_the_threshold_does_not(bundle: Bundle) -> None:
    graph = dataclasses.replace(bundle.metadata.graphs[0], thresholds={"*": tiny_thresholds(-8, 2)})
    assert decided(bundle, judged(0, 20.0), judged(1, -7.0), graph=graph).outcome == "genuine"


def test_a_blurred_photo_can_not_disagree(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 12.0), judged(1, -6.0, quality=("blurred",)), judged(2, 12.0))
    assert (verdict.outcome, codes(verdict)) == ("genuine", ["blurred"])


def test_one_genuine_looking_photo_does_not_clear_a_counterfeit(bundle: Bundle) -> None:
    assert decided(bundle, judged(0, 9.0), judged(1, -30.0)).outcome == "counterfeit"


def test_a_copy_at_another_size_counts_once(bundle: Bundle) -> None:
    copies = decided(
        bundle, hashed(0, -5.0, 0x5555555555555555), hashed(1, 4.0, 0), hashed(2, 4.1, 1)
    )  # 4 of 256 bits apart
    assert copies.outcome == "review"  # mean of -5 and 4, not of -5, 4 and 4.1
    assert copies.authenticity == pytest.approx(1 / (1 + math.exp(0.25)))


def test_other_photos_count_each(bundle: Bundle) -> None:
    verdict = decided(
        bundle, hashed(0, -1.0, 0), hashed(1, -2.0, 0x5555555555555555), hashed(2, 0.0, 0x00FF00FF00FF00FF)
    )
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(1.0)))


def test_a_conformal_bundle_never_says_genuine(bundle: Bundle) -> None:
    conformal = genuine_only(bundle)
    for logit in (-1.0, 3.0, 1e3):
        verdict = decided(conformal, judged(0, logit))
        assert (verdict.outcome, codes(verdict)) == ("review", ["between_thresholds"])
        assert verdict.photos[0].outcome == "review"
        assert verdict.authenticity_kind == "conformal"


def test_what_a_conformal_bundle_flags_looks_novel_and_knows_no_base_rate(bundle: Bundle) -> None:
    conformal = genuine_only(bundle)
    verdict = decided(conformal, judged(0, -3.0), counterfeit_share=0.01)
    assert (verdict.outcome, codes(verdict)) == ("counterfeit", ["looks_novel"])
    assert verdict.authenticity == 0.25  # less usual than all three genuine listings
    assert verdict.photos[0].authenticity == 0.25


@pytest.mark.parametrize(
    ("logit", "changes", "message"),
    [
        pytest.param(
            9.0,
            {"genuine_above": 1e9, "counterfeit_passed": NONE},
            "Nothing looks counterfeit, but this bundle knows no counterfeit of toy: it never says genuine.",
            id="no counterfeit",
        ),
        pytest.param(
            -9.0,
            {"counterfeit_below": -1e9, "genuine_flagged": NONE},
            "This bundle knows no genuine toy: it never calls one counterfeit.",
            id="no genuine",
        ),
    ],
)
def test_a_product_of_which_a_label_is_unknown_is_left_to_a_person_in_true_words(
    bundle: Bundle, logit: float, changes: dict[str, Any], message: str
) -> None:
    own = dataclasses.replace(tiny_thresholds(-2, 2), **changes)
    graph = dataclasses.replace(bundle.metadata.graphs[0], thresholds={"*": own}, one_photo_thresholds={"*": own})
    verdict = decided(bundle, judged(0, logit), judged(1, logit), graph=graph)
    assert (verdict.outcome, [reason.message for reason in verdict.reasons]) == ("review", [message])
    assert verdict.photos[0].outcome == "review"


def test_a_conformal_bundle_says_that_it_knows_genuine_listings_alone(bundle: Bundle) -> None:
    (reason,) = decided(genuine_only(bundle), judged(0, 3.0)).reasons
    assert reason.message.endswith("but this bundle knows those alone and never says genuine.")
