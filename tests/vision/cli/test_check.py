import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from tests.builders.bundle import write_tiny_bundle
from tests.builders.photos import encode
from tests.vision.test_detector import COUNTERFEIT, GENUINE
from vision.cli.check import NO_PROOF, app, print_verdict
from vision.detector import Detector
from vision.errors import BundleError, NoReadablePhoto, TouchstoneError, UnknownProduct

KEYS = {
    "product",
    "outcome",
    "authenticity",
    "thresholds",
    "authenticity_kind",
    "counterfeit_share",
    "novelty",
    "reasons",
    "photos",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "red.png").write_bytes(GENUINE)
    (tmp_path / "blue.png").write_bytes(COUNTERFEIT)
    (tmp_path / "[text].jpg").write_bytes(b"text [bold]")
    write_tiny_bundle(tmp_path / "bundle")
    return tmp_path


def run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def error_of(*words: object) -> TouchstoneError:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert isinstance(result.exception, TouchstoneError)
    return result.exception


def test_the_verdict_is_printed_in_words_with_a_row_a_photo(folder: Path) -> None:
    output = " ".join(run(folder / "bundle", folder / "red.png", folder / "[text].jpg").split())
    assert output.startswith("genuine The photos are consistent with the genuine product.")
    assert "red.png" in output
    assert "[text].jpg" in output
    assert "not read" in output
    assert NO_PROOF in output


def test_the_answer_says_that_it_is_no_proof_of_what_is_in_the_box() -> None:
    assert "no proof of what is in the box" in NO_PROOF


def test_photos_that_could_not_be_read_are_counted_under_the_outcome(folder: Path) -> None:
    output = " ".join(run(folder / "bundle", folder / "red.png", *[folder / "[text].jpg"] * 2).split())
    assert "product. 2 of 3 photos could not be read: judged on 1. Authenticity" in output
    assert "could not be read" not in run(folder / "bundle", folder / "red.png")


def test_an_insufficient_listing_says_that_the_photos_left_do_not_show_enough(folder: Path) -> None:
    flat = folder / "flat.png"
    flat.write_bytes(encode(np.full((240, 320, 3), 128, np.uint8)))
    text = folder / "[text].jpg"
    one = " ".join(run(folder / "bundle", flat, text).split())
    assert "1 of 2 photos could not be read: the other one doesn't show enough." in one
    two = " ".join(run(folder / "bundle", flat, flat, text).split())
    assert "1 of 3 photos could not be read: the other 2 don't show enough." in two


def test_the_thresholds_that_decided_are_printed_beside_the_authenticity(folder: Path) -> None:
    output = " ".join(run(folder / "bundle", folder / "red.png").split())
    # The tiny bundle's thresholds are logits of -2 and 2, and its calibration of one photo is sigmoid(x / 2).
    assert "Thresholds: counterfeit below 26.9 %, genuine above 73.1 %; what lies between is for a person" in output
    answer = json.loads(run(folder / "bundle", folder / "red.png", "--json"))
    assert answer["thresholds"] == pytest.approx({"counterfeit_below": 0.268941, "genuine_above": 0.731059}, abs=1e-6)


def test_a_counterfeit_names_the_photo(folder: Path) -> None:
    output = run(folder / "bundle", folder / "blue.png")
    assert output.startswith("counterfeit")
    assert "(blue.png)" in output


def test_json_has_the_keys_of_the_http_answer(folder: Path) -> None:
    answer = json.loads(run(folder / "bundle", folder / "red.png", folder / "[text].jpg", "--json"))
    assert set(answer) == KEYS
    assert answer["outcome"] == "genuine"
    assert 0 < answer["authenticity"] < 1
    assert answer["photos"][0]["sha256"]
    assert answer["photos"][1]["outcome"] is None
    assert answer["photos"][1]["error"]["code"] == "photo_not_an_image"


def test_a_product_can_be_named(folder: Path) -> None:
    assert json.loads(run(folder / "bundle", folder / "red.png", "--product", "toy", "--json"))["product"] == "toy"
    assert isinstance(error_of(folder / "bundle", folder / "red.png", "--product", "hat"), UnknownProduct)


def test_the_counterfeit_share_moves_authenticity_only(folder: Path) -> None:
    plain = json.loads(run(folder / "bundle", folder / "red.png", "--json"))
    rare = json.loads(run(folder / "bundle", folder / "red.png", "--json", "--counterfeit-share", "0.01"))
    assert rare["counterfeit_share"] == 0.01
    assert rare["authenticity"] > plain["authenticity"]
    assert rare["outcome"] == plain["outcome"]


def test_views_are_named_once_per_photo(tmp_path: Path, folder: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "wanting", required_views=("whole",)).folder
    missing = json.loads(run(bundle, folder / "red.png", "--view", "grille", "--json"))
    assert missing["outcome"] == "insufficient"
    unknown = json.loads(run(bundle, folder / "red.png", "--view", "-", "--json"))
    assert [reason["code"] for reason in unknown["reasons"]] == ["views_unknown"]


def test_what_can_not_be_answered_is_an_error_for_the_command_line_to_tell(folder: Path) -> None:
    assert isinstance(error_of(folder / "bundle", folder / "[text].jpg"), NoReadablePhoto)
    assert isinstance(error_of(folder / "nowhere", folder / "red.png"), BundleError)


def test_wrong_usage_has_an_exit_code_of_its_own(folder: Path) -> None:
    assert CliRunner().invoke(app, [str(folder / "bundle")]).exit_code == 2


@pytest.mark.parametrize(("kind", "note"), [("weak", "relative to"), ("rendered", "nothing about real ones")])
def test_the_kind_of_labels_is_printed(folder: Path, kind: str, note: str) -> None:
    verdict = Detector(folder / "bundle").check([GENUINE])
    stream = io.StringIO()
    print_verdict(verdict, [folder / "red.png"], kind, Console(file=stream, width=200))  # type: ignore[arg-type]
    assert note in stream.getvalue()


def test_an_insufficient_listing_shows_no_authenticity(folder: Path) -> None:
    (folder / "flat.png").write_bytes(encode(np.full((240, 320, 3), 128, np.uint8)))
    output = run(folder / "bundle", folder / "flat.png")
    assert output.startswith("insufficient")
    assert "Authenticity" not in output
