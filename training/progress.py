"""Progress of long work: number of photos, speed and time left, as a live bar or plain lines; durations in words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

PLAIN_S = 30.0
"""Off a terminal, a line is printed this often and at the end."""


class PhotoSpeed(ProgressColumn):
    """Photos a second, of the task's recent past."""

    def render(self, task: Task) -> Text:
        """The speed, or a dash before there is one."""
        speed = task.finished_speed or task.speed
        return Text("– photos/s" if speed is None else f"{speed:.1f} photos/s")


@contextmanager
def photo_progress(what: str, total: int, console: Console) -> Iterator[Callable[[int], None]]:
    """Show the progress of `total` photos; the function that it gives takes how many more are done, from any thread."""
    if not console.is_terminal:
        yield _PlainLines(what, total, console)
        return
    columns = (
        TextColumn(f"{{task.description:<{22}}}"),
        BarColumn(),
        MofNCompleteColumn(),
        PhotoSpeed(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=total)
        yield lambda n: progress.advance(task, n)


@contextmanager
def counted_status(what: str, total: int, console: Console) -> Iterator[Callable[[], None]]:
    """Show which of `total` things is under way, on a terminal only; call the function that it gives after each."""
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        status.update(f"{what} {min(done + 1, total)} of {total} …")

    with console.status(f"{what} 1 of {total} …") as status:
        yield advance


def format_duration(seconds: float) -> str:
    """`42 s`, `12 min`, `3 h 05 min`."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


class _PlainLines:
    def __init__(self, what: str, total: int, console: Console) -> None:
        self.what, self.total, self.console = what, total, console
        self.done = 0
        self.started_at = self.printed_at = time.monotonic()
        self.lock = threading.Lock()

    def __call__(self, photos: int) -> None:
        with self.lock:
            self.done += photos
            now = time.monotonic()
            if now - self.printed_at < PLAIN_S and self.done != self.total:
                return
            self.printed_at = now
            speed = self.done / max(now - self.started_at, 1e-9)
            left_s = (self.total - self.done) / speed
            line = f"{self.what}: {self.done} of {self.total} photos, {speed:.1f} photos/s, {left_s:.0f} s left"
            self.console.print(line, soft_wrap=True, highlight=False)
