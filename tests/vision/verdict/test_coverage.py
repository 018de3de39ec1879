"""What the photos show: too little, too few views, or another product."""

import dataclasses
import math

import pytest

from tests.builders.bundle import tiny_thresholds
from tests.vision.verdict.judgements import (
    codes,
    decided,
    judged,
    seen_as,
    unread,
    with_floors,
    with_metadata,
)
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import GraphMetadata


def stricter_with_one_photo(bundle: Bundle) -> GraphMetadata:
    thresholds = {"*": tiny_thresholds(-2, 2)}
    one_photo = {"*": tiny_thresholds(-4, 4)}
    return dataclasses.replace(bundle.metadata.graphs[0], thresholds=thresholds, one_photo_thresholds=one_photo)


@pytest.mark.parametrize(
    ("logit", "outcome", "of_one"), [(-3, "counterfeit", "review"), (3, "genuine", "review"), (5, "genuine", "genuine")]
)
def test_one_photo_must_speak_more_clearly(bundle: Bundle, logit: float, outcome: str, of_one: str) -> None:
    graph = stricter_with_one_photo(bundle)
    assert decided(bundle, judged(0, logit), judged(1, logit), graph=graph).outcome == outcome
    alone = decided(bundle, judged(0, logit), graph=graph)
    assert alone.outcome == of_one
    if of_one == "review":
        assert "more photos" in alone.reasons[0].message


def test_one_usable_photo_among_blurred_ones_is_one_photo(bundle: Bundle) -> None:
    blurred = [judged(index, 3.0, quality=("blurred",)) for index in (1, 2)]
    verdict = decided(bundle, judged(0, 3.0), *blurred, graph=stricter_with_one_photo(bundle))
    assert verdict.outcome == "review"
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(-1.5)))  # the slope of one photo, not of three


def test_a_photo_s_own_outcome_is_that_of_a_listing_of_it_alone(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 3.0), judged(1, 5.0), graph=stricter_with_one_photo(bundle))
    assert verdict.outcome == "genuine"
    assert [photo.outcome for photo in verdict.photos] == ["review", "genuine"]


def test_photos_of_unknown_views_are_as_sure_as_one_photo(bundle: Bundle) -> None:
    wanting, graph = with_metadata(bundle, required_views=("whole",)), stricter_with_one_photo(bundle)
    photos = [judged(index, 3.0) for index in range(3)]
    unknown = decided(wanting, *photos, graph=graph)
    assert (unknown.outcome, codes(unknown)) == ("review", ["between_thresholds", "views_unknown"])
    assert unknown.authenticity == pytest.approx(1 / (1 + math.exp(-1.5)))
    known = decided(wanting, *photos, graph=graph, views=["whole", "grille", "grille"])
    assert known.outcome == "genuine"
    assert known.authenticity == pytest.approx(1 / (1 + math.exp(-3.0)))


def test_a_bundle_without_thresholds_for_one_photo_judges_it_by_those_for_all(bundle: Bundle) -> None:
    assert decided(bundle, judged(0, 3.0)).outcome == "genuine"


def test_photos_that_all_show_too_little_are_insufficient_and_have_no_authenticity(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 9.0, quality=("blurred",)), judged(1, 9.0, quality=("too_dark", "too_small")))
    assert (verdict.outcome, verdict.authenticity) == ("insufficient", None)
    assert [(r.code, r.photo) for r in verdict.reasons] == [("blurred", 0), ("too_dark", 1), ("too_small", 1)]
    assert [(photo.outcome, photo.authenticity) for photo in verdict.photos] == [("insufficient", None)] * 2


def test_one_good_photo_among_blurred_ones_is_enough(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 3.0, quality=("blurred",)), judged(1, 3.0))
    assert verdict.outcome == "genuine"
    assert verdict.photos[0].outcome == "insufficient"


def test_required_views_that_nobody_named_are_unknown_and_do_not_stop_the_verdict(bundle: Bundle) -> None:
    wanting = with_metadata(bundle, required_views=("whole", "word_mark"))
    verdict = decided(wanting, judged(0, 3.0))
    assert (verdict.outcome, codes(verdict)) == ("genuine", ["views_unknown"])
    partly = decided(wanting, judged(0, 3.0), judged(1, 3.0), views=["whole", None])
    assert (partly.outcome, codes(partly)) == ("genuine", ["views_unknown"])


def test_a_missing_required_view_is_insufficient_and_named(bundle: Bundle) -> None:
    wanting = with_metadata(bundle, required_views=("whole", "word_mark"))
    verdict = decided(wanting, judged(0, 3.0), judged(1, 3.0), views=["whole", "grille"])
    assert (verdict.outcome, verdict.authenticity, codes(verdict)) == ("insufficient", None, ["view_missing"])
    assert "word_mark" in verdict.reasons[0].message
    assert verdict.photos[0].outcome == "genuine"


def test_a_required_view_shown_only_by_an_unusable_photo_is_missing(bundle: Bundle) -> None:
    wanting = with_metadata(bundle, required_views=("whole", "word_mark"))
    blurred = judged(1, 3.0, quality=("blurred",))
    verdict = decided(wanting, judged(0, 3.0), blurred, unread(2), views=["whole", "word_mark", "word_mark"])
    assert verdict.outcome == "insufficient"


def test_all_required_views_give_a_verdict_without_a_word_about_views(bundle: Bundle) -> None:
    wanting = with_metadata(bundle, required_views=("whole", "word_mark"))
    verdict = decided(wanting, judged(0, 3.0), judged(1, 3.0), views=["word_mark", "whole"])
    assert (verdict.outcome, codes(verdict)) == ("genuine", [])


def test_views_do_not_matter_to_a_bundle_that_requires_none(bundle: Bundle) -> None:
    assert decided(bundle, judged(0, 3.0)).reasons == ()
    assert decided(bundle, judged(0, 3.0), views=[None]).reasons == ()


def test_photos_that_look_too_little_like_the_product_are_unsupported(bundle: Bundle) -> None:
    verdict = decided(bundle, seen_as(0, 5.0, 0.4, 0.1), seen_as(1, 5.0, 0.5, 0.0), graph=with_floors(bundle))
    assert (verdict.outcome, verdict.authenticity, codes(verdict)) == ("unsupported", None, ["not_this_product"])
    assert verdict.reasons[0].message == "The photos don't look like toy."
    assert [photo.outcome for photo in verdict.photos] == ["genuine", "genuine"]  # each alone is above its own floor


def test_the_product_that_they_look_like_is_named(bundle: Bundle) -> None:
    verdict = decided(bundle, seen_as(0, 5.0, 0.1, 0.9), graph=with_floors(bundle))
    assert verdict.reasons[0].message == "The photos look like other rather than toy."
    assert (verdict.photos[0].outcome, verdict.photos[0].authenticity) == ("unsupported", None)
    assert decided(bundle, seen_as(0, 5.0, 0.1, 0.9), graph=with_floors(bundle), product="other").outcome == "genuine"


def test_one_photo_of_something_else_does_not_hide_a_listing_that_shows_the_product(bundle: Bundle) -> None:
    verdict = decided(
        bundle,
        seen_as(0, 5.0, 0.9, 0.1),
        seen_as(1, 5.0, 0.9, 0.0),
        seen_as(2, 5.0, 0.1, 0.0),
        graph=with_floors(bundle),
    )
    assert (verdict.outcome, [photo.outcome for photo in verdict.photos][2]) == ("genuine", "unsupported")


def test_blurred_photos_are_insufficient_whatever_they_look_like(bundle: Bundle) -> None:
    blurred = dataclasses.replace(seen_as(0, 5.0, 0.0, 0.0), quality=("blurred",))
    assert decided(bundle, blurred, graph=with_floors(bundle)).outcome == "insufficient"


def test_something_else_is_unsupported_before_a_view_of_it_is_asked_for(bundle: Bundle) -> None:
    wants = with_metadata(bundle, required_views=("sole",))
    verdict = decided(wants, seen_as(0, 5.0, 0.0, 0.0), views=["front"], graph=with_floors(bundle))
    assert (verdict.outcome, codes(verdict)) == ("unsupported", ["not_this_product"])


def test_without_floors_nothing_is_unsupported(bundle: Bundle) -> None:
    assert decided(bundle, seen_as(0, 5.0, 0.0, 0.0)).outcome == "genuine"
    assert decided(bundle, judged(0, 5.0), graph=with_floors(bundle)).outcome == "genuine"  # nobody can tell


# --- the product in the photo


def test_a_photo_without_the_product_is_left_out_of_the_mean(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 3.0), judged(1, -30.0, quality=("product_not_found",)), judged(2, 5.0))
    assert (verdict.outcome, codes(verdict)) == ("genuine", ["product_not_found"])
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(-0.5 * 4.0)))  # of two photos


def test_a_copy_in_which_the_product_was_found_counts_though_another_copy_came_first(bundle: Bundle) -> None:
    blurry = judged(0, -30.0, quality=("product_not_found",), sha256="a" * 64)
    verdict = decided(bundle, blurry, judged(1, 3.0, sha256="a" * 64), judged(2, 5.0))
    assert verdict.authenticity == pytest.approx(1 / (1 + math.exp(-0.5 * 4.0)))


def test_photos_that_are_all_without_the_product_have_no_verdict(bundle: Bundle) -> None:
    missing = [judged(index, 9.0, quality=("product_not_found",)) for index in (0, 1)]
    verdict = decided(bundle, *missing)
    assert (verdict.outcome, verdict.authenticity, verdict.novelty) == ("insufficient", None, None)


def test_a_small_product_counts_as_other_issues_of_quality_do(bundle: Bundle) -> None:
    verdict = decided(bundle, judged(0, 3.0), judged(1, 3.0, quality=("product_small",)))
    assert (verdict.outcome, verdict.photos[1].outcome) == ("genuine", "insufficient")
