"""The commands of the README's "Train on your own photos", as written there, on a fresh folder of photos."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serving.servers.running import files_of, run_serve

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "training" / "samples" / "hair_dryers"
LISTINGS_A_LABEL = 12
PATHS = {"PYTHONPATH": str(ROOT)}
ONE_THREAD = ("--set", "run.threads=1")  # as many as cores wait for each other where other tests run beside this one


def commands_of_readme() -> list[list[str]]:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Train on your own photos")[2]
    block = re.search(r"^```\n(.+?)^```$", section, re.MULTILINE | re.DOTALL)
    assert block is not None
    return [shlex.split(line) for line in block.group(1).splitlines()]


def write_photos(folder: Path) -> None:
    """A part of the rendered sample as somebody's folder: a label, a listing, its photos."""
    listings: dict[str, list[str]] = {"genuine": [], "counterfeit": []}
    with (SAMPLE / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            known = listings[row["label"]]
            if row["listing"] not in known and len(known) < LISTINGS_A_LABEL:
                known.append(row["listing"])
            if row["listing"] in known:
                listing = folder / row["label"] / row["listing"]
                listing.mkdir(parents=True, exist_ok=True)
                shutil.copy(SAMPLE / row["photo"], listing)


def run(words: list[str], folder: Path) -> str:
    assert words[0] == "touchstone"
    command = [sys.executable, "-m", "vision.cli.main", *words[1:]]
    environment = {**os.environ, **PATHS, "COLUMNS": "160"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=800)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the commands name: the configurations and somebody's photos."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "configs", folder / "configs")
    write_photos(folder / "photos")
    return folder


@pytest.fixture(scope="module")
def trained(clone: Path) -> str:
    """What the audit and the training printed."""
    audit, train, _ = commands_of_readme()
    return run(audit, clone) + run([*train, *ONE_THREAD], clone)


def test_the_path_takes_three_commands() -> None:
    assert [words[1] for words in commands_of_readme()] == ["audit", "train", "serve"]


def test_training_ends_with_figures_of_listings_that_it_kept_apart(clone: Path, trained: str) -> None:
    listing = json.loads((clone / "runs" / "mine" / "bundle" / "bundle.json").read_text())["metrics"]["listing"]
    genuine, counterfeit = listing["genuine"], listing["counterfeit"]
    assert genuine >= 2
    assert counterfeit >= 2
    assert genuine + counterfeit == pytest.approx(0.2 * 2 * LISTINGS_A_LABEL, abs=1.5)
    kept = f"{genuine} genuine and {counterfeit} counterfeit test listings (20 % of the listings, drawn by data."
    assert f"Measured on {kept}report_share)." in " ".join(trained.split())
    assert re.search(r"listing AUROC +(0\.\d{3}|1\.000) +(0\.\d{3} to [01]\.\d{3}|no interval)", trained)
    assert re.search(rf"decided \(the rest goes to review\) +\d+\s% .*\d of {genuine + counterfeit}\b", trained)


def test_it_names_the_files_to_open_and_the_commands_that_use_the_bundle(clone: Path, trained: str) -> None:
    for name in ("runs/mine/report/report.html", "runs/mine/bundle/card.html"):
        assert name in trained
        assert (clone / name).is_file()
    assert shlex.join(commands_of_readme()[2]) in trained


def test_the_finished_run_started_again_prints_the_same_figures(clone: Path, trained: str) -> None:
    again = run([*commands_of_readme()[1], *ONE_THREAD], clone)
    (figure,) = re.findall(r"listing AUROC.*", again)
    assert figure in trained


@pytest.fixture(scope="module")
def server(clone: Path, trained: str) -> Iterator[httpx.Client]:
    words = commands_of_readme()[2]
    with (
        run_serve([*words[1:], "--set", "port=0"], clone, environment=PATHS, working_folder=clone) as (_, url),
        httpx.Client(base_url=url, timeout=30) as http,
    ):
        yield http


def test_the_bundle_is_served_as_the_last_command_says(clone: Path, server: httpx.Client) -> None:
    photos = sorted(next((clone / "photos" / "genuine").iterdir()).iterdir())
    answer = server.post("/v1/checks", files=files_of([photo.read_bytes() for photo in photos])).json()
    assert answer["product"] == "hair-dryer"
    assert answer["outcome"] in ("genuine", "review", "counterfeit", "insufficient", "unsupported")
    assert answer["bundle"]["name"] == "mine"


def test_training_states_what_it_could_not_measure_of_robustness(clone: Path, trained: str) -> None:
    words = " ".join(trained.split())
    assert "was not measured" in words or "Not measured: " in words
    card = (clone / "runs" / "mine" / "bundle" / "card.html").read_text(encoding="utf-8")
    assert "What the verdicts hang on" in card
    assert "does not mark the product, by boxes or masks" in card
