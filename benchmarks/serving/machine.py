"""The machine that measures: its description, and its idle share during a measurement."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from types import TracebackType

from vision.config.cpu_limits import usable_cores


def describe_machine() -> str:
    """Processor, cores and memory, as one line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{usable_cores()} cores of {model}, {gib:.0f} GiB, {platform.system()} {platform.release()}"


class MachineClock:
    """Times a block: wall-clock seconds, and the share of the machine's processor time that was idle or waiting."""

    def __enter__(self) -> MachineClock:
        self._start = time.monotonic()
        self._before = _cpu_times()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.seconds = time.monotonic() - self._start
        spent = [now - before for now, before in zip(_cpu_times(), self._before, strict=True)]
        self.busy_s = (sum(spent) - spent[3] - spent[4]) / os.sysconf("SC_CLK_TCK")
        self.idle_share = (spent[3] + spent[4]) / max(1, sum(spent))


def _cpu_times() -> list[int]:
    """Ticks of all cores: user, nice, system, idle, iowait, irq, softirq, steal."""
    return [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
