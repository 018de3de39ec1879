import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.training.builders.finetune_run import CONFIG, GEOMETRY, build_tiny_network, rows_of, write_manifest
from training.data.manifest import Manifest
from training.errors import TrainingError
from training.finetune.distributed import Processes, join_processes, resolve_device
from training.finetune.photo_cache import cache_photos
from training.finetune.stop_set import StopFigures, build_stop_set, evaluate_stop_set

REPOSITORY = Path(__file__).parents[3]
CPU = torch.device("cpu")


def test_without_torchrun_this_process_is_alone() -> None:
    with join_processes("cpu") as processes:
        assert processes.is_main
        assert processes.world_size == 1
        processes.wait()
        assert processes.add_up(torch.tensor(2.0)).item() == 2.0


def test_an_unknown_device_is_refused_by_name() -> None:
    assert resolve_device("cpu") == CPU
    with pytest.raises(TrainingError, match=r"finetune.device is 'gpu'"):
        resolve_device("gpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_a_device_that_the_machine_lacks_is_refused() -> None:
    with pytest.raises(TrainingError, match="sees no CUDA device"):
        resolve_device("cuda")
    assert resolve_device("auto") == CPU


@pytest.mark.slow
def test_two_processes_end_with_the_same_weights_and_judge_as_one_does(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path / "photos")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    program = ["-m", "tests.training.builders.finetune_run", str(tmp_path), "2"]
    done = subprocess.run([*launcher, *program], cwd=REPOSITORY, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("epoch 1 done") == 1  # only the main process speaks
    first, second = (torch.load(tmp_path / f"weights-{rank}.pt", weights_only=True) for rank in (0, 1))
    assert all(torch.equal(first[key], second[key]) for key in first)
    history = json.loads((tmp_path / "run" / "history.json").read_text())
    kept = max(history, key=lambda record: (record["stop_auroc"], -record["stop_loss"]))
    alone = evaluate_alone(first, manifest, tmp_path / "cache")
    assert alone.auroc == pytest.approx(kept["stop_auroc"], abs=1e-9)
    assert alone.loss == pytest.approx(kept["stop_loss"], abs=1e-6)


def evaluate_alone(weights: dict[str, torch.Tensor], manifest: Manifest, cache: Path) -> StopFigures:
    network = build_tiny_network(seed=1)
    network.load_state_dict(weights)
    _, stop = rows_of(manifest, stop_listings=6)
    rows = [manifest.rows[index] for index in stop]
    photos = cache_photos(rows, GEOMETRY, folder=cache, threads=1, advance=lambda photos: None)
    processes = Processes(rank=0, world_size=1, device=CPU)
    return evaluate_stop_set(build_stop_set(rows, photos), network.eval(), processes, batch_size=CONFIG.batch_size)
