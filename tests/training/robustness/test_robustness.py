"""A real tiny bundle on changed copies: red photos are genuine, blue ones counterfeit, and slopes are known."""

from pathlib import Path

from tests.training.builders.robustness_photos import robustness_of, write_photos
from training.perturbations.photo import JPEG_50, OTHER_BACKGROUND, PAINTED_OUT
from training.robustness.robustness import draw_listings
from vision.detector import Detector


def test_a_draw_is_in_proportion_and_knows_only_names_and_seed() -> None:
    strata = {f"g{n}": ("genuine", "a") for n in range(60)} | {f"c{n}": ("counterfeit", "a") for n in range(30)}
    strata |= {"rare": ("counterfeit", "b")}
    drawn = draw_listings(strata, 10, seed=0)
    assert sorted(name[0] for name in drawn) == ["c"] * 3 + ["g"] * 6 + ["r"]
    assert draw_listings(dict(reversed(strata.items())), 10, seed=0) == drawn
    assert draw_listings(strata, 10, seed=1) != drawn
    assert draw_listings(strata, 1000, seed=0) == set(strata)


def test_a_changed_listing_is_judged_as_the_detector_judges_the_changed_photo(tmp_path: Path) -> None:
    robustness = robustness_of(tmp_path, write_photos(tmp_path / "photos"), JPEG_50)
    detector = Detector(tmp_path / "bundle")
    (copy,) = robustness.copies.make((JPEG_50,), 0)
    before, after = detector.check([tmp_path / "photos/0.png"]), detector.check([copy])
    first = robustness.predictions[0]
    assert (first.before.outcome, first.before.authenticity) == (before.outcome, before.authenticity)
    assert (first.after.outcome, first.after.authenticity) == (after.outcome, after.authenticity)


def test_two_threads_predict_as_one_does(tmp_path: Path) -> None:
    manifest = write_photos(tmp_path / "photos")
    one, two = (robustness_of(tmp_path, manifest, JPEG_50, OTHER_BACKGROUND, threads=n) for n in (1, 2))
    assert one.predictions == two.predictions


def test_without_its_product_a_photo_before_a_grey_wall_says_nothing(tmp_path: Path) -> None:
    painted, swapped = robustness_of(tmp_path, write_photos(tmp_path / "photos"), PAINTED_OUT, OTHER_BACKGROUND).figures
    assert painted.logit_auroc_before.value == 1
    assert painted.logit_auroc.low <= 0.5 <= painted.logit_auroc.high
    assert swapped.logit_auroc.value == 1, "the product is still there"


def test_where_no_change_can_be_made_nothing_is_judged(tmp_path: Path) -> None:
    robustness = robustness_of(tmp_path, write_photos(tmp_path / "photos", box=""), PAINTED_OUT)
    assert (robustness.predictions, robustness.figures, robustness.skipped) == ((), (), (PAINTED_OUT,))
