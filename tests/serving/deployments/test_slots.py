from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from serving.deployments.config import BatchingSettings, ProductSettings
from serving.deployments.slots import LoadedBundles, load_bundles
from serving.principal import SERVER
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample
from tests.builders.references import RED as REFERENCE_RED
from tests.builders.references import add_tiny_references
from tests.builders.support_floor import add_support_floor
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.servers.running import Running
from vision.bundle.bundle import Bundle, seal_bundle
from vision.bundle.metadata import GraphMetadata
from vision.bundle.references import EMBEDDINGS_FILE
from vision.drift_sample import Projection, read_sample, write_sample
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


def test_a_graph_of_another_number_of_products_stops_the_start(tmp_path: Path) -> None:
    bundle = add_support_floor(write_tiny_bundle(tmp_path / "a"))  # one column
    two = dataclasses.replace(bundle.metadata, products=("toy", "ball"), graphs=without_floors(bundle))
    seal_bundle(bundle.folder, two)
    with pytest.raises(BundleError, match=r"gives product_logit \[1, 1\] for one photo: expected \[1, 2\]"):
        load_from(ServeSettings(bundle=(tmp_path / "a",)))


def without_floors(bundle: Bundle) -> tuple[GraphMetadata, ...]:
    return tuple(dataclasses.replace(graph, support={}) for graph in bundle.metadata.graphs)


def test_references_with_embeddings_of_another_size_stop_the_start(tmp_path: Path) -> None:
    bundle, _ = add_tiny_references(write_tiny_bundle(tmp_path / "a"), [("genuine", REFERENCE_RED)])
    np.save(bundle.folder / EMBEDDINGS_FILE, np.ones((1, 5), np.float16))
    seal_bundle(bundle.folder, bundle.metadata)
    with pytest.raises(BundleError, match=r"embeddings\.npy has embeddings of 5 values, and the graph gives 4"):
        load_from(ServeSettings(bundle=(tmp_path / "a",)))


@pytest.mark.parametrize(
    ("centre", "directions", "expected"),
    [
        ((5,), (6, 5), r"validation-fp32\.npz has embeddings of 5 values, and the graph gives 4"),
        ((4,), (6, 5), r"directions \[6, 5\] beside centre \[4\]"),
        ((4,), (7, 4), "with K at most 6"),
        ((1, 4), (4, 4), r"expected \[K, D\] and \[D\]"),
    ],
)
def test_a_validation_sample_of_other_embeddings_stops_the_start(
    tmp_path: Path, centre: tuple[int, ...], directions: tuple[int, ...], expected: str
) -> None:
    bundle = add_tiny_sample(write_tiny_bundle(tmp_path / "a").folder, listings=1)
    sample = read_sample(bundle, bundle.metadata.graphs[0])
    assert sample is not None
    other = Projection(centre=np.zeros(centre, np.float32), directions=np.zeros(directions, np.float32))
    write_sample(bundle.folder, "fp32", dataclasses.replace(sample, projection=other))
    seal_bundle(bundle.folder, bundle.metadata)
    with pytest.raises(BundleError, match=expected):
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
