from pathlib import Path

import pytest
import torch

from tests.training.finetune.tiny import GEOMETRY
from training.finetune.decoding import DecodingReport, decode_photos
from training.finetune.distributed import Processes
from training.manifest import Manifest

ALONE = Processes(rank=0, world_size=1, device=torch.device("cpu"))


def test_squares_to_learn_from_have_a_margin_and_those_to_stop_on_are_as_served(
    manifest: Manifest, tmp_path: Path
) -> None:
    rows = manifest.rows
    squares = decode_photos(rows[:4], rows[4:6], GEOMETRY, margin=1.25, folder=tmp_path, processes=ALONE)
    assert [squares.fit.square(i).shape for i in range(4)] == [(80, 80, 3)] * 4
    assert [squares.stop.square(i).shape for i in range(2)] == [(64, 64, 3)] * 2


def test_off_a_terminal_long_decoding_speaks_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with DecodingReport(20, silent=False) as report:
        report.advance(3)
        report.spoken_at -= 31
        report.advance(4)
    assert capsys.readouterr().err == "decoded 7 of 20 photos\n"


def test_only_the_main_process_speaks_of_decoding(capsys: pytest.CaptureFixture[str]) -> None:
    with DecodingReport(20, silent=True) as report:
        report.spoken_at -= 31
        report.advance(4)
    assert capsys.readouterr() == ("", "")
