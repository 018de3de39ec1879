import csv
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.builders.bundle import write_tiny_bundle
from tests.builders.listing_folders import write_listings
from tests.builders.photos import encode
from tests.builders.robustness import robustness_summary
from tests.vision.test_detector import COUNTERFEIT, GENUINE
from vision.cli.check import app
from vision.cli.verdict_output import NO_PROOF
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
    return result.stdout


def error_output(*words: object) -> str:
    return CliRunner().invoke(app, [str(word) for word in words]).stderr


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


def test_photos_that_the_bundle_was_fitted_on_are_named_as_no_measure(folder: Path, many: Path) -> None:
    bundle = write_tiny_bundle(folder / "fitted", seen=[hashlib.sha256(GENUINE).hexdigest()]).folder
    note = "What it says of those is no measure of how it judges others."
    one = " ".join(run(bundle, folder / "red.png", folder / "blue.png").split())
    assert f"The bundle was fitted on 1 of the 2 photos. {note}" in one
    assert note not in " ".join(run(bundle, folder / "blue.png").split())
    assert f"1 of them has photos that the bundle was fitted on. {note}" in error_output(bundle, many)
    assert note not in error_output(folder / "bundle", many)


def test_a_bundle_beyond_its_limits_is_marked_beside_the_verdict(folder: Path) -> None:
    def marked(bundle: str) -> str:
        result = CliRunner().invoke(app, [str(folder / bundle), str(folder / "red.png"), "--json"])
        json.loads(result.stdout)
        return result.stderr

    write_tiny_bundle(folder / "beyond", robustness=robustness_summary(changed=12))
    assert "hangs on more than the product" in marked("beyond")
    assert "Crop changes 12 % of verdicts" in marked("beyond")
    assert marked("bundle") == ""


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


def test_an_insufficient_listing_shows_no_authenticity(folder: Path) -> None:
    (folder / "flat.png").write_bytes(encode(np.full((240, 320, 3), 128, np.uint8)))
    output = run(folder / "bundle", folder / "flat.png")
    assert output.startswith("insufficient")
    assert "Authenticity" not in output


@pytest.fixture
def many(folder: Path) -> Path:
    """Three listings, of which one has no photo that can be read."""
    return write_listings(
        folder / "many",
        {"good/1.png": GENUINE, "good/2.png": GENUINE, "fake/1.png": COUNTERFEIT, "none/1.jpg": b"text"},
    )


def test_folders_are_judged_listing_by_listing_and_one_without_a_verdict_is_exit_code_1(
    folder: Path, many: Path
) -> None:
    result = CliRunner().invoke(app, [str(folder / "bundle"), str(many)])
    assert result.exit_code == 1
    lines = [line.split()[:2] for line in result.stdout.splitlines()[1:]]
    assert lines == [["fake", "counterfeit"], ["good", "genuine"], ["none", "no"]]
    assert "read 4 photos of 3 listings" in result.stderr
    assert "judged 3 of 3 listings: 1 genuine, 1 counterfeit, 1 no verdict" in result.stderr
    assert NO_PROOF in result.stderr
    assert "touchstone evaluate" not in result.stderr
    (many / "good").rename(many / "genuine")
    labelled = CliRunner().invoke(app, [str(folder / "bundle"), str(many)])
    assert "touchstone evaluate gives the figures of labelled photos" in labelled.stderr


def test_the_file_s_suffix_names_the_format_and_stdout_stays_empty(folder: Path, many: Path) -> None:
    shutil.rmtree(many / "none")
    result = CliRunner().invoke(app, [str(folder / "bundle"), str(many), "--output", str(folder / "out.csv")])
    assert (result.exit_code, result.stdout) == (0, "")
    assert [row["outcome"] for row in csv.DictReader((folder / "out.csv").read_text().splitlines())] == [
        "counterfeit",
        "genuine",
    ]


def test_a_table_names_listings_and_a_missing_file_costs_only_its_photo(folder: Path, many: Path) -> None:
    rows = ["photo,listing,product", "many/good/1.png,L-1,toy", "many/gone.png,L-1,toy", "many/fake/1.png,L-2,toy"]
    (folder / "listings.csv").write_text("\n".join([*rows, "many/good/2.png,L-3,other", ""]))
    result = CliRunner().invoke(app, [str(folder / "bundle"), str(folder / "listings.csv"), "--format", "csv"])
    read = list(csv.DictReader(result.stdout.splitlines()))
    assert [(row["listing"], row["outcome"], row["unreadable"], row["error"]) for row in read] == [
        ("L-1", "genuine", "1", ""),
        ("L-2", "counterfeit", "0", ""),
        ("L-3", "", "0", "unknown_product"),
    ]
    assert result.exit_code == 1
    assert "read 4 photos of 3 listings" in result.stderr


@pytest.mark.parametrize("option", [["--json"], ["--format", "jsonl"]])
def test_json_of_folders_is_a_line_a_listing(folder: Path, many: Path, option: list[str]) -> None:
    result = CliRunner().invoke(app, [str(folder / "bundle"), str(many), *option, "--counterfeit-share", "0.2"])
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["listing"] for answer in answers] == ["fake", "good", "none"]
    assert answers[0].keys() == KEYS | {"listing"}
    assert answers[0]["counterfeit_share"] == 0.2


def test_one_listing_may_be_a_line_too(folder: Path) -> None:
    (row,) = csv.DictReader(run(folder / "bundle", folder / "red.png", "--format", "csv").splitlines())
    assert (row["listing"], row["outcome"]) == (folder.name, "genuine")


def test_each_photo_may_be_judged_by_itself(folder: Path) -> None:
    photos = [folder / "red.png", folder / "blue.png"]
    lines = run(folder / "bundle", *photos, "--each-photo").splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [[str(photos[0]), "genuine"], [str(photos[1]), "counterfeit"]]


def test_evidence_is_saved_for_one_listing_and_for_many(folder: Path, many: Path) -> None:
    run(folder / "bundle", folder / "blue.png", "--save-evidence", folder / "one")
    assert [file.name for file in (folder / "one").iterdir()] == ["blue.jpg"]
    CliRunner().invoke(app, [str(folder / "bundle"), str(many), "--save-evidence", str(folder / "all")])
    made = sorted(file.relative_to(folder / "all").as_posix() for file in (folder / "all").rglob("*.jpg"))
    assert made == ["fake/1.jpg", "good/1.jpg", "good/2.jpg"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["many", "red.png"], "or one table of them"),
        (["listings.csv", "many"], "or one table of them"),
        (["listings.csv", "listings.csv"], "or one table of them"),
        (["many", "--view", "whole"], "photos of one listing"),
        (["many", "--save-evidence", "many/evidence"], "is inside"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(folder: Path, many: Path, words: list[str], message: str) -> None:
    paths = [word if word.startswith("--") or word == "whole" else str(folder / word) for word in words]
    result = CliRunner().invoke(app, [str(folder / "bundle"), *paths], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert message in result.stderr
