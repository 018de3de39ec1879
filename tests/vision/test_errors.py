import pytest

import vision.errors
from vision.errors import NoReadablePhoto, PhotoEmpty, PhotoError, TouchstoneError, photo_error


def all_kinds() -> list[type[TouchstoneError]]:
    kinds = [kind for kind in vars(vision.errors).values() if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, TouchstoneError)]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in all_kinds()]
    assert len(set(codes)) == len(codes)


def test_every_error_is_drawn_in_the_tree_with_its_code() -> None:
    tree = vision.errors.__doc__ or ""
    for kind in all_kinds():
        assert kind.__name__ in tree
        if kind is not TouchstoneError:
            line = next(line for line in tree.splitlines() if f" {kind.__name__} " in line)
            assert f" {kind.code}" in line


def test_an_error_reads_as_its_message() -> None:
    error = PhotoEmpty("no bytes.")
    assert str(error) == error.message == "no bytes."


def test_photo_errors_are_found_by_their_code() -> None:
    assert type(photo_error("photo_empty", "no bytes.")) is PhotoEmpty
    for kind in PhotoError.__subclasses__():
        found = photo_error(kind.code, "why")
        assert (type(found), found.message) == (kind, "why")


def test_a_photo_error_that_is_defined_elsewhere_is_found_too() -> None:
    class Lent(PhotoEmpty):
        code = "photo_lent"

    assert type(photo_error("photo_lent", "why")) is Lent


def test_a_code_of_no_photo_error_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="config_invalid"):
        photo_error("config_invalid", "why")


def test_a_listing_without_a_readable_photo_keeps_each_reason() -> None:
    error = NoReadablePhoto("none.", ((0, PhotoEmpty("no bytes.")),))
    assert error.errors[0][1].code == "photo_empty"
