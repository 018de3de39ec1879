from __future__ import annotations

from pathlib import Path

import pytest

from serving.bundles import load_bundles
from serving.settings import ProductSettings, ServeSettings
from tests.tiny_bundle import write_tiny_bundle
from vision.errors import BundleError, ConfigError, ProductRequired, UnknownProduct


def test_each_product_has_the_bundle_that_knows_it(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a", products=("toy", "ball"), name="a")
    write_tiny_bundle(tmp_path / "b", products=("dryer",), name="b")
    loaded = load_bundles(ServeSettings(bundle=(tmp_path / "a", tmp_path / "b")))
    assert {product: detector.bundle.record.name for product, detector in loaded.by_product.items()} == {
        "toy": "a", "ball": "a", "dryer": "b",
    }  # fmt: skip
    with pytest.raises(ProductRequired, match="ball, dryer, toy"):
        loaded.find_product(None)
    with pytest.raises(UnknownProduct, match="ball, dryer, toy"):
        loaded.find_product("nope")


def test_a_product_in_two_bundles_stops_the_start(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a", products=("toy",))
    write_tiny_bundle(tmp_path / "b", products=("ball", "toy"))
    with pytest.raises(ConfigError, match="know 'toy'"):
        load_bundles(ServeSettings(bundle=(tmp_path / "a", tmp_path / "b")))


def test_settings_for_a_product_that_nobody_knows_stop_the_start(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a")
    settings = ServeSettings(bundle=(tmp_path / "a",), products={"toi": ProductSettings(counterfeit_share=0.1)})
    with pytest.raises(ConfigError, match=r"products\.toi.*known: toy"):
        load_bundles(settings)


def test_a_changed_bundle_stops_the_start(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a")
    with (tmp_path / "a" / "card.html").open("a") as card:
        card.write("changed")
    with pytest.raises(BundleError):
        load_bundles(ServeSettings(bundle=(tmp_path / "a",)))
