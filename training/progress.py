"""The bar that long work on photos shows: how many, how fast, how long still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class PhotoSpeed(ProgressColumn):
    """Photos a second, of the task's recent past."""

    def render(self, task: Task) -> Text:
        """The speed, or a dash before there is one."""
        speed = task.finished_speed or task.speed
        return Text("– photos/s" if speed is None else f"{speed:.1f} photos/s")


@contextmanager
def photo_progress(what: str, total: int, console: Console) -> Iterator[Callable[[int], None]]:
    """A bar over `total` photos; the function that it gives hears how many more are done, from any thread."""
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
