from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from training.errors import TrainingError
from training.finetune.history import EpochRecord
from training.finetune.report import RunReport, require_finite
from training.finetune.throughput import Throughput

RECORD = EpochRecord(epoch=1, step=10, loss=0.61, stop_auroc=0.875, stop_loss=0.5, photos_per_s=9.0, waiting_share=0.02)


def throughput_of(*, photos: int, seconds: float, waiting_s: float, steps: int) -> Throughput:
    throughput = Throughput()
    throughput.photos, throughput.seconds, throughput.waiting_s, throughput.steps = photos, seconds, waiting_s, steps
    return throughput


def test_a_line_tells_pace_waiting_loss_auroc_and_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RunReport(tmp_path, steps=40, steps_per_epoch=10, first_step=0, silent=False) as report:
        report.epoch(RECORD, [RECORD], seconds=6.0, is_kept=True)
        report.step(15, loss=0.5125, throughput=throughput_of(photos=160, seconds=20, waiting_s=1, steps=5))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "epoch 1 done · loss 0.610 · early-stopping AUROC 0.875 (best, kept) · 9.0 photos/s · waited 2% for data",
        # 25 steps of 4 s and 3 epoch ends of 6 s
        "38% · epoch 2/4 · 8.0 photos/s · waits 5% for data · loss 0.512 · stop AUROC 0.875 · 0:01:58 left",
    ]


def test_the_curves_reach_tensorboard_and_history(tmp_path: Path) -> None:
    with RunReport(tmp_path, steps=40, steps_per_epoch=10, first_step=0, silent=False) as report:
        report.epoch(RECORD, [RECORD], seconds=6.0, is_kept=True)
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert {"loss", "stop_auroc", "stop_loss", "photos_per_s", "waiting_share"} <= set(events.Tags()["scalars"])
    (point,) = events.Scalars("stop_auroc")
    assert (point.step, point.value) == (10, 0.875)
    assert (tmp_path / "history.json").exists()


def test_a_silent_report_says_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RunReport(tmp_path, steps=40, steps_per_epoch=10, first_step=0, silent=True) as report:
        assert not report.is_due()
        report.epoch(RECORD, [RECORD], seconds=6.0, is_kept=True)
    assert capsys.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())


def test_a_loss_that_is_no_number_stops_the_run_and_says_what_to_lower() -> None:
    require_finite(0.7, 3)
    with pytest.raises(TrainingError, match=r"loss is nan at step 3: lower finetune.lr_body"):
        require_finite(float("nan"), 3)
