"""The consistency term, by hand-worked pairs, and what it does to a network."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.builders.finetune_run import CONFIG, GEOMETRY, build_tiny_network, run_tiny
from training.data.manifest import Manifest
from training.finetune.pairs.consistency import PairOutputs, inconsistency
from training.finetune.pairs.square_copies import square_copies
from training.finetune.photo_cache import cache_photos
from training.model.network import Network


def test_copies_that_are_alike_cost_nothing() -> None:
    compared = torch.tensor([[1.0, 5.0], [1.0, 5.0], [-1.0, 3.0], [-1.0, 3.0]])
    assert inconsistency(compared).item() == 0


def test_the_term_is_the_share_of_variance_between_a_photo_and_its_copy() -> None:
    compared = torch.tensor([[3.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [-3.0, -1.0]])
    # logit: ((3-1)² + (-1+3)²) / 2 / 2 = 2 within, 5 in all; the feature: none within
    assert inconsistency(compared).item() == pytest.approx((2 / 5 + 0) / 2, abs=1e-4)


def test_making_everything_smaller_does_not_lower_it() -> None:
    compared = torch.randn(16, 9, generator=torch.Generator().manual_seed(0))
    assert inconsistency(compared / 10).item() == pytest.approx(inconsistency(compared).item(), abs=0.01)


def test_the_logit_is_compared_without_dropout() -> None:
    network = build_tiny_network()
    torch.nn.init.normal_(network.head.linear.weight)  # type: ignore[union-attr, arg-type]
    outputs = PairOutputs(network)
    photo = torch.randint(0, 256, (1, 64, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    network.eval()
    network.head.train()  # dropout alone
    logit, compared = outputs(photo.repeat(8, 1, 1, 1))
    assert logit.std() > 1e-3, "dropout is on"
    assert compared[:, 0].std() < 1e-5


def mean_inconsistency(network: Network, manifest: Manifest, folder: Path) -> float:
    squares = cache_photos(manifest.rows, GEOMETRY, folder=folder, threads=1, advance=lambda photos: None)
    copies = square_copies(squares, manifest.rows, GEOMETRY)
    pairs = [tile for n in range(len(manifest.rows)) for tile in (squares.square(n), copies.copy(n, 10_000 + n))]
    with torch.inference_mode():
        _, compared = PairOutputs(network.eval())(torch.stack([torch.from_numpy(tile) for tile in pairs]))
    return inconsistency(compared).item()


def test_a_network_taught_by_pairs_moves_less_under_changes(tmp_path: Path, manifest: Manifest) -> None:
    with_copies = replace(CONFIG, consistency=1.0, epochs=2)
    taught = run_tiny(tmp_path / "a", manifest, with_copies, stop_listings=0).network
    untaught = run_tiny(tmp_path / "b", manifest, replace(CONFIG, epochs=2), stop_listings=0).network
    moved = [mean_inconsistency(network, manifest, tmp_path / "cache") for network in (taught, untaught)]
    assert moved[0] < 0.8 * moved[1], moved
