"""Processor time and memory of a server and all its children, from /proc."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
_GRACE_S: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """MiB of a process tree.

    `peak` sums each process's highest resident size so far (pages that processes share count in each of them),
    `resident` its size now, `proportional` shares out what is shared (PSS).
    """

    peak: float
    resident: float
    proportional: float


class ProcessTree:
    """A process and all that descend from it now."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def pids(self) -> list[int]:
        """The root first; empty when it is gone."""
        children: dict[int, list[int]] = {}
        for entry in _PROC.iterdir():
            if entry.name.isdigit() and (fields := _stat(int(entry.name))):
                children.setdefault(int(fields[1]), []).append(int(entry.name))
        found = [self.pid] if _stat(self.pid) else []
        for pid in found:
            found += children.get(pid, [])
        return found

    def cpu_s(self) -> float:
        """Seconds of processor time so far, user and system, with what ended children took."""
        ticks = 0
        for pid in self.pids():
            if fields := _stat(pid):
                ticks += sum(int(value) for value in fields[11:15])  # utime, stime, cutime, cstime
        return ticks / _TICKS_A_SECOND

    def memory(self) -> Memory:
        """The tree's memory now."""
        peak = resident = proportional = 0
        for pid in self.pids():
            status, rollup = _kib(pid, "status"), _kib(pid, "smaps_rollup")
            peak += status.get("VmHWM", 0)
            resident += status.get("VmRSS", 0)
            proportional += rollup.get("Pss", 0)
        return Memory(peak=peak / 1024, resident=resident / 1024, proportional=proportional / 1024)

    def kill(self) -> None:
        """kill -9 for every process at once."""
        for pid in self.pids():
            _send(pid, signal.SIGKILL)


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Terminate a process, then kill the rest of its tree."""
    tree = ProcessTree(process.pid)
    members = tree.pids()
    process.terminate()
    end = time.monotonic() + _GRACE_S
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    for pid in members:  # by their ids: orphans no longer hang below the root
        if _stat(pid):
            _send(pid, signal.SIGKILL)
    process.wait()


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the command's name: state, ppid, …; empty for a process that is gone."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _kib(pid: int, file: str) -> dict[str, int]:
    try:
        lines = (_PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split() for line in lines)
    return {words[0].rstrip(":"): int(words[1]) for words in pairs if len(words) == 3 and words[2] == "kB"}


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
