import pytest

from vision.counting import counted


@pytest.mark.parametrize(("n", "words"), [(0, "0 photos"), (1, "1 photo"), (2, "2 photos")])
def test_only_one_is_singular(n: int, words: str) -> None:
    assert counted(n, "photo") == words
