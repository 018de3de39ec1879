import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.builders.bundle import tiny_logits, write_tiny_bundle
from tests.builders.photos import encode, smooth_pixels
from vision.bundle.bundle import Bundle, seal_bundle
from vision.detector import Detector
from vision.errors import (
    BundleError,
    ConfigError,
    NoPhotos,
    NoReadablePhoto,
    PhotoTruncated,
    ProductRequired,
    TooManyPhotos,
    UnknownProduct,
    ViewsMismatch,
)
from vision.inference.scorer import Scorer
from vision.inputs import to_input
from vision.photo.decode import PhotoLimits, open_photo
from vision.photo.quality import measure_quality
from vision.verdict import Verdict


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def detector(bundle: Bundle) -> Detector:
    return Detector(bundle)


def test_a_scorer_of_the_bundle_takes_the_place_of_its_own(bundle: Bundle) -> None:
    scorer = Scorer(bundle)
    assert Detector(bundle, scorer=scorer).scorer is scorer


def test_a_scorer_of_another_bundle_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    other = write_tiny_bundle(tmp_path, slope=0.5)
    with pytest.raises(ConfigError, match="another bundle"):
        Detector(bundle, scorer=Scorer(other))


def tinted(red: int, blue: int, *, width: int = 320, height: int = 240, seed: int = 0) -> bytes:
    """A photo with texture, redder for genuine and bluer for counterfeit."""
    grey = smooth_pixels(width, height, seed)[..., :1] // 2
    return encode(np.concatenate([grey + red, grey + 50, grey + blue], axis=-1).astype(np.uint8))


GENUINE, COUNTERFEIT = tinted(110, 30), tinted(30, 110)


def test_red_photos_are_genuine_and_blue_ones_counterfeit(detector: Detector) -> None:
    assert detector.check([GENUINE]).outcome == "genuine"
    assert detector.check([COUNTERFEIT]).outcome == "counterfeit"


def test_the_authenticity_is_that_of_the_graphs_logit(detector: Detector, bundle: Bundle) -> None:
    tiles = to_input(open_photo(GENUINE), bundle.metadata.geometry)
    logit = float(tiny_logits(tiles.pixels)[0])
    verdict = detector.check([GENUINE])
    assert verdict.authenticity == pytest.approx(1 / (1 + np.exp(-0.5 * logit)), abs=1e-5)
    assert verdict.photos[0].sha256 == hashlib.sha256(GENUINE).hexdigest()


def test_bytes_paths_and_names_of_paths_are_all_photos(detector: Detector, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(GENUINE)
    verdicts = [detector.check([photo]) for photo in (GENUINE, path, str(path))]
    assert len({verdict.authenticity for verdict in verdicts}) == 1


def test_a_bundle_is_given_as_path_name_or_read(bundle: Bundle) -> None:
    for given in (bundle, bundle.folder, str(bundle.folder)):
        assert Detector(given).bundle == bundle


def test_evidence_sums_to_the_logit_less_its_bias_and_lies_on_the_photo(detector: Detector) -> None:
    photo = detector.judge_photo(GENUINE, 0)
    assert photo.evidence is not None
    assert photo.logit is not None
    assert float(photo.evidence.values.sum()) + detector.bundle.metadata.evidence_bias == pytest.approx(
        photo.logit, abs=1e-4
    )
    x0, y0, x1, y1 = photo.evidence.box
    assert (x0, x1) == (0.0, 1.0)
    assert (y0, y1) == pytest.approx((-1 / 6, 7 / 6))


def test_one_bad_photo_is_reported_and_the_rest_judged(detector: Detector, tmp_path: Path) -> None:
    verdict = detector.check([GENUINE, b"text", tmp_path / "nowhere.jpg"])
    assert verdict.outcome == "genuine"
    assert [photo.error and photo.error.code for photo in verdict.photos] == [
        None,
        "photo_not_an_image",
        "photo_missing",
    ]
    assert verdict.photos[1].sha256 == hashlib.sha256(b"text").hexdigest()


def test_no_readable_photo_is_an_error_that_gives_each_reason(detector: Detector) -> None:
    with pytest.raises(NoReadablePhoto, match="none of the 2 photos") as caught:
        detector.check([b"text", GENUINE[:500]])
    assert [(index, error.code) for index, error in caught.value.errors] == [
        (0, "photo_not_an_image"),
        (1, "photo_truncated"),
    ]
    assert isinstance(caught.value.errors[1][1], PhotoTruncated)


def test_one_to_twelve_photos_are_taken(detector: Detector) -> None:
    assert len(detector.check([GENUINE] * 12).photos) == 12
    with pytest.raises(NoPhotos, match="1 to 12"):
        detector.check([])
    with pytest.raises(TooManyPhotos, match="not 13"):
        detector.check([GENUINE] * 13)


def test_views_run_parallel_to_photos(detector: Detector) -> None:
    with pytest.raises(ViewsMismatch, match="2 views for 1 photos"):
        detector.check([GENUINE], views=["whole", None])


def test_a_missing_view_makes_a_listing_insufficient(tmp_path: Path) -> None:
    detector = Detector(write_tiny_bundle(tmp_path, required_views=("whole", "word_mark")))
    assert detector.check([GENUINE], views=["whole"]).outcome == "insufficient"
    other = tinted(110, 30, seed=1)
    assert detector.check([GENUINE, other], views=["whole", "word_mark"]).outcome == "genuine"


def test_the_product_may_be_left_out_only_when_there_is_one(detector: Detector, tmp_path: Path) -> None:
    assert detector.check([GENUINE]).product == "toy"
    several = Detector(write_tiny_bundle(tmp_path, products=("toy-car", "toy-duck")))
    assert several.check([GENUINE], product="toy-duck").product == "toy-duck"
    with pytest.raises(ProductRequired, match="toy-car, toy-duck"):
        several.check([GENUINE])
    with pytest.raises(UnknownProduct, match="did you mean 'toy-duck'"):
        several.check([GENUINE], product="toy_duck")


def test_an_unknown_product_is_refused_before_a_photo_is_opened(detector: Detector) -> None:
    with pytest.raises(UnknownProduct):
        detector.check([b"no photo"], product="hat")


def test_counterfeit_share_is_taken_per_product(bundle: Bundle) -> None:
    plain = Detector(bundle).check([GENUINE])
    rare = Detector(bundle, counterfeit_share={"toy": 0.01, "hat": 0.9}).check([GENUINE])
    assert rare.counterfeit_share == 0.01
    assert plain.authenticity is not None
    assert rare.authenticity is not None
    assert rare.authenticity / (1 - rare.authenticity) == pytest.approx(
        99 * plain.authenticity / (1 - plain.authenticity)
    )


def test_the_shift_to_the_served_base_rate_is_worked_by_hand_from_photo_to_answer(tmp_path: Path) -> None:
    """At 20 % counterfeits in validation, a logit of L says odds e^(L/2); at 1 in 1,000 they are 999 / 4 times that."""
    detector = Detector(
        write_tiny_bundle(tmp_path, counterfeit_share=0.2, bias=-4.25), counterfeit_share={"toy": 0.001}
    )
    photo = tinted(80, 70)
    tiles = to_input(open_photo(photo), detector.bundle.metadata.geometry)
    logit = float(tiny_logits(tiles.pixels, bias=-4.25)[0])
    assert -4.3 < logit < -2.5  # counterfeit by the thresholds
    odds = float(np.exp(0.5 * logit)) * 999 / 4
    verdict = detector.check([photo])
    assert verdict.authenticity == pytest.approx(odds / (1 + odds), abs=1e-5)
    assert verdict.photos[0].authenticity == pytest.approx(odds / (1 + odds), abs=1e-5)
    assert odds > 9  # flagged, and at this base rate genuine all the same in nine of ten
    assert verdict.outcome == "counterfeit"


def test_a_cap_is_served_at_the_served_base_rate(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path, counterfeit_share=0.2)
    graph = bundle.metadata.graphs[0]
    entries = tuple(replace(entry, genuine=18, counterfeit=8) for entry in graph.listing_calibrations)
    metadata = replace(bundle.metadata, graphs=(replace(graph, listing_calibrations=entries),))
    sealed = seal_bundle(bundle.folder, metadata)
    blue = tinted(20, 120)
    assert Detector(sealed).check([blue]).authenticity == pytest.approx(4 / 24)  # odds 4, over 18 + 2
    assert Detector(sealed, counterfeit_share={"toy": 0.001}).check([blue]).authenticity == pytest.approx(999 / 1019)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, float("nan")])
def test_a_counterfeit_share_that_is_none_is_refused(bundle: Bundle, share: float) -> None:
    with pytest.raises(ConfigError, match="counterfeit_share of 'toy'"):
        Detector(bundle, counterfeit_share={"toy": share})


def test_limits_are_the_callers(bundle: Bundle) -> None:
    strict = Detector(bundle, limits=PhotoLimits(max_pixels=1000))
    with pytest.raises(NoReadablePhoto, match="1,000 pixels"):
        strict.check([GENUINE])


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        Detector(tmp_path)


def test_photos_judged_one_by_one_give_the_verdict_of_the_whole(detector: Detector) -> None:
    photos = [GENUINE, b"text", COUNTERFEIT]
    judgements = [detector.judge_photo(photo, index) for index, photo in enumerate(photos)]
    assert _plain(detector.decide_listing(judgements)) == _plain(detector.check(photos))


def test_threads_may_share_one_detector(detector: Detector, run_in_threads: Callable[..., list[Verdict]]) -> None:
    expected = _plain(detector.check([GENUINE, COUNTERFEIT]))
    for verdict in run_in_threads(lambda: detector.check([GENUINE, COUNTERFEIT]), times=12):
        assert _plain(verdict) == expected


def _plain(verdict: Verdict) -> tuple[object, ...]:
    photos = [(photo.outcome, photo.authenticity, photo.error, photo.quality) for photo in verdict.photos]
    return verdict.outcome, verdict.authenticity, verdict.reasons, photos


@pytest.mark.parametrize("size", [(1155, 866), (2309, 1732)])
def test_the_answer_does_not_depend_on_the_size_of_the_upload(detector: Detector, size: tuple[int, int]) -> None:
    small = detector.check([tinted(90, 80)]).authenticity
    large = detector.check([tinted(90, 80, width=size[0], height=size[1])]).authenticity
    assert small is not None
    assert large is not None
    assert abs(small - large) <= 0.02


def test_a_blurred_photo_is_insufficient(detector: Detector) -> None:
    flat = encode(np.full((240, 320, 3), (160, 100, 60), np.uint8))
    verdict = detector.check([flat])
    assert (verdict.outcome, verdict.authenticity) == ("insufficient", None)
    assert [reason.code for reason in verdict.reasons] == ["blurred"]


def coloured(colour: tuple[int, int, int], side: int) -> bytes:
    """A textured square of a colour in the middle of a textured grey wall of 320 x 320."""
    pixels = smooth_pixels(320, 320).mean(2, keepdims=True).repeat(3, 2)
    low = 40 * round((320 - side) / 2 / 40)  # whole places of the map
    pixels[low : low + side, low : low + side] = 0.5 * pixels[low : low + side, low : low + side] + np.divide(colour, 2)
    for row in range(low + 10, low + side, 20):  # edges, so that it counts as sharp
        pixels[row : row + 3, low : low + side, 1] = 0
    return encode(pixels.astype(np.uint8))


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    """A detector that finds what is red or blue."""
    return Detector(write_tiny_bundle(tmp_path_factory.mktemp("finder"), foreground=True))


def test_a_photo_without_the_product_has_no_verdict(finder: Detector) -> None:
    verdict = finder.check([coloured((120, 120, 120), 160)])
    assert (verdict.outcome, verdict.authenticity) == ("insufficient", None)
    assert [reason.code for reason in verdict.reasons] == ["product_not_found"]
    assert verdict.photos[0].authenticity is None


def test_a_small_product_is_named_with_the_share_of_the_photo_that_it_fills(finder: Detector) -> None:
    verdict = finder.check([coloured((255, 0, 0), 40)])  # 1 of 64 places
    assert [reason.code for reason in verdict.reasons] == ["product_small"]
    assert verdict.reasons[0].message == "The product fills 2 % of the photo. Come closer, until it fills most of it."
    assert finder.check([coloured((255, 0, 0), 160)]).outcome == "genuine"


def test_a_photo_without_the_product_counts_for_nothing_beside_others(finder: Detector) -> None:
    empty, red = coloured((120, 120, 120), 160), coloured((255, 0, 0), 160)
    alone, both = finder.check([red]), finder.check([red, empty])
    assert both.outcome == "genuine"
    assert both.authenticity == alone.authenticity
    assert [(reason.code, reason.photo) for reason in both.reasons] == [("product_not_found", 1)]


def test_a_bundle_without_foreground_finds_no_product_missing(detector: Detector) -> None:
    photo = detector.check([coloured((120, 120, 120), 160)]).photos[0]
    assert photo.quality == ()


def test_a_bundle_of_the_first_format_is_measured_on_the_whole_photo(tmp_path: Path) -> None:
    data = coloured((255, 0, 0), 40)
    older = Detector(write_tiny_bundle(tmp_path, format_version=1, foreground=True))
    assert older.judge_photo(data, 0).measures == measure_quality(open_photo(data))


def test_the_library_needs_no_torch_and_no_web() -> None:
    code = (
        "import sys; from vision.detector import Detector;"
        "sys.exit(any(name in sys.modules for name in ('torch', 'fastapi', 'sqlalchemy', 'onnx')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
