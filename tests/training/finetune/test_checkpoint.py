from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.builders.finetune_run import CONFIG, GEOMETRY, build_tiny_network
from training.data.manifest import Manifest
from training.errors import ResumeMismatch, TrainingError
from training.finetune.checkpoint import Identity, identify_run, load_checkpoint, save_checkpoint
from training.finetune.config import AugmentConfig, FinetuneConfig

CPU = torch.device("cpu")


def identity_of(manifest: Manifest, config: FinetuneConfig = CONFIG, *, stop: tuple[int, ...] = (2, 3)) -> Identity:
    return identify_run(
        build_tiny_network(),
        manifest,
        fit=(0, 1),
        stop=stop,
        geometry=GEOMETRY,
        config=config,
        seed=0,
        origin={"model.pretrained": "none"},
    )


def test_a_checkpoint_comes_back_as_it_was_written(manifest: Manifest, tmp_path: Path) -> None:
    file, identity = tmp_path / "checkpoints" / "last.pt", identity_of(manifest)
    assert load_checkpoint(file, identity, device=CPU) is None
    save_checkpoint(file, {"step": 3, "weights": torch.arange(4)}, identity)
    state = load_checkpoint(file, identity, device=CPU)
    assert state is not None
    assert state["step"] == 3
    assert state["weights"].tolist() == [0, 1, 2, 3]


def test_a_write_that_fails_leaves_the_old_checkpoint(manifest: Manifest, tmp_path: Path) -> None:
    file, identity = tmp_path / "last.pt", identity_of(manifest)
    save_checkpoint(file, {"step": 1}, identity)
    with pytest.raises((TypeError, AttributeError)):
        save_checkpoint(file, {"step": 2, "weights": (i for i in "no tensors")}, identity)
    state = load_checkpoint(file, identity, device=CPU)
    assert state is not None
    assert state["step"] == 1


def test_another_setting_is_refused_and_named_with_both_values(manifest: Manifest, tmp_path: Path) -> None:
    file = tmp_path / "last.pt"
    save_checkpoint(file, {}, identity_of(manifest))
    other = identity_of(manifest, replace(CONFIG, lr_body=0.5, augment=AugmentConfig(flip=False)))
    with pytest.raises(ResumeMismatch) as refusal:
        load_checkpoint(file, other, device=CPU)
    assert refusal.value.code == "resume_mismatch"
    assert "finetune.lr_body was 0.003, is now 0.5" in refusal.value.message
    assert "finetune.augment.flip was True, is now False" in refusal.value.message
    assert "stop rows" not in refusal.value.message


def test_other_photos_to_stop_on_are_refused(manifest: Manifest, tmp_path: Path) -> None:
    file = tmp_path / "last.pt"
    save_checkpoint(file, {}, identity_of(manifest))
    with pytest.raises(ResumeMismatch, match="stop rows was"):
        load_checkpoint(file, identity_of(manifest, stop=(3, 4)), device=CPU)


def test_settings_of_the_machine_may_change(manifest: Manifest, tmp_path: Path) -> None:
    file = tmp_path / "last.pt"
    save_checkpoint(file, {"step": 1}, identity_of(manifest))
    elsewhere = identity_of(manifest, replace(CONFIG, workers=3, checkpoint_minutes=1.0, device="auto"))
    assert load_checkpoint(file, elsewhere, device=CPU) == {"step": 1}


def test_a_file_that_is_no_checkpoint_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    file = tmp_path / "last.pt"
    file.write_bytes(b"not a checkpoint")
    with pytest.raises(TrainingError, match="is not a checkpoint of this program"):
        load_checkpoint(file, identity_of(manifest), device=CPU)
