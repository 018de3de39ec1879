"""The folder of what runs compute once and share: features and decoded photos. It may be deleted at any time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.errors import RunError


@contextmanager
def writing_cache(folder: Path) -> Iterator[None]:
    """Raise RunError, naming the file, where the block can't read or write it in the cache `folder`."""
    try:
        yield
    except OSError as error:
        place = error.filename2 or error.filename or folder
        raise RunError(
            f"the cache can't be used: {place}: {error.strerror or error}. Make it writable, delete {folder}, or set "
            "run.cache to another folder"
        ) from error
