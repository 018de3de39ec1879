from pathlib import Path

import pytest
import torch

from tests.training.builders.finetune_run import GEOMETRY
from training.data.manifest import Manifest
from training.finetune.decoding import decode_photos
from training.finetune.distributed import Processes

ALONE = Processes(rank=0, world_size=1, device=torch.device("cpu"))


def test_squares_to_learn_from_have_a_margin_and_those_to_stop_on_are_as_served(
    manifest: Manifest, tmp_path: Path
) -> None:
    rows = manifest.rows
    squares = decode_photos(rows[:4], rows[4:6], GEOMETRY, margin=1.25, folder=tmp_path, processes=ALONE)
    assert [squares.fit.square(i).shape for i in range(4)] == [(80, 80, 3)] * 4
    assert [squares.stop.square(i).shape for i in range(2)] == [(64, 64, 3)] * 2


def test_only_the_main_process_speaks_of_decoding(
    manifest: Manifest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follower = Processes(rank=1, world_size=1, device=torch.device("cpu"))
    for processes, printed in ((follower, False), (ALONE, True)):
        folder = tmp_path / str(processes.rank)
        decode_photos(manifest.rows[:4], manifest.rows[4:6], GEOMETRY, margin=1.25, folder=folder, processes=processes)
        assert ("decoding: 6 of 6 photos" in capsys.readouterr().err) == printed
