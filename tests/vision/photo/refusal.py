import pytest

from vision.errors import PhotoError
from vision.photo.decode import open_photo


def code_of(data: bytes, **options: object) -> str:
    """The code with which `open_photo` refuses the bytes."""
    with pytest.raises(PhotoError) as caught:
        open_photo(data, **options)  # type: ignore[arg-type]
    assert caught.value.message.endswith(".")
    return caught.value.code
