"""What is printed of one verdict, and the words that go with every one."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from tests.vision.test_detector import COUNTERFEIT, GENUINE
from vision.cli.verdict_output import NO_PROOF, percent, print_verdict
from vision.detector import Detector


def test_the_answer_says_that_it_is_no_proof_of_what_is_in_the_box() -> None:
    assert "no proof of what is in the box" in NO_PROOF


@pytest.mark.parametrize(("kind", "note"), [("weak", "relative to"), ("rendered", "nothing about real ones")])
def test_the_kind_of_labels_is_printed(tmp_path: Path, kind: str, note: str) -> None:
    verdict = Detector(write_tiny_bundle(tmp_path / "bundle")).check([GENUINE])
    stream = io.StringIO()
    print_verdict(verdict, [tmp_path / "red.png"], kind, Console(file=stream, width=200))  # type: ignore[arg-type]
    assert note in stream.getvalue()


@pytest.mark.parametrize(
    ("share", "words"),
    [(None, "-"), (0.912, "91.2 %"), (0.0, "under 0.1 %"), (0.9995, "over 99.9 %"), (1.0, "over 99.9 %")],
)
def test_no_share_is_printed_as_certain(share: float | None, words: str) -> None:
    assert percent(share) == words


def test_a_bundle_that_knows_no_counterfeits_does_not_say_that_photos_look_like_one(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "bundle", authenticity_kind="conformal")
    verdict = Detector(bundle).check([COUNTERFEIT])
    stream = io.StringIO()
    print_verdict(verdict, [tmp_path / "blue.png"], "verified", Console(file=stream, width=200))
    assert "The photos look unlike the genuine product. This bundle knows no counterfeits." in stream.getvalue()
    assert "look like a counterfeit" not in stream.getvalue()
