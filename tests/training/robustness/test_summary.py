"""What a bundle holds of its robustness: the figures of real copies, beside the limits."""

from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console

from tests.training.builders.robustness_photos import robustness_of, write_photos
from training.data.manifest import read_manifest
from training.evaluation.predict import predict_manifest
from training.perturbations.photo import CHANGES, JPEG_50, OTHER_BACKGROUND, PAINTED_OUT
from training.robustness.summary import summarise
from vision.bundle.robustness import RobustnessSummary
from vision.bundle.robustness_limits import RobustnessLimits
from vision.detector import Detector

LIMITS = RobustnessLimits(listings=8)


def summary_of(tmp_path: Path, manifest: Path) -> RobustnessSummary:
    robustness = robustness_of(tmp_path, manifest, JPEG_50, PAINTED_OUT, OTHER_BACKGROUND)
    read = read_manifest(manifest)
    results, _ = predict_manifest(Detector(tmp_path / "bundle"), read, threads=1, console=Console(quiet=True))
    return summarise(robustness, read, [photo for one in results for photo in one.photos], LIMITS)


def test_a_bundle_that_judges_products_before_grey_walls_is_within_its_limits(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, write_photos(tmp_path / "photos"))
    assert summary.painted_out is not None
    assert (summary.painted_out.listings, summary.painted_out.with_logit) == (8, 8)
    assert summary.other_background is not None
    assert (summary.other_background.fall.value, summary.other_background.product_from) == (0, "box")
    assert summary.evidence_inside is not None
    assert summary.evidence_inside.photos == 8
    assert [one.change for one in summary.changes] == ["jpeg_50", "other_background"]
    assert not {one.limit for one in summary.breaches} & {"auroc_fall", "painted_out_by_chance"}


def test_a_bundle_that_judges_walls_is_beyond_them(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, write_photos(tmp_path / "photos", wall="label"))
    assert summary.state == "beyond"
    beyond = {one.limit for one in summary.breaches}
    assert {"painted_out_by_chance", "auroc_fall", "evidence_inside", "verdicts_changed"} <= beyond


def test_a_mask_says_where_the_product_is(tmp_path: Path) -> None:
    manifest = write_photos(tmp_path / "photos", box="")
    mask = np.zeros((200, 200), np.uint8)
    mask[50:150, 50:150] = 255
    Image.fromarray(mask).save(tmp_path / "photos" / "mask.png")
    header, *rows = manifest.read_text().splitlines()
    manifest.write_text("\n".join([f"{header},product_mask", *(f"{row},mask.png" for row in rows)]) + "\n")
    summary = summary_of(tmp_path, manifest)
    assert summary.other_background is not None
    assert summary.other_background.product_from == "mask"
    assert summary.other_background.auroc.value == 1, "the product is still there"
    assert summary.painted_out is not None
    assert summary.painted_out.auroc.low <= 0.5 <= summary.painted_out.auroc.high


def test_without_boxes_only_the_changes_of_whole_photos_are_there(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, write_photos(tmp_path / "photos", box=""))
    assert (summary.painted_out, summary.other_background, summary.evidence_inside) == (None, None, None)
    assert [one.change for one in summary.changes] == ["jpeg_50"]


def test_the_limits_apply_to_what_happens_to_photos_on_their_way() -> None:
    bounded = {one.code for one in CHANGES if one.bounded}
    assert bounded == {
        "jpeg_50", "half_size", "darker", "brighter", "crop", "watermark", "screenshot", "other_background",
    }  # fmt: skip
