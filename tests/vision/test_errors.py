import vision.errors
from vision.errors import PHOTO_ERRORS, NoReadablePhoto, PhotoEmpty, TouchstoneError


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
    assert PHOTO_ERRORS["photo_empty"] is PhotoEmpty
    assert all(kind.code == code for code, kind in PHOTO_ERRORS.items())


def test_a_listing_without_a_readable_photo_keeps_each_reason() -> None:
    error = NoReadablePhoto("none.", ((0, PhotoEmpty("no bytes.")),))
    assert error.errors[0][1].code == "photo_empty"
