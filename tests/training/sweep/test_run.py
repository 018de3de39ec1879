"""Variants are trained one after the other in processes of their own, and no two starts train in one folder."""

from __future__ import annotations

import fcntl
import io
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tests.training.builders.sweep import variants_of
from training.sweep.run import run_variants


def test_what_is_done_is_left_as_it_is(tmp_path: Path) -> None:
    (variant,) = variants_of(tmp_path, "[variants.a]")
    (variant.folder / "bundle").mkdir(parents=True)
    (variant.folder / "bundle" / "bundle.json").write_text("sealed")
    text = io.StringIO()
    (result,) = run_variants([variant], tmp_path / "sweep", Console(file=text))
    assert (result.state, text.getvalue()) == ("was done", "a: done already\n")
    assert not variant.config_file.exists()


def test_a_start_waits_for_the_training_that_an_earlier_one_left_behind(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as held:
        held.write("4711")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        text = io.StringIO()
        start = threading.Timer(0.3, lambda: fcntl.flock(held, fcntl.LOCK_UN))
        start.start()
        began = time.monotonic()
        assert run_variants([], tmp_path, Console(file=text, width=200)) == ()
    assert time.monotonic() - began > 0.25
    assert f"process 4711 still trains in {tmp_path}" in text.getvalue()


def when_it_trains(folder: Path, then: Callable[[int], None]) -> threading.Thread:
    """Call `then` with the number of the process that trains, as soon as there is one."""

    def watch() -> None:
        while not ((folder / "lock").is_file() and (folder / "lock").read_text()):
            time.sleep(0.01)
        then(int((folder / "lock").read_text()))

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_variant_that_is_killed_is_reported_with_the_signal(tmp_path: Path) -> None:
    (variant,) = variants_of(tmp_path, "[variants.a]")
    watching = when_it_trains(tmp_path / "sweep", lambda process: os.kill(process, signal.SIGKILL))
    (result,) = run_variants([variant], tmp_path / "sweep", Console(quiet=True))
    watching.join()
    assert (result.state, result.reason) == ("failed", "killed by SIGKILL, as the system does where memory runs out")


def test_sigterm_ends_a_sweep_and_its_training(tmp_path: Path) -> None:
    (variant,) = variants_of(tmp_path, "[variants.a]")
    trained: list[int] = []

    def tell(process: int) -> None:
        trained.append(process)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    watching = when_it_trains(tmp_path / "sweep", tell)
    with pytest.raises(SystemExit) as left:
        run_variants([variant], tmp_path / "sweep", Console(quiet=True))
    watching.join()
    assert left.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before
    with pytest.raises(ProcessLookupError):
        os.kill(trained[0], 0)
