from __future__ import annotations

from pathlib import Path

import pytest

from training.data.cache import writing_cache
from training.errors import RunError


def test_a_cache_that_can_t_be_written_is_refused_by_the_file_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "features").write_bytes(b"a file where a folder should be")
    with (
        pytest.raises(
            RunError, match=r"features/1: Not a directory\. .*delete .*, or set run\.cache to another folder"
        ),
        writing_cache(tmp_path),
    ):
        (tmp_path / "features" / "1").mkdir()


def test_other_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(KeyError), writing_cache(tmp_path):
        raise KeyError("photo")
