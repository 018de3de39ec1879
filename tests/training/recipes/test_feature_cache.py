"""Features are computed once, kept by the photo's sha256, and never mixed up between networks or variants."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from rich.console import Console

from tests.training.builders.network import SIZE_PX, small_network, small_network_with_foreground
from training.data.decoder_version import decoder_version
from training.errors import RunError
from training.model import foreground_head
from training.model.onnx_inference import read_tile
from training.recipes import feature_cache
from training.recipes.feature_cache import FeatureCache, extract_features, open_feature_cache
from training.recipes.photo_variants import AS_IT_IS, MIRRORED
from vision.errors import PhotoError
from vision.inputs import InputGeometry

GEOMETRY = InputGeometry(size_px=SIZE_PX)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    files = [tmp_path / f"{n}.png" for n in range(3)]
    for file in files:
        Image.fromarray(rng.integers(0, 256, (50, 70, 3), np.uint8)).save(file)
    return files


@pytest.mark.slow
def test_features_are_those_of_the_network_and_are_computed_once(tmp_path: Path, photos: list[Path]) -> None:
    network = small_network()
    cache = open_feature_cache(network, GEOMETRY, root=tmp_path / "cache")
    done: list[int] = []
    features = cache.extract(photos, threads=2, advance=done.append)
    tiles = np.concatenate([read_tile(photo.read_bytes(), GEOMETRY) for photo in photos])
    with torch.inference_mode():
        np.testing.assert_allclose(features, network.features(torch.from_numpy(tiles)).numpy(), atol=1e-4)
    assert sum(done) == 3
    kept = cache.folder / (digest := hashlib.sha256(photos[0].read_bytes()).hexdigest())[:2] / f"{digest}.npy"
    np.save(kept, features[0] + 1)
    again = open_feature_cache(network, GEOMETRY, root=tmp_path / "cache").extract(
        photos, threads=1, advance=done.append
    )
    np.testing.assert_array_equal(again, [features[0] + 1, *features[1:]])


@pytest.mark.slow
def test_other_networks_sizes_and_variants_have_folders_of_their_own(tmp_path: Path) -> None:
    folders = {
        open_feature_cache(small_network(), GEOMETRY, root=tmp_path).folder,
        open_feature_cache(small_network(seed=1), GEOMETRY, root=tmp_path).folder,
        open_feature_cache(small_network(), InputGeometry(size_px=96), root=tmp_path).folder,
        open_feature_cache(small_network(), GEOMETRY, root=tmp_path, variant=MIRRORED).folder,
    }
    assert len(folders) == 4


def test_features_pooled_by_another_code_are_not_taken_for_these(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreground head of a run before an update has the same weights, and its features were pooled otherwise."""
    plain, with_foreground = small_network(), small_network_with_foreground()
    before = [feature_cache.cache_name(network, GEOMETRY, AS_IT_IS) for network in (plain, with_foreground)]
    monkeypatch.setattr(foreground_head, "__file__", __file__)
    decoder_version.cache_clear()
    after = [feature_cache.cache_name(network, GEOMETRY, AS_IT_IS) for network in (plain, with_foreground)]
    decoder_version.cache_clear()
    assert after[0] == before[0]
    assert after[1] != before[1]


@pytest.mark.slow
def test_a_photo_that_can_t_be_read_is_refused(tmp_path: Path, photos: list[Path]) -> None:
    photos[1].write_bytes(b"no photo")
    cache = open_feature_cache(small_network(), GEOMETRY, root=tmp_path / "cache")
    with pytest.raises(PhotoError):
        extract_features(cache, photos, 1, Console(file=io.StringIO()))


def damage(file: Path, how: str, values: np.ndarray) -> None:
    whole = file.read_bytes()
    match how:
        case "empty":
            file.write_bytes(b"")
        case "cut short":
            file.write_bytes(whole[: len(whole) // 2])
        case "only its header":
            file.write_bytes(whole[:128])
        case "other bytes":
            file.write_bytes(b"PK\3\4" + bytes(200))
        case "zeros":
            file.write_bytes(bytes(len(whole)))
        case "another length":
            np.save(file, values[:-1])
        case "another shape":
            np.save(file, values[None])
        case "another type":
            np.save(file, values.astype(np.float64))
        case "objects":
            np.save(file, np.array([{}], object), allow_pickle=True)
        case "not finite":
            np.save(file, np.full_like(values, np.nan))


DAMAGES = (
    *("empty", "cut short", "only its header", "other bytes", "zeros", "another length", "another shape"),
    *("another type", "objects", "not finite"),
)


@pytest.mark.slow
def test_a_damaged_entry_is_computed_anew_and_one_that_can_t_be_is_named(tmp_path: Path, photos: list[Path]) -> None:
    cache = open_feature_cache(small_network(), GEOMETRY, root=tmp_path / "cache")
    features = extract(cache, photos)
    (kept,) = cache.folder.glob(f"*/{hashlib.sha256(photos[0].read_bytes()).hexdigest()}.npy")
    sound = kept.read_bytes()
    for how in DAMAGES:
        damage(kept, how, features[0])
        np.testing.assert_array_equal(extract(cache, photos), features, how)
        assert kept.read_bytes() == sound, how
        assert not list(kept.parent.glob("*.part")), how
    kept.unlink()
    kept.mkdir()
    with pytest.raises(RunError, match=rf"the cache can't be used: {kept}: Is a directory\. .*delete {cache.folder}"):
        extract(cache, photos)


@pytest.mark.slow
def test_a_damaged_graph_is_exported_anew_and_two_runs_may_find_it(tmp_path: Path, photos: list[Path]) -> None:
    network = small_network()
    cache = open_feature_cache(network, GEOMETRY, root=tmp_path)
    features = extract(cache, photos)
    graph = cache.folder / "features.onnx"
    damaged = graph.read_bytes()[:-64] + bytes(64)  # the last bytes are weights: such a graph would load
    for content in (b"", damaged):
        graph.write_bytes(content)
        for entry in cache.folder.glob("*/*.npy"):
            entry.unlink()
        with ThreadPoolExecutor(2) as runs:
            opened = runs.map(lambda _: open_feature_cache(network, GEOMETRY, root=tmp_path), range(2))
            for both in runs.map(lambda one: extract(one, photos), opened):
                np.testing.assert_allclose(both, features, atol=1e-6)


def extract(cache: FeatureCache, photos: list[Path]) -> np.ndarray:
    return cache.extract(photos, threads=1, advance=lambda n: None)
