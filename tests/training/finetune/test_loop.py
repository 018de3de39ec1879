import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.training.builders.finetune_run import CONFIG, build_tiny_network, run_tiny, write_manifest
from tests.training.builders.network import linear_head
from training.data.manifest import Manifest
from training.errors import ResumeMismatch, TrainingError
from training.finetune.loop import FinetuneResult, finetune
from training.model.network import Network
from vision.inputs import InputGeometry

REPOSITORY = Path(__file__).parents[3]


def weights_of(result: FinetuneResult) -> dict[str, Tensor]:
    weights: dict[str, Tensor] = result.network.state_dict()
    return weights


def are_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


class _Stopped(BaseException):
    """Not an Exception, as a Ctrl-C isn't."""


def stopping_network(*, steps: int, evaluations: int) -> Network:
    """A network that stops its run in the step after so many, or in the evaluation after so many."""
    network = build_tiny_network()
    seen = {"steps": 0, "evaluations": 0}

    def count(module: nn.Module, photos: object) -> None:
        seen["steps" if module.training else "evaluations"] += 1
        if seen["steps"] > steps or seen["evaluations"] > evaluations:
            raise _Stopped

    network.register_forward_pre_hook(count)
    return network


def test_the_network_learns_to_separate_the_items(manifest: Manifest, tmp_path: Path) -> None:
    result = run_tiny(tmp_path, manifest, replace(CONFIG, epochs=10))
    aurocs = [record.stop_auroc for record in result.history if record.stop_auroc is not None]
    assert len(aurocs) == len(result.history)
    assert aurocs[result.epoch - 1] == max(aurocs) >= 0.9
    assert result.history[-1].loss < result.history[0].loss - 0.1
    assert result.photos_per_s > 0
    assert not result.network.training
    assert (tmp_path / "run" / "history.json").exists()


def test_without_a_stop_set_all_epochs_are_done_and_the_last_average_is_kept(
    manifest: Manifest, tmp_path: Path
) -> None:
    result = run_tiny(tmp_path, manifest, replace(CONFIG, patience=1, epochs=2), stop_listings=0)
    assert result.epoch == len(result.history) == 2
    assert result.history[-1].stop_auroc is None
    state = torch.load(tmp_path / "run" / "checkpoints" / "last.pt", weights_only=True)["state"]
    assert are_equal(result.network.state_dict(), state["average"])
    assert not are_equal(result.network.state_dict(), state["network"])


def test_a_run_stops_when_no_epoch_gets_better(manifest: Manifest, tmp_path: Path) -> None:
    result = run_tiny(tmp_path, manifest, replace(CONFIG, epochs=9, patience=1, lr_body=1e-9, lr_head=1e-9))
    assert len(result.history) < 9
    assert result.epoch == len(result.history) - 1


def test_frozen_stages_come_out_as_they_went_in(manifest: Manifest, tmp_path: Path) -> None:
    before = build_tiny_network().state_dict()
    after = run_tiny(tmp_path, manifest, replace(CONFIG, epochs=1, freeze_stages=2)).network
    frozen = {
        id(tensor)
        for stage in after.stages[:2]
        for module in stage
        for tensor in module.state_dict(keep_vars=True).values()
    }
    is_frozen = {name: id(tensor) in frozen for name, tensor in after.state_dict(keep_vars=True).items()}
    assert 5 < sum(is_frozen.values()) < len(is_frozen)
    for name, tensor in after.state_dict().items():
        if is_frozen[name]:
            assert torch.equal(tensor, before[name]), name
    assert not torch.equal(linear_head(after).linear.weight, before["head.linear.weight"])
    assert all(parameter.requires_grad for parameter in after.parameters())


def test_a_run_prints_how_it_starts_and_where_it_resumes(
    manifest: Manifest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(_Stopped):
        run_tiny(tmp_path, manifest, network=stopping_network(steps=5, evaluations=99))
    assert "fine-tuning starts: 4 epochs of 4 steps of 8 photos, on cpu in fp32" in capsys.readouterr().err
    run_tiny(tmp_path, manifest)
    assert "fine-tuning resumes at step 4:" in capsys.readouterr().err


def test_half_precision_learns_too_and_gives_float32(manifest: Manifest, tmp_path: Path) -> None:
    result = run_tiny(tmp_path, manifest, replace(CONFIG, epochs=3, precision="bf16"))
    assert result.history[-1].loss < result.history[0].loss
    assert {tensor.dtype for tensor in result.network.parameters()} == {torch.float32}


def test_a_finished_run_gives_its_result_again_without_training(manifest: Manifest, tmp_path: Path) -> None:
    first = run_tiny(tmp_path, manifest, replace(CONFIG, epochs=2))
    written = (tmp_path / "run" / "checkpoints" / "last.pt").stat().st_mtime_ns
    again = run_tiny(tmp_path, manifest, replace(CONFIG, epochs=2))
    assert are_equal(weights_of(first), weights_of(again))
    assert first.history == again.history
    assert (tmp_path / "run" / "checkpoints" / "last.pt").stat().st_mtime_ns == written


def test_a_run_with_another_setting_does_not_resume_the_checkpoint(manifest: Manifest, tmp_path: Path) -> None:
    run_tiny(tmp_path, manifest, replace(CONFIG, epochs=1))
    with pytest.raises(ResumeMismatch, match=r"finetune.epochs was 1, is now 3"):
        run_tiny(tmp_path, manifest, replace(CONFIG, epochs=3))


def test_a_run_stopped_anywhere_resumes_to_the_same_weights(manifest: Manifest, tmp_path: Path) -> None:
    config = replace(CONFIG, epochs=2, checkpoint_minutes=0.0)  # a checkpoint after each step
    whole = run_tiny(tmp_path / "whole", manifest, config)
    an_epoch = whole.history[0].step
    for steps, evaluations in ((2, 99), (an_epoch, 99), (99, 2)):
        folder = tmp_path / f"stopped-{steps}-{evaluations}"
        with pytest.raises(_Stopped):
            run_tiny(folder, manifest, config, network=stopping_network(steps=steps, evaluations=evaluations))
        resumed = run_tiny(folder, manifest, config)
        assert are_equal(weights_of(whole), weights_of(resumed))
        assert [record.loss for record in resumed.history] == [record.loss for record in whole.history]
        assert [record.stop_auroc for record in resumed.history] == [record.stop_auroc for record in whole.history]


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_weights(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path / "photos")
    program = [sys.executable, "-m", "tests.training.builders.finetune_run", str(tmp_path), "3", "6"]
    killed = subprocess.run(program, cwd=REPOSITORY, stderr=subprocess.DEVNULL)
    assert killed.returncode == -signal.SIGKILL
    checkpoint = tmp_path / "run" / "checkpoints" / "last.pt"
    assert len(torch.load(checkpoint, weights_only=True)["state"]["history"]) == 1
    config = replace(CONFIG, epochs=3)
    resumed = run_tiny(tmp_path, manifest, config)
    whole = run_tiny(tmp_path / "whole", manifest, config)
    assert are_equal(weights_of(whole), weights_of(resumed))


def test_photos_of_one_label_are_refused(manifest: Manifest, tmp_path: Path) -> None:
    genuine = [i for i, row in enumerate(manifest.rows) if row.label == "genuine"]
    with pytest.raises(TrainingError, match="photos of both labels"):
        finetune(
            build_tiny_network(),
            manifest,
            fit=genuine,
            stop=(),
            geometry=InputGeometry(size_px=64),
            config=CONFIG,
            folder=tmp_path,
            seed=0,
            cache_folder=tmp_path,
        )
