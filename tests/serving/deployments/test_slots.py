from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from serving.deployments.config import BatchingSettings, ProductSettings
from serving.deployments.slots import LoadedBundles, load_bundles
from serving.principal import SERVER
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.servers.running import Running
from vision.errors import BundleError, ConfigError, ProductRequired, UnknownProduct


def load_from(settings: ServeSettings) -> LoadedBundles:
    return load_bundles(settings.bundle, settings.bundle_options)


def test_each_product_has_the_bundle_that_knows_it(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a", products=("toy", "ball"), name="a")
    write_tiny_bundle(tmp_path / "b", products=("dryer",), name="b")
    loaded = load_from(ServeSettings(bundle=(tmp_path / "a", tmp_path / "b")))
    assert {product: slot.name for product, slot in loaded.by_product.items()} == {
        "toy": "a", "ball": "a", "dryer": "b",
    }  # fmt: skip
    with pytest.raises(ProductRequired, match="ball, dryer, toy"):
        loaded.find_product(SERVER, None)
    with pytest.raises(UnknownProduct, match="ball, dryer, toy"):
        loaded.find_product(SERVER, "nope")


def test_a_product_in_two_bundles_stops_the_start(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a", products=("toy",))
    write_tiny_bundle(tmp_path / "b", products=("ball", "toy"))
    with pytest.raises(ConfigError, match="know 'toy'"):
        load_from(ServeSettings(bundle=(tmp_path / "a", tmp_path / "b")))


def test_settings_of_an_unknown_product_stop_the_start(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a")
    settings = ServeSettings(bundle=(tmp_path / "a",), products={"toi": ProductSettings(counterfeit_share=0.1)})
    with pytest.raises(ConfigError, match=r"products\.toi.*known: toy"):
        load_from(settings)


def test_a_changed_bundle_stops_the_start(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a")
    with (tmp_path / "a" / "card.html").open("a") as card:
        card.write("changed")
    with pytest.raises(BundleError):
        load_from(ServeSettings(bundle=(tmp_path / "a",)))


def test_a_server_whose_gpu_is_absent_starts_and_judges_on_the_cpu(
    start: Callable[..., Running], caplog: pytest.LogCaptureFixture
) -> None:
    server = start(providers=("NnapiExecutionProvider",), store="none")
    assert "lacks NnapiExecutionProvider; CPUExecutionProvider serves" in caplog.text
    assert server.answer(jpeg(RED))["outcome"] == "genuine"


def test_batched_photos_get_the_answers_that_they_get_alone(start: Callable[..., Running]) -> None:
    alone = start(store="none")
    together = start(store="none", threads=4, batching=BatchingSettings(mode="on", longest_wait_ms=50))
    photos = [jpeg(colour, seed=seed) for seed in range(4) for colour in (RED, BLUE)]
    expected, found = alone.answer(*photos), together.answer(*photos)
    for one, other in zip(expected["photos"], found["photos"], strict=True):
        assert other["outcome"] == one["outcome"]
        assert other["authenticity"] == pytest.approx(one["authenticity"], abs=1e-5)
