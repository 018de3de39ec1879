"""The parts of a run, assembled once; what can't be trained is refused before a photo is decoded."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.builders.finetune_run import CONFIG, GEOMETRY, build_tiny_network, rows_of
from training.data.manifest import Manifest
from training.errors import TrainingError
from training.finetune.config import FinetuneConfig
from training.finetune.distributed import Processes
from training.finetune.run import Run, prepare_run
from training.model.network import Network


def prepared(
    folder: Path,
    manifest: Manifest,
    config: FinetuneConfig = CONFIG,
    *,
    stop_listings: int = 6,
    network: Network | None = None,
    world_size: int = 1,
) -> Run:
    fit, stop = rows_of(manifest, stop_listings=stop_listings)
    return prepare_run(
        network or build_tiny_network(),
        manifest,
        fit=fit,
        stop=stop,
        geometry=GEOMETRY,
        config=config,
        folder=folder / "run",
        cache_folder=folder / "cache",
        seed=7,
        origin={},
        processes=Processes(rank=0, world_size=world_size, device=torch.device("cpu")),
    )


def test_a_run_has_as_many_steps_as_epochs_need(manifest: Manifest, tmp_path: Path) -> None:
    run = prepared(tmp_path, manifest)
    assert run.steps_per_epoch == 4  # 28 photos in batches of 8
    assert run.steps == 4 * CONFIG.epochs
    assert not run.uses_bf16, "auto means fp32 on a CPU"
    assert run.stop is not None
    assert run.stop.genuine.tolist() == [True, False] * 3
    assert prepared(tmp_path, manifest, stop_listings=0).stop is None
    assert prepared(tmp_path, manifest, replace(CONFIG, precision="bf16")).uses_bf16


def test_the_network_that_was_given_stays_as_it_is(manifest: Manifest, tmp_path: Path) -> None:
    network = build_tiny_network()
    run = prepared(tmp_path, manifest, replace(CONFIG, freeze_stages=1), network=network)
    with torch.no_grad():
        for parameter in run.state.network.parameters():
            parameter.zero_()
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert any(parameter.abs().max() > 0 for parameter in network.parameters())


def test_a_run_resumes_from_its_checkpoint(manifest: Manifest, tmp_path: Path) -> None:
    run = prepared(tmp_path, manifest)
    run.state.step = 3
    run.save()
    again = prepared(tmp_path, manifest)
    assert again.state.step == 3
    assert len(again.loader) == run.steps - 3


def test_photos_of_one_label_are_refused(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="photos of both labels"):
        prepared(tmp_path, manifest.where(lambda row: row.label == "genuine"), stop_listings=0)


def test_a_batch_that_the_processes_can_t_share_evenly_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"finetune\.batch_size is 8, which 3 processes can't share evenly"):
        prepared(tmp_path, manifest, world_size=3)
