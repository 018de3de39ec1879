"""How many processor cores this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Final

CGROUPS: Final = Path("/sys/fs/cgroup")


def usable_cores(cgroups: Path = CGROUPS) -> int:
    """The cores that the system lets this process run on, no more than a container's limit pays for; 1 or more.

    A container on a machine of 64 cores sees them all, and with a limit of 2 is stopped for most of the time if 64
    threads compute. The limit is read from cgroups, version 2 (`cpu.max`) or 1.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = _limit_v2(cgroups / "cpu.max") or _limit_v1(cgroups / "cpu")
    return allowed if limit is None else max(1, min(allowed, math.ceil(limit)))


def _limit_v2(file: Path) -> float | None:
    """The share in `cpu.max`: "200000 100000" is 2 cores, "max 100000" no limit."""
    words = _words(file)
    if len(words) != 2 or words[0] == "max":
        return None
    return int(words[0]) / int(words[1])


def _limit_v1(folder: Path) -> float | None:
    quota, period = _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us")
    if len(quota) != 1 or len(period) != 1 or int(quota[0]) <= 0:  # -1 is no limit
        return None
    return int(quota[0]) / int(period[0])


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
