"""The output of a run: one live line on a terminal, plain lines elsewhere, TensorBoard and history.json."""

import math
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text
from torch.utils.tensorboard import SummaryWriter

from training.errors import TrainingError
from training.finetune.history import EpochRecord, write_history
from training.finetune.throughput import Throughput

_LIVE_S = 1.0  # reading the loss makes a GPU wait for it, so not at every step
_PLAIN_S = 30.0
_BAR_WIDTH = 20


class RunReport:
    """Reports the progress of the main process; every other one has a silent report."""

    def __init__(self, folder: Path, *, steps: int, steps_per_epoch: int, first_step: int, silent: bool) -> None:
        self.folder = folder
        self.steps = steps
        self.steps_per_epoch = steps_per_epoch
        self.silent = silent
        self.console = Console(stderr=True, quiet=silent, highlight=False)
        self.live = Live(console=self.console, auto_refresh=False, transient=True)
        self.writer = None if silent else SummaryWriter(str(folder / "tensorboard"), purge_step=first_step)
        self.printed_at = time.monotonic()
        self.stop_auroc: float | None = None
        self.epoch_end_s = 0.0

    def __enter__(self) -> "RunReport":
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.live.stop()
        if self.writer is not None:
            self.writer.close()

    def is_due(self) -> bool:
        """Whether it is time to report a step again."""
        pause = _LIVE_S if self.console.is_terminal else _PLAIN_S
        return not self.silent and time.monotonic() - self.printed_at >= pause

    def step(self, step: int, *, loss: float, throughput: Throughput) -> None:
        """Report the progress after `step` steps of the run; `loss` is the epoch's mean so far."""
        require_finite(loss, step)
        self.printed_at = time.monotonic()
        line = self._progress(step, loss, throughput)
        if self.console.is_terminal:
            self.live.update(Text(line, no_wrap=True, overflow="ellipsis"), refresh=True)
        else:
            self.console.print(line, soft_wrap=True)
        self._write(step, loss=loss, photos_per_s=throughput.photos_per_s, waiting_share=throughput.waiting_share)

    def epoch(self, record: EpochRecord, history: Sequence[EpochRecord], *, seconds: float, is_kept: bool) -> None:
        """Report an epoch; `seconds` is the duration of its evaluation and checkpoint."""
        self.stop_auroc, self.epoch_end_s = record.stop_auroc, seconds
        if self.writer is None:
            return
        stop = (
            ""
            if record.stop_auroc is None
            else f" · early-stopping AUROC {record.stop_auroc:.3f}{' (best, kept)' if is_kept else ''}"
        )
        self.console.print(
            f"epoch {record.epoch} done · loss {record.loss:.3f}{stop} · {record.photos_per_s:.1f} photos/s · "
            f"waited {record.waiting_share:.0%} for data",
            soft_wrap=True,
        )
        self._write(record.step, loss=record.loss, photos_per_s=record.photos_per_s, waiting_share=record.waiting_share)
        if record.stop_auroc is not None and record.stop_loss is not None:
            self._write(record.step, stop_auroc=record.stop_auroc, stop_loss=record.stop_loss)
        self.writer.flush()
        write_history(history, self.folder / "history.json")

    def line(self, text: str) -> None:
        """Print a line of its own."""
        self.console.print(text, soft_wrap=True)

    def _progress(self, step: int, loss: float, throughput: Throughput) -> str:
        epochs, epoch = self.steps // self.steps_per_epoch, (step - 1) // self.steps_per_epoch + 1
        filled = round(_BAR_WIDTH * step / self.steps)
        bar = "━" * filled + "╌" * (_BAR_WIDTH - filled) + " " if self.console.is_terminal else ""
        stop = "" if self.stop_auroc is None else f" · stop AUROC {self.stop_auroc:.3f}"
        left = self._left(step, throughput)
        return (
            f"{bar}{step / self.steps:.0%} · epoch {epoch}/{epochs} · {throughput.photos_per_s:.1f} photos/s · "
            f"waits {throughput.waiting_share:.0%} for data · loss {loss:.3f}{stop} · {left} left"
        )

    def _left(self, step: int, throughput: Throughput) -> str:
        """Time to the end of all epochs, at this epoch's pace."""
        ends = (self.steps - step) // self.steps_per_epoch + 1
        return str(
            timedelta(seconds=round((self.steps - step) * throughput.seconds_per_step + ends * self.epoch_end_s))
        )

    def _write(self, step: int, **scalars: float) -> None:
        if self.writer is not None:
            for name, value in scalars.items():
                self.writer.add_scalar(name, value, step)


def require_finite(loss: float, step: int) -> None:
    """Raise TrainingError where the loss has diverged."""
    if not math.isfinite(loss):
        raise TrainingError(
            f"the loss is {loss} at step {step}: lower finetune.lr_body and finetune.lr_head, or set "
            "finetune.precision = 'fp32'"
        )
