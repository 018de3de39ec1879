"""A real tiny bundle judged on generated photos: red ones are genuine, blue ones counterfeit."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from typer.testing import CliRunner

from tests.builders.bundle import write_tiny_bundle
from training.commands.evaluate import app
from training.data.manifest import read_manifest
from training.errors import NothingToEvaluate
from training.pipeline.evaluate import evaluate_bundle
from training.pipeline.evaluation import Evaluation, describe_exclusions
from vision.detector import Detector

COLUMNS = ("photo", "label", "product", "listing", "maker", "cue", "view", "fold", "shareable")
SILENT = Console(file=io.StringIO())


class PhotoSet:
    """A manifest that grows row by row; each photo is noise around one colour, so that no two are alike."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[dict[str, str]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, listing: str, label: str, *, red: int, photos: int = 2, **cells: str) -> None:
        for _ in range(photos):
            name = f"{len(self.rows):03}.jpg"
            rng = np.random.default_rng(len(self.rows))
            pixels = rng.integers(-40, 40, (200, 200, 3)) + np.array([red, 128, 255 - red])
            Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(self.folder / name)
            row = dict.fromkeys(COLUMNS, "") | {"photo": name, "label": label, "product": "toy", "listing": listing}
            self.rows.append(row | cells)

    def write(self) -> Path:
        path = self.folder / "manifest.csv"
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows)
        return path

    def digest(self, index: int) -> str:
        return hashlib.sha256((self.folder / self.rows[index]["photo"]).read_bytes()).hexdigest()


@pytest.fixture
def photos(tmp_path: Path) -> PhotoSet:
    """Six listings: four clear ones, one genuine with a high suspicion and one counterfeit with a low one."""
    made = PhotoSet(tmp_path / "photos")
    made.add("g1", "genuine", red=180, view="whole")
    made.add("g2", "genuine", red=170, shareable="1")
    made.add("g-wrong", "genuine", red=90, photos=1, shareable="1")
    made.add("c1", "counterfeit", red=70, maker="m1", cue="seam;font")
    made.add("c2", "counterfeit", red=80, maker="m1", cue="font", fold="3")
    made.add("c-wrong", "counterfeit", red=165, photos=1, maker="m2", cue="seam")
    return made


def evaluated(tmp_path: Path, photos: PhotoSet, *, seen: Sequence[str] = (), out: Path | None = None) -> Evaluation:
    write_tiny_bundle(tmp_path / "bundle", seen=seen)
    return evaluate_bundle(tmp_path / "bundle", read_manifest(photos.write()), out=out, console=SILENT)


def test_the_predictions_are_the_detector_s_own(tmp_path: Path, photos: PhotoSet) -> None:
    evaluation = evaluated(tmp_path, photos)
    verdict = Detector(tmp_path / "bundle").check([photos.folder / "000.jpg", photos.folder / "001.jpg"])
    first = evaluation.listings[0]
    assert (first.listing, first.outcome, first.authenticity) == ("g1", verdict.outcome, verdict.authenticity)
    assert [p.authenticity for p in evaluation.photos[:2]] == [p.authenticity for p in verdict.photos]
    assert first.logit == pytest.approx(np.mean([p.logit for p in evaluation.photos[:2]]))


def test_the_figures_count_the_planted_mistakes(tmp_path: Path, photos: PhotoSet) -> None:
    figures = evaluated(tmp_path, photos).figures
    # of the 9 pairs, g1 and g2 win all, and g-wrong wins those with c1 and c2
    assert figures.listing.auroc.value == pytest.approx(8 / 9)
    assert (figures.genuine_flagged.hits, figures.counterfeit_passed.hits) == (1, 1)
    assert [g.name for g in figures.by_maker] == ["m1", "m2"]
    assert [(g.name, g.counterfeit) for g in figures.by_cue] == [("font", 4), ("seam", 3)]


def test_a_listing_with_a_training_photo_is_excluded_whole(tmp_path: Path, photos: PhotoSet) -> None:
    evaluation = evaluated(tmp_path, photos, seen=[photos.digest(0)])
    assert "g1" not in {a.listing for a in evaluation.listings}
    exclusions = evaluation.exclusions
    assert (exclusions.seen_photos, exclusions.seen_listings, exclusions.unseen_photos_of_seen_listings) == (1, 1, 1)
    assert any("1 photo that the bundle was fitted on" in reason for reason in describe_exclusions(exclusions))


def test_a_bundle_that_was_fitted_on_everything_is_not_evaluated(tmp_path: Path, photos: PhotoSet) -> None:
    seen = [photos.digest(i) for i in range(len(photos.rows))]
    with pytest.raises(NothingToEvaluate, match="10 photos that the bundle was fitted on"):
        evaluated(tmp_path, photos, seen=seen)


def test_what_can_t_be_evaluated_is_excluded_and_counted(tmp_path: Path, photos: PhotoSet) -> None:
    photos.add("no-label", "", red=100)
    photos.add("other", "genuine", red=100, product="kettle")
    photos.add("mixed", "genuine", red=100, photos=1)
    photos.add("mixed", "genuine", red=100, photos=1, product="kettle")
    evaluation = evaluated(tmp_path, photos)
    exclusions = evaluation.exclusions
    assert len(evaluation.listings) == 6
    assert exclusions.unlabelled_photos == 2
    assert exclusions.listings_of_unknown_products == 1
    assert exclusions.listings_with_two_products == 1


def test_the_first_twelve_photos_of_a_listing_count(tmp_path: Path, photos: PhotoSet) -> None:
    photos.add("many", "genuine", red=150, photos=12)
    photos.add("many", "genuine", red=0, photos=3)
    evaluation = evaluated(tmp_path, photos)
    assert evaluation.listings[-1].photo_count == 12
    assert evaluation.listings[-1].outcome == "genuine"
    assert evaluation.exclusions.photos_beyond_twelve == 3


def test_an_unreadable_photo_doesn_t_stop_the_evaluation(tmp_path: Path, photos: PhotoSet) -> None:
    (photos.folder / "000.jpg").write_bytes(b"no photo")
    (photos.folder / "004.jpg").write_bytes(b"no photo")  # the only one of g-wrong
    evaluation = evaluated(tmp_path, photos)
    assert evaluation.photos[0].error == "photo_not_an_image"
    assert evaluation.listings[0].outcome == "genuine"
    unread = next(a for a in evaluation.listings if a.listing == "g-wrong")
    assert (unread.outcome, unread.authenticity, unread.error) == (None, None, "no_readable_photo")
    assert evaluation.figures.outcomes["genuine"]["no answer"] == 1


def test_two_threads_predict_as_one_does(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    manifest = read_manifest(photos.write())
    one, two = (evaluate_bundle(tmp_path / "bundle", manifest, threads=n, console=SILENT) for n in (1, 2))
    assert one.listings == two.listings


def test_the_folder_holds_metrics_answers_and_a_report(tmp_path: Path, photos: PhotoSet) -> None:
    evaluation = evaluated(tmp_path, photos, out=tmp_path / "out")
    metrics = json.loads((tmp_path / "out/metrics.json").read_text())
    assert metrics["figures"]["listing"]["auroc"]["value"] == pytest.approx(8 / 9, abs=1e-4)
    assert metrics["bundle"]["sha256"] == evaluation.bundle.sha256
    assert metrics["listings"] == 6
    shares = [row["counterfeit_share"] for row in metrics["expected_precision"]]
    assert shares == [0.5, 0.1, 0.01, 0.001]
    page = (tmp_path / "out/report.html").read_text()
    assert "precision of a counterfeit verdict" in page
    assert '<span class="chip better">guaranteed</span>' in page
    assert metrics["stress"] is None, "changed copies cost a pass each, so they are evaluated only on request"
    rows = list(csv.DictReader((tmp_path / "out/answers.csv").read_text().splitlines()))
    assert [row["listing"] for row in rows] == ["g1", "g2", "g-wrong", "c1", "c2", "c-wrong"]
    assert rows[4]["fold"] == "3"
    assert float(rows[0]["authenticity"]) == pytest.approx(evaluation.listings[0].authenticity, abs=1e-6)


def test_the_graph_that_judges_can_be_chosen_and_is_named(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle", int8_slope=20.05)
    manifest = photos.write()
    for asked, used in ((["--graph", "fp32"], "fp32"), (["--graph", "int8"], "int8"), ([], "int8")):
        out = tmp_path / used
        result = CliRunner().invoke(app, [str(tmp_path / "bundle"), str(manifest), "--out", str(out), *asked])
        assert result.exit_code == 0, result.output
        assert f"{used} graph" in result.output
        assert json.loads((out / "metrics.json").read_text())["bundle"]["graph"] == used
        rows = list(csv.DictReader((out / "answers.csv").read_text().splitlines()))
        assert {row["graph"] for row in rows} == {used}


def test_the_report_shows_each_mistake_with_its_evidence_and_fetches_nothing(tmp_path: Path, photos: PhotoSet) -> None:
    evaluated(tmp_path, photos, out=tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text()
    assert re.findall(r"<b>(\S+)</b> ·", page) == ["g-wrong", "c-wrong"]
    assert page.count("data:image/jpeg;base64,") == 10  # a photo, its evidence and three crops each
    assert page.count("<svg") == 5
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "rendered photos" in page
    assert str(tmp_path) not in page


def test_a_report_of_shareable_photos_shows_no_others(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    manifest = read_manifest(photos.write())
    evaluate_bundle(tmp_path / "bundle", manifest, out=tmp_path / "out", shareable_only=True, console=SILENT)
    page = (tmp_path / "out/report.html").read_text()
    assert re.findall(r"<b>(\S+)</b> ·", page) == ["g-wrong"]
    assert page.count("data:image/jpeg;base64,") == 5
    assert "1 of the worst errors" in page


def test_a_listing_s_name_can_t_inject_markup(tmp_path: Path, photos: PhotoSet) -> None:
    photos.add("<script>alert(1)</script>", "genuine", red=60, product="toy")
    evaluated(tmp_path, photos, out=tmp_path / "out")
    assert "<script" not in (tmp_path / "out/report.html").read_text()


def test_one_class_alone_still_gives_a_report(tmp_path: Path, photos: PhotoSet) -> None:
    photos.rows = [row for row in photos.rows if row["label"] == "genuine"]
    evaluated(tmp_path, photos, out=tmp_path / "out")
    metrics = json.loads((tmp_path / "out/metrics.json").read_text())
    assert metrics["figures"]["listing"]["auroc"]["value"] is None
    assert "–" in (tmp_path / "out/report.html").read_text()


def test_the_command_prints_figures_and_exclusions(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle", seen=[photos.digest(0)])
    arguments = [str(tmp_path / "bundle"), str(photos.write()), "--out", str(tmp_path / "out"), "--where", "fold!=3"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "4 listings" in result.output
    assert "listing AUROC" in result.output
    assert "1 photo that the bundle was fitted on" in " ".join(result.output.split())
    assert (tmp_path / "out/report.html").exists()
