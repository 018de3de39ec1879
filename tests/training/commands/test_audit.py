"""`touchstone audit`: its exit code, what it prints, and what its options change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.training.builders.audit_data import DataSet, save_picture
from tests.training.builders.photo_tree import save_class_folders
from training.commands.audit import app

DOCS = Path(__file__).parents[3] / "docs"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_exits_0_on_sound_data_and_1_on_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    sound = run(data.write())
    assert (sound.exit_code, "Refused" in sound.output) == (0, False)
    data.add(60, "genuine", "q", "L1")
    refused = run(data.write(), "--no-shortcuts")
    assert (refused.exit_code, "listing_two_products" in refused.output) == (1, True)
    dropped = run(data.write(), "--drop-mixed-listings", "--no-shortcuts")
    assert (dropped.exit_code, "two products: L1" in dropped.output) == (0, True)
    assert run(data.write(), "--allow", "listing_two_products", "--no-shortcuts").exit_code == 0
    assert run(data.write(), "--where", "product==p", "--no-shortcuts").exit_code == 0


def test_the_last_line_says_whether_the_listings_are_enough_to_train_on(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    few = run(data.write(), "--no-shortcuts")
    assert few.exit_code == 0
    assert "Too few listings for training with default settings." in few.output
    assert "it takes" in few.output
    for number in range(12, 60):
        data.add(number, "genuine" if number % 2 else "counterfeit", "p", f"L{number}")
    enough = run(data.write(), "--no-shortcuts")
    assert "May be trained on." in enough.output, enough.output


def test_json_is_all_that_the_command_prints_when_asked_and_names_lines_of_the_file(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(0, "genuine", "p", "L0b")
    result = run(data.write(), "--json")
    table = json.loads(result.stdout)
    assert (result.exit_code, table["refused"], table["photos"], table["listings"]) == (1, True, 13, 13)
    by_code = {entry["code"]: entry for entry in table["findings"]}
    assert by_code["same_photo_both_labels"]["rows"] == [2, 14]
    assert [entry["shortcut"] for entry in table["shortcuts"]] == ["background", "colour", "file_metadata"]


def test_an_unknown_code_to_allow_is_refused(tmp_path: Path) -> None:
    result = run(DataSet(tmp_path).write(), "--allow", "near_duplicates_across_split")
    assert result.exit_code != 0
    assert "near_duplicates_across_splits" in str(result.exception or result.output)


def test_shortcuts_are_shown_with_their_interval_unless_they_are_skipped(tmp_path: Path) -> None:
    manifest = DataSet(tmp_path).write()
    output = run(manifest).output
    assert "listing AUROC" in output
    assert all(f"{name} alone" in output for name in ("background", "colour", "file metadata"))
    assert "alone" not in run(manifest, "--no-shortcuts").output


def test_out_writes_the_page_or_json_and_names_the_page(tmp_path: Path) -> None:
    manifest, page, table = DataSet(tmp_path).write(), tmp_path / "new" / "audit.html", tmp_path / "audit.json"
    result = run(manifest, "--no-shortcuts", "--out", page)
    assert f"{page} shows the photos." in result.output.replace("\n", "")
    assert page.read_text().startswith("<!doctype html>")
    run(manifest, "--no-shortcuts", "--out", table)
    assert json.loads(table.read_text()) == json.loads(run(manifest, "--no-shortcuts", "--json").stdout)


def test_alpha_is_the_rate_of_genuine_listings_and_beta_that_of_counterfeits(tmp_path: Path) -> None:
    manifest = DataSet(tmp_path).write()
    words = " ".join(run(manifest, "--no-shortcuts", "--alpha", "0.5").output.split())
    # without an error, n listings bound a rate by r where (1 - r) ** n <= 0.025: 6 for a half, 72 for a twentieth
    assert "1 of 6 genuine listings are held out to calibrate, and a guarantee of at most 50 % errors takes 6" in words
    assert (
        "1 of 6 counterfeit listings are held out to calibrate, and a guarantee of at most 5 % errors takes 72" in words
    )
    words = " ".join(run(manifest, "--no-shortcuts", "--beta", "0.5").output.split())
    assert "1 of 6 genuine listings are held out to calibrate, and a guarantee of at most 5 % errors takes 72" in words


@pytest.mark.parametrize("option", [("--alpha", "0.6"), ("--far-from-chance", "0.4"), ("--threads", "0")])
def test_a_value_out_of_range_is_wrong_usage(tmp_path: Path, option: tuple[str, str]) -> None:
    result = run(DataSet(tmp_path).write(), *option)
    assert result.exit_code == 2
    assert option[0] in result.output


def test_a_folder_by_label_is_audited_as_the_product_that_is_named(tmp_path: Path) -> None:
    for seed, label in enumerate(("genuine", "counterfeit")):
        (tmp_path / label).mkdir()
        save_picture(tmp_path / label / "photo.jpg", seed)
    result = run(tmp_path, "--product", "mug", "--no-shortcuts", "--json")
    table = json.loads(result.stdout)
    assert (table["photos"], table["listings"]) == (2, 2)
    output = run(tmp_path, "--product", "mug", "--no-shortcuts").output
    assert "read 2 photos of 2 listings; left out nothing" in output
    assert "products: mug" in output


def test_markup_in_a_name_is_printed_as_it_is(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(60, "genuine", "[red]q[/red]", "L60")
    assert "[red]q[/red]" in run(data.write(), "--no-shortcuts").output


def test_every_option_of_the_command_is_documented() -> None:
    page = (DOCS / "audit.md").read_text(encoding="utf-8")
    command = typer.main.get_command(app)
    options = [name for option in command.params for name in option.opts if name.startswith("--")]
    assert "--where" in options
    assert [name for name in options if f"`{name}`" not in page] == []


def test_what_is_left_out_is_printed_and_stands_in_json_and_on_the_page(tmp_path: Path) -> None:
    save_class_folders(tmp_path / "data", "good", "bad")
    (tmp_path / "data" / "good" / "notes.txt").write_text("bought in May")
    classes = ("--genuine-folder", "good", "--counterfeit-folder", "bad")
    arguments = (tmp_path / "data", "--product", "mug", "--no-shortcuts", *classes)
    line = "ead 8 photos of 4 listings; left out 1 file: 1 not an image (good/notes.txt)"
    assert f"data: r{line}" in run(*arguments, "--out", tmp_path / "audit.html").output
    assert f'<p class="quiet">R{line}.</p>' in (tmp_path / "audit.html").read_text()
    assert json.loads(run(*arguments, "--json").stdout)["reading"] == f"r{line}"
