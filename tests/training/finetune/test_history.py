import json
from pathlib import Path

from training.finetune.history import EpochRecord, is_over, kept_epoch, write_history


def history_of(*figures: tuple[float, float]) -> list[EpochRecord]:
    """One record for each (stop AUROC, stop loss)."""
    return [
        EpochRecord(
            epoch=i + 1, step=i + 1, loss=0.5, stop_auroc=auroc, stop_loss=loss, photos_per_s=9.0, waiting_share=0.0
        )
        for i, (auroc, loss) in enumerate(figures)
    ]


def test_the_epoch_with_the_best_auroc_is_kept() -> None:
    assert kept_epoch(history_of((0.7, 0.6), (0.9, 0.5), (0.8, 0.4))) == 2


def test_of_equal_epochs_the_one_with_the_lower_loss_is_kept() -> None:
    assert kept_epoch(history_of((1.0, 0.3), (1.0, 0.1), (1.0, 0.2))) == 2


def test_without_a_stop_set_the_last_epoch_is_kept() -> None:
    records = [
        EpochRecord(epoch=i, step=i, loss=0.1 * i, stop_auroc=None, stop_loss=None, photos_per_s=9.0, waiting_share=0.0)
        for i in (1, 2, 3)
    ]
    assert kept_epoch(records) == 3
    assert not is_over(records, epochs=4, patience=1)


def test_a_run_is_over_after_its_patience_or_its_epochs() -> None:
    worse = history_of((0.9, 0.5), (0.8, 0.5), (0.8, 0.5))
    assert is_over(worse, epochs=9, patience=2)
    assert not is_over(worse, epochs=9, patience=3)
    assert not is_over(worse, epochs=9, patience=0)
    assert is_over(worse, epochs=3, patience=0)
    assert not is_over([], epochs=3, patience=1)


def test_the_curves_are_written_as_json(tmp_path: Path) -> None:
    write_history(history_of((0.7, 0.6)), tmp_path / "history.json")
    assert json.loads((tmp_path / "history.json").read_text())[0]["stop_auroc"] == 0.7
    assert [file.name for file in tmp_path.iterdir()] == ["history.json"]
