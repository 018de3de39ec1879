"""The numbers of H.273 name the colour spaces of their standards, and what can't be converted is refused."""

import pytest

from vision.errors import PhotoColourUnsupported
from vision.photo.code_points import CodePoints, check_matrix, code_points, primaries_of, profile_of


@pytest.mark.parametrize("primaries", [0, 1, 2, 3])
@pytest.mark.parametrize("transfer", [0, 1, 2, 6, 13, 14, 15])
def test_what_means_srgb_needs_no_profile(primaries: int, transfer: int) -> None:
    assert code_points(primaries, transfer) is None
    assert profile_of(CodePoints(primaries=primaries, transfer=transfer)) is None


@pytest.mark.parametrize("primaries", [4, 5, 6, 7, 8, 9, 11, 12, 22])
@pytest.mark.parametrize("transfer", [1, 4, 5, 7, 8, 13, 17])
def test_every_other_colour_space_has_a_profile(primaries: int, transfer: int) -> None:
    points = code_points(primaries, transfer)
    assert points is not None
    assert profile_of(points)


@pytest.mark.parametrize(("primaries", "transfer"), [(10, 13), (23, 13), (65_535, 13), (1, 9), (1, 10), (1, 19)])
def test_numbers_without_a_colour_space_are_refused_by_name(primaries: int, transfer: int) -> None:
    points = code_points(primaries, transfer)
    assert points is not None
    with pytest.raises(PhotoColourUnsupported, match=str(primaries if transfer == 13 else transfer)):
        profile_of(points)


def test_hdr_is_known_by_its_transfer() -> None:
    assert [code for code in range(19) if CodePoints(primaries=9, transfer=code).is_hdr] == [16, 18]
    assert primaries_of(CodePoints(primaries=9, transfer=16)).green == (0.17, 0.797)


@pytest.mark.parametrize("matrix", [10, 11, 13, 14, 200])
def test_a_matrix_that_decoders_take_for_another_is_refused(matrix: int) -> None:
    with pytest.raises(PhotoColourUnsupported, match=f"matrix is {matrix}"):
        check_matrix(matrix)


@pytest.mark.parametrize("matrix", [0, 1, 2, 5, 6, 8, 9])
def test_ordinary_matrices_are_left_to_the_decoder(matrix: int) -> None:
    check_matrix(matrix)
