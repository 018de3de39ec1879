"""The demo's detector judges under the names of the members' products, as it did under its own."""

from __future__ import annotations

from pathlib import Path

from simulator.bundle import NAME, write_simulated_bundle
from tests.builders.bundle import write_tiny_bundle
from tests.builders.support_floor import add_support_floor
from tests.serving.builders.sample_photos import jpeg
from vision.detector import Detector


def test_a_photo_gets_the_same_verdict_as_any_of_the_products(tmp_path: Path) -> None:
    add_support_floor(write_tiny_bundle(tmp_path / "demo", products=("toy",)))
    write_simulated_bundle(tmp_path / "demo", ["a", "b"], tmp_path / "year")
    demo, year = Detector(tmp_path / "demo"), Detector(tmp_path / "year")
    photo = jpeg()
    expected = demo.check([photo], product="toy").authenticity
    assert year.bundle.metadata.name == NAME
    assert [year.check([photo], product=product).authenticity for product in ("a", "b")] == [expected] * 2
