"""The record of each epoch, which epoch is kept, and early stopping."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRecord:
    """One epoch, counted from 1; the stop figures are those of the averaged weights, None without a stop set."""

    epoch: int
    step: int
    loss: float
    stop_auroc: float | None
    stop_loss: float | None
    photos_per_s: float
    waiting_share: float


def kept_epoch(history: Sequence[EpochRecord]) -> int:
    """The epoch with the best stop AUROC (of equals, the lower stop loss); without a stop set, the last."""
    return max(history, key=_rank).epoch


def is_over(history: Sequence[EpochRecord], *, epochs: int, patience: int) -> bool:
    """Whether all epochs are done, or `patience` of them passed without a better one (0: never)."""
    if len(history) >= epochs:
        return True
    return bool(patience and history) and len(history) - kept_epoch(history) >= patience


def write_history(history: Sequence[EpochRecord], file: Path) -> None:
    """Write the curves as JSON, a list with one object an epoch."""
    draft = file.with_suffix(".part")
    draft.write_text(json.dumps([asdict(record) for record in history], indent=1), encoding="utf-8")
    draft.replace(file)


def _rank(record: EpochRecord) -> tuple[float, float, int]:
    if record.stop_auroc is None or record.stop_loss is None:
        return (0.0, 0.0, record.epoch)
    return (record.stop_auroc, -record.stop_loss, 0)
