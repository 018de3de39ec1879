from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from serving.deployments.malloc import release_freed_memory

def resident_kb():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])

blocks = [bytes(100_000) for _ in range(1000)]  # too small to be mapped by themselves, 100 MB together
keep = blocks[-1]  # at the end of the heap, which therefore does not shrink by itself
del blocks
before = resident_kb()
release_freed_memory()
print(before - resident_kb())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have no malloc_trim")
def test_freed_memory_returns_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) > 50_000, "kB"
