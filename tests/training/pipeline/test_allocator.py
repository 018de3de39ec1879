import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
from training.pipeline.allocator import keep_freed_buffers
{prepare}
def step():
    buffers = [np.ones(1_000_000, np.float32) for _ in range(40)]  # 4 MB each
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(prepare: str) -> int:
    """Page faults of five steps that allocate and free 160 MB each, after a first one."""
    code = FAULTS.format(prepare=prepare)
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives buffers back at once")
def test_buffers_that_a_step_frees_are_there_for_the_next_one() -> None:
    pages = 5 * 160_000_000 // 4096
    assert page_faults("keep_freed_buffers()") < pages / 20
    assert page_faults("") > pages / 4  # what the call is for: without it most pages are faulted in again
