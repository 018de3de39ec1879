"""What a process tree takes, against what its processes say of themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.serving.process_tree import ProcessTree, stop_process

WORK = "import time\nwhile time.process_time() < {seconds}: pass\n"
ENDED_CHILD = f"subprocess.run([sys.executable, '-c', {WORK.format(seconds=0.2)!r}])\n"
LIVE_CHILD = (
    f"child = subprocess.Popen([sys.executable, '-c', {WORK.format(seconds=0.2)!r}"
    " + 'held = bytearray(range(256)) * 300_000\\nprint(flush=True); input()'], stdin=-1, stdout=-1)\n"
    "child.stdout.readline()\n"
)
PARENT = (
    f"import subprocess, sys\n{ENDED_CHILD}{LIVE_CHILD}{WORK.format(seconds=0.2)}print('done', flush=True)\ninput()\n"
)


@pytest.fixture(scope="module")
def parent() -> Iterator[subprocess.Popen[bytes]]:
    """A process that worked for 0.2 s, as did a child that ended and one that lives and holds 75 MB."""
    process = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.readline()
    yield process
    stop_process(process)
    process.stdout.close()
    process.stdin.close()


def test_time_counts_the_process_its_children_and_those_that_ended(parent: subprocess.Popen[bytes]) -> None:
    assert 0.57 <= ProcessTree(parent.pid).cpu_s() <= 1.0


def test_memory_is_that_of_all_processes(parent: subprocess.Popen[bytes]) -> None:
    tree = ProcessTree(parent.pid)
    assert len(tree.pids()) == 2
    memory = tree.memory()
    assert 75 < memory.resident < 150
    assert memory.peak >= memory.resident >= memory.proportional > 75


def test_a_kill_takes_the_children_too() -> None:
    command = [sys.executable, "-c", f"import subprocess, sys\n{LIVE_CHILD}print('done', flush=True)\ninput()\n"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        tree = ProcessTree(process.pid)
        members = [ProcessTree(pid) for pid in tree.pids()]
        assert len(members) == 2
        tree.kill()
        assert process.wait() == -9
    assert members[0].pids() == []
