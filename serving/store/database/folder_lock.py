"""The lock of a store's folder: one process at a time uses an embedded database."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from vision.errors import ConfigError

LOCK_FILE = "lock"


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Lock a folder for this process; the system releases the lock when the process ends, however it ends.

    Raises ConfigError where another process has it, and OSError where the folder cannot be written.
    """
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ConfigError(
            f"store: another server uses {folder}; stop it, or name another folder with --set store=PATH"
        ) from error
    finally:
        os.close(descriptor)
