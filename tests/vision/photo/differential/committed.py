"""Files that were encoded once, since what the tests install can't encode them; `make_files.py` wrote them."""

import zipfile
from functools import cache

from tests.vision.photo.differential.make_files import ARCHIVE


def committed_names(start: str) -> list[str]:
    with zipfile.ZipFile(ARCHIVE) as archive:
        return [name for name in archive.namelist() if name.startswith(start)]


@cache
def read_committed(name: str) -> bytes:
    with zipfile.ZipFile(ARCHIVE) as archive:
        return archive.read(name)
