"""Trains the variants of a sweep one after another, each in a process of its own.

A crash or a lack of memory ends one variant only, and none inherits memory from another. The sweep's folder is locked
while it works. The training process shares the lock: when the sweep alone is killed, the next start waits for that
training instead of writing into the same folder.
"""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, NoReturn

from rich.console import Console

from training.progress import format_duration
from training.sweep.config import LOCK_FILE
from training.sweep.variants import Variant

_INTERRUPTED = 130
_GRACE_S = 30.0  # that a training has to end after SIGTERM


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantResult:
    """The result of a variant; `reason` is the last line that a failed one wrote to its standard error."""

    variant: Variant
    state: Literal["trained", "was done", "failed"]
    elapsed_s: float = 0.0
    reason: str = ""


def run_variants(variants: Sequence[Variant], folder: Path, console: Console) -> tuple[VariantResult, ...]:
    """Train each variant that is not done, in order; a failed one is reported, and the others go on."""
    results: list[VariantResult] = []
    with _locked(folder, console) as lock, _terminating_on_sigterm():
        for place, variant in enumerate(variants):
            if variant.state == "done":
                console.print(f"{variant.name}: done already", markup=False)
                results.append(VariantResult(variant=variant, state="was done"))
                continue
            console.rule(_heading(variant, place, variants, results))
            result = _train(variant, lock)
            results.append(result)
            if result.state == "failed":
                console.print(f"{variant.name} failed: {result.reason}", style="red", markup=False)
    return tuple(results)


def _heading(variant: Variant, place: int, variants: Sequence[Variant], results: Sequence[VariantResult]) -> str:
    """Which variant this is, how many are left after it, and the time left at the pace so far."""
    left = sum(other.state != "done" for other in variants[place + 1 :])
    took_s = [result.elapsed_s for result in results if result.state == "trained"]
    pace = f", about {format_duration((left + 1) * sum(took_s) / len(took_s))} to go" if took_s else ""
    return f"{variant.name}: {place + 1} of {len(variants)}, {left} left after it{pace}"


def _train(variant: Variant, lock: IO[str]) -> VariantResult:
    variant.write_config()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "vision.cli.main", "train", str(variant.config_file)],
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        pass_fds=(lock.fileno(),),
    )
    lock.seek(0)
    lock.truncate()
    lock.write(str(process.pid))
    lock.flush()
    try:
        last_line = _forward_stderr(process)
        code = process.wait()
    finally:
        _terminate(process)
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    elapsed_s = time.monotonic() - began
    if code:
        return VariantResult(variant=variant, state="failed", elapsed_s=elapsed_s, reason=_reason(code, last_line))
    return VariantResult(variant=variant, state="trained", elapsed_s=elapsed_s)


def _forward_stderr(process: subprocess.Popen[str]) -> str:
    """Forward the process' standard error to ours as it comes, and give its last line."""
    last = ""
    if process.stderr is not None:
        with process.stderr as lines:
            for line in lines:
                sys.stderr.write(line)
                sys.stderr.flush()
                last = line.strip() or last
    return last


def _reason(code: int, last_line: str) -> str:
    if code >= 0:
        return last_line or f"it ended with exit code {code}"
    name = signal.Signals(-code).name
    return f"killed by {name}" + (", as the system does where memory runs out" if name == "SIGKILL" else "")


def _terminate(process: subprocess.Popen[str]) -> None:
    """End the process where it still runs."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _terminating_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end the training together with the sweep."""

    def leave(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _locked(folder: Path, console: Console) -> Iterator[IO[str]]:
    """Hold the folder's lock, which the system releases when the sweep and the training that it started have ended."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            console.print(
                f"process {lock.read().strip() or '?'} still trains in {folder}, from another start of the sweep; "
                "waiting for it to end",
                style="yellow",
                markup=False,
            )
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
