import pytest

from vision.errors import PhotoError
from vision.photo.decode import open_photo


def code_of(data: bytes, *, match: str | None = None, **options: object) -> str:
    """The code with which `open_photo` refuses the bytes; its message contains `match`."""
    with pytest.raises(PhotoError, match=match) as caught:
        open_photo(data, **options)  # type: ignore[arg-type]
    assert caught.value.message.endswith(".")
    return caught.value.code
