from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from serving.store.database.folder_lock import lock_folder
from vision.errors import ConfigError

HOLD = "import sys; from pathlib import Path; from serving.store.database.folder_lock import lock_folder\n" \
       "with lock_folder(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"  # fmt: skip


def test_a_folder_is_locked_by_one_process_until_it_ends_however_it_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(ConfigError, match="another server uses"), lock_folder(tmp_path):
            pass
        process.kill()
        process.wait()
    with lock_folder(tmp_path):
        pass


def test_a_folder_that_is_not_there_cannot_be_locked(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), lock_folder(tmp_path / "none"):
        pass
