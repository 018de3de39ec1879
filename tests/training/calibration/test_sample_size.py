"""How many held-out listings are missing for a guarantee, in all and of each product."""

from training.calibration.config import CalibrationConfig
from training.calibration.sample_size import describe_sample_size
from vision.bundle.metadata import ListingCounts

MANY = ListingCounts(genuine=200, counterfeit=200)


def sentences(source: str = "held_out", unguaranteed: str = "estimate", **counts: ListingCounts) -> list[str]:
    config = CalibrationConfig(unguaranteed=unguaranteed)  # type: ignore[arg-type]
    by_product = {"*": counts.pop("all", MANY), **counts}
    found = describe_sample_size(by_product, config, source)  # type: ignore[arg-type]
    return [sentence.replace("\u00a0", " ") for sentence in found]


def test_enough_held_out_listings_need_no_sentence() -> None:
    assert sentences(shoe=MANY) == []
    assert sentences(shoe=MANY, hat=MANY) == []


def test_a_limit_that_can_t_be_guaranteed_is_named_with_the_listings_it_takes() -> None:
    (sentence,) = sentences(all=ListingCounts(genuine=56, counterfeit=72))
    assert sentence == (
        "56 held-out genuine listings set a threshold; to guarantee at most 5 % errors takes at least 72 (16 more), so "
        "the threshold is an estimate."
    )


def test_where_a_person_decides_instead_the_sentence_names_the_outcome_that_never_comes() -> None:
    genuine, counterfeit = sentences(unguaranteed="review", all=ListingCounts(genuine=56, counterfeit=0))
    assert genuine.endswith("so nothing is flagged.")
    assert counterfeit.startswith("No held-out counterfeit listing sets a threshold;")
    assert counterfeit.endswith("(72 more), so nothing is called genuine.")


def test_cross_fitted_thresholds_are_called_estimates_however_many_listings_there_are() -> None:
    assert sentences(source="out_of_fold") == [
        "Thresholds are estimates: the listings that set them were predicted by cross-fitted networks, not by the "
        "network that ships."
    ]


def test_a_product_that_falls_back_is_named_with_what_it_lacks() -> None:
    (sentence,) = sentences(shoe=MANY, hat=ListingCounts(genuine=30, counterfeit=45))
    assert sentence == (
        "hat uses the thresholds of all products together: its own take 40 held-out listings of each label, and it has "
        "30 genuine and 45 counterfeit (10 genuine missing)."
    )


def test_a_product_of_its_own_whose_limits_are_estimates_is_named_too() -> None:
    (sentence,) = sentences(shoe=MANY, hat=ListingCounts(genuine=80, counterfeit=45))
    assert sentence.startswith("hat has thresholds of its own, but 45 counterfeit listings only estimate 5 % errors")
    assert sentence.endswith("a guarantee takes at least 72 (27 more).")


def test_with_review_a_product_needs_enough_for_its_own_guarantee() -> None:
    (sentence,) = sentences(unguaranteed="review", shoe=MANY, hat=ListingCounts(genuine=80, counterfeit=45))
    assert "its own take 72 held-out listings of each label" in sentence
    assert "(27 counterfeit missing)" in sentence


def test_a_limit_that_so_few_listings_can_t_even_be_expected_to_keep_is_called_rough() -> None:
    enough, few = sentences(all=ListingCounts(genuine=19, counterfeit=3))
    assert enough.endswith("so the threshold is an estimate.")
    assert few.endswith("(69 more), so the threshold is a rough estimate (1 in 4 is to be expected on its wrong side).")


def test_a_product_that_lacks_a_label_has_a_sentence_of_its_own_elsewhere() -> None:
    counts = {"*": MANY, "shoe": MANY, "hat": ListingCounts(genuine=80, counterfeit=0)}
    assert describe_sample_size(counts, CalibrationConfig(), "held_out", {"hat": "counterfeit"}) == ()


def test_cross_fitted_listings_are_not_asked_for_in_a_number_that_would_guarantee_nothing() -> None:
    first, *others = sentences(source="out_of_fold", all=ListingCounts(genuine=30, counterfeit=3))
    assert first.startswith("Thresholds are estimates")
    assert others == [
        "3 counterfeit listings set a threshold, so the threshold is a rough estimate (1 in 4 is to be expected on its "
        "wrong side)."
    ]
    assert sentences(source="out_of_fold", unguaranteed="review")[1:] == [
        "calibration.unguaranteed is 'review', and estimates decide nothing there: nothing is flagged.",
        "calibration.unguaranteed is 'review', and estimates decide nothing there: nothing is called genuine.",
    ]
