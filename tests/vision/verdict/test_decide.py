"""The rules of `decide`, by numbers worked by hand.

The record of `tiny_bundle`: below -2 counterfeit, above +2 genuine; photo calibration sigmoid(0.5 x); listing
calibration sigmoid(0.5 x) for one or two photos and sigmoid(x) from three on; validation share 0.5.
"""

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from tests.builders.bundle import tiny_thresholds, write_tiny_bundle
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import GenuineLogits, GraphMetadata, SupportFloor
from vision.copies.pdq import PhotoHash
from vision.verdict import PhotoFault, PhotoJudgement, Verdict, base_rate_shift, decide


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundle"), products=("toy", "other"))


def judged(index: int, logit: float, *, quality: tuple[str, ...] = (), sha256: str | None = None) -> PhotoJudgement:
    return PhotoJudgement(index=index, sha256=sha256 or f"{index:064d}", logit=logit, quality=quality)  # type: ignore[arg-type]


def seen_as(index: int, logit: float, *likeness: float) -> PhotoJudgement:
    """A photo that looks like the bundle's products, toy and other, that much."""
    return dataclasses.replace(judged(index, logit), product_logit=likeness)


def with_floors(bundle: Bundle) -> GraphMetadata:
    """The graph with a floor of 0.5 under a listing and 0.2 under a photo, for both products."""
    floor = SupportFloor(listing=0.5, photo=0.2, loss=0.02, n=100, lost=2)
    return dataclasses.replace(bundle.metadata.graphs[0], support={"toy": floor, "other": floor})


def hashed(index: int, logit: float, word: int) -> PhotoJudgement:
    """A photo whose perceptual hash repeats a 64-bit word."""
    bits = np.full(4, word, np.uint64)
    return dataclasses.replace(
        judged(index, logit),
        hash=PhotoHash(bits=bits, mirrored_bits=~bits, quality=100, colours=np.zeros((4, 4, 3), np.uint8)),
    )


def unread(index: int) -> PhotoJudgement:
    fault = PhotoFault(code="photo_truncated", message="cut short.")
    return PhotoJudgement(index=index, sha256=f"{index:064d}", error=fault)


def decided(bundle: Bundle, *photos: PhotoJudgement, **options: object) -> Verdict:
    graph = options.pop("graph", bundle.metadata.graphs[0])
    options.setdefault("product", "toy")
    return decide(photos, bundle=bundle, graph=graph, **options)  # type: ignore[arg-type]


def with_record(bundle: Bundle, **changes: object) -> Bundle:
    return dataclasses.replace(bundle, metadata=dataclasses.replace(bundle.metadata, **changes))  # type: ignore[arg-type]


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


# --- thresholds


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


# --- calibration and base rate


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


# --- how sure the held-out listings allow it to be


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


# --- a listing that shows little


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
    wanting, graph = with_record(bundle, required_views=("whole",)), stricter_with_one_photo(bundle)
    photos = [judged(index, 3.0) for index in range(3)]
    unknown = decided(wanting, *photos, graph=graph)
    assert (unknown.outcome, codes(unknown)) == ("review", ["between_thresholds", "views_unknown"])
    assert unknown.authenticity == pytest.approx(1 / (1 + math.exp(-1.5)))
    known = decided(wanting, *photos, graph=graph, views=["whole", "grille", "grille"])
    assert known.outcome == "genuine"
    assert known.authenticity == pytest.approx(1 / (1 + math.exp(-3.0)))


def test_a_bundle_without_thresholds_for_one_photo_judges_it_by_those_for_all(bundle: Bundle) -> None:
    assert decided(bundle, judged(0, 3.0)).outcome == "genuine"


# --- photos that are bad, alike, or at odds


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


# --- what the photos don't show


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
    wanting = with_record(bundle, required_views=("whole", "word_mark"))
    verdict = decided(wanting, judged(0, 3.0))
    assert (verdict.outcome, codes(verdict)) == ("genuine", ["views_unknown"])
    partly = decided(wanting, judged(0, 3.0), judged(1, 3.0), views=["whole", None])
    assert (partly.outcome, codes(partly)) == ("genuine", ["views_unknown"])


def test_a_missing_required_view_is_insufficient_and_named(bundle: Bundle) -> None:
    wanting = with_record(bundle, required_views=("whole", "word_mark"))
    verdict = decided(wanting, judged(0, 3.0), judged(1, 3.0), views=["whole", "grille"])
    assert (verdict.outcome, verdict.authenticity, codes(verdict)) == ("insufficient", None, ["view_missing"])
    assert "word_mark" in verdict.reasons[0].message
    assert verdict.photos[0].outcome == "genuine"


def test_a_required_view_shown_only_by_an_unusable_photo_is_missing(bundle: Bundle) -> None:
    wanting = with_record(bundle, required_views=("whole", "word_mark"))
    blurred = judged(1, 3.0, quality=("blurred",))
    verdict = decided(wanting, judged(0, 3.0), blurred, unread(2), views=["whole", "word_mark", "word_mark"])
    assert verdict.outcome == "insufficient"


def test_all_required_views_give_a_verdict_without_a_word_about_views(bundle: Bundle) -> None:
    wanting = with_record(bundle, required_views=("whole", "word_mark"))
    verdict = decided(wanting, judged(0, 3.0), judged(1, 3.0), views=["word_mark", "whole"])
    assert (verdict.outcome, codes(verdict)) == ("genuine", [])


def test_views_do_not_matter_to_a_bundle_that_requires_none(bundle: Bundle) -> None:
    assert decided(bundle, judged(0, 3.0)).reasons == ()
    assert decided(bundle, judged(0, 3.0), views=[None]).reasons == ()


# --- a bundle that saw genuine photos only


def genuine_only(bundle: Bundle) -> Bundle:
    usual = GenuineLogits(listing=(-1.0, 0.0, 1.0), photo=(-2.0, 0.0, 2.0))
    graph = dataclasses.replace(bundle.metadata.graphs[0], genuine_logits=usual)
    return with_record(bundle, authenticity_kind="conformal", graphs=(graph,))


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


def test_novelty_is_the_mean_of_the_photos_and_null_without_one(bundle: Bundle) -> None:
    novel = [dataclasses.replace(judged(index, 3.0), novelty=value) for index, value in enumerate((0.2, 0.6))]
    assert decided(bundle, *novel).novelty == pytest.approx(0.4)
    assert decided(bundle, judged(0, 3.0)).novelty is None


def test_authenticity_is_null_exactly_when_the_outcome_is_insufficient(bundle: Bundle) -> None:
    random = np.random.default_rng(1)
    wanting = with_record(bundle, required_views=("whole",))
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


# --- products


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
    wants = with_record(bundle, required_views=("sole",))
    verdict = decided(wants, seen_as(0, 5.0, 0.0, 0.0), views=["front"], graph=with_floors(bundle))
    assert (verdict.outcome, codes(verdict)) == ("unsupported", ["not_this_product"])


def test_without_floors_nothing_is_unsupported(bundle: Bundle) -> None:
    assert decided(bundle, seen_as(0, 5.0, 0.0, 0.0)).outcome == "genuine"
    assert decided(bundle, judged(0, 5.0), graph=with_floors(bundle)).outcome == "genuine"  # nobody can tell


# --- copies


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
