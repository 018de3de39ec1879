"""The whole job: one command trains, one serves, HTTP answers."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.builders.training_data import write_toy_config, write_toy_data
from tests.serving.servers.running import files_of, run_in_process

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_data(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, manifest: Path) -> Path:
    """Trained by the command on every fold but the first."""
    folder = tmp_path_factory.mktemp("training")
    config = write_toy_config(folder, manifest)
    result = touchstone("train", str(config), "--set", "data.fold=0", "--set", "calibration.fold_source=out_of_fold")
    assert result.returncode == 0, result.stderr
    return folder / "run" / "bundle"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[httpx.Client]:
    with (
        run_in_process(tmp_path_factory.mktemp("server"), bundle) as (_, url),
        httpx.Client(base_url=url, timeout=30) as http,
    ):
        yield http


def touchstone(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vision.cli.main", *arguments], capture_output=True, text=True, timeout=280
    )


def listings(manifest: Path, fold: str) -> dict[str, tuple[str, list[Path]]]:
    """Label and photos of each listing of a fold."""
    found: dict[str, tuple[str, list[Path]]] = {}
    with manifest.open() as stream:
        for row in csv.DictReader(stream):
            if row["fold"] == fold:
                found.setdefault(row["listing"], (row["label"], []))[1].append(manifest.parent / row["photo"])
    return found


def test_listings_that_training_never_saw_are_told_apart_over_http(server: httpx.Client, manifest: Path) -> None:
    authenticity: dict[str, list[float]] = {"genuine": [], "counterfeit": []}
    for name, (label, photos) in listings(manifest, "0").items():
        files = files_of([photo.read_bytes() for photo in photos], {"listing_id": name, "product": "toy"})
        response = server.post("/v1/checks", files=files)
        assert response.status_code == 200, response.text
        answer = response.json()
        assert answer["listing_id"] == name
        authenticity[label].append(answer["authenticity"])
    assert len(authenticity["genuine"]) == len(authenticity["counterfeit"]) == 10
    ranks = [g > c for g in authenticity["genuine"] for c in authenticity["counterfeit"]]
    assert sum(ranks) / len(ranks) > 0.95


def test_an_answer_is_read_back_with_its_photo_and_evidence(server: httpx.Client, manifest: Path) -> None:
    _, photos = listings(manifest, "0")["L00"]
    answer = server.post("/v1/checks", files=files_of([photo.read_bytes() for photo in photos])).json()
    again = server.get(f"/v1/checks/{answer['check_id']}").json()
    for key in ("outcome", "authenticity", "photos", "bundle"):
        assert again[key] == answer[key]
    for photo in answer["photos"]:
        evidence = server.get(photo["evidence_url"])
        assert (evidence.status_code, evidence.headers["content-type"]) == (200, "image/png")


def test_the_server_the_command_and_the_library_agree(server: httpx.Client, bundle: Path, manifest: Path) -> None:
    from vision.detector import Detector

    _, photos = listings(manifest, "0")["L01"]
    answer = server.post("/v1/checks", files=files_of([photo.read_bytes() for photo in photos])).json()
    command = touchstone("check", str(bundle), *map(str, photos), "--json")
    assert command.returncode == 0, command.stderr
    verdict = Detector(bundle).check(photos)
    assert verdict.authenticity == pytest.approx(answer["authenticity"], abs=1e-6)
    assert json.loads(command.stdout)["authenticity"] == pytest.approx(answer["authenticity"], abs=1e-6)
    assert verdict.outcome == answer["outcome"]


def test_evaluating_the_bundle_leaves_out_what_it_was_trained_on(bundle: Path, manifest: Path, tmp_path: Path) -> None:
    result = touchstone("evaluate", str(bundle), str(manifest), "--out", str(tmp_path / "report"))
    assert result.returncode == 0, result.stderr
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text())
    assert metrics["listings"] == 20
    assert metrics["left_out"]["seen_photos"] == 80
    assert (tmp_path / "report" / "report.html").read_text().count("<svg") >= 4


def test_a_bundle_with_one_changed_byte_is_not_served(bundle: Path, tmp_path: Path) -> None:
    import shutil

    broken = tmp_path / "bundle"
    shutil.copytree(bundle, broken)
    graph = bytearray((broken / "model.onnx").read_bytes())
    graph[len(graph) // 2] ^= 1
    (broken / "model.onnx").write_bytes(graph)
    config = tmp_path / "serve.toml"
    config.write_text(f'bundle = "{broken}"\nport = 0\nstore = "{tmp_path / "store"}"\n')
    result = touchstone("serve", str(config))
    assert result.returncode == 1
    assert "bundle_checksum_mismatch" in result.stderr
