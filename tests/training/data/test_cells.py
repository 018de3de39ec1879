"""Shares of cells that a box or a mask covers."""

from __future__ import annotations

import numpy as np

from training.data.cells import box_in_cells, mean_in_cells

WHOLE = (0.0, 0.0, 1.0, 1.0)


def test_a_box_covers_cells_by_the_part_of_them_that_lies_in_it() -> None:
    cells = box_in_cells((0.25, 0.5, 0.75, 1.0), (2, 4), WHOLE)
    assert cells.tolist() == [[0, 0, 0, 0], [0, 1, 1, 0]]
    assert box_in_cells((0.0, 0.0, 0.25, 0.25), (1, 1), WHOLE).tolist() == [[0.0625]]


def test_a_frame_that_reaches_outside_the_photo_has_nothing_there() -> None:
    assert box_in_cells(WHOLE, (4, 1), (0.0, -0.5, 1.0, 1.5)).tolist() == [[0], [1], [1], [0]]
    assert mean_in_cells(np.ones((3, 5), bool), (4, 1), (0.0, -0.5, 1.0, 1.5)).round(12).tolist() == [
        [0],
        [1],
        [1],
        [0],
    ]


def test_cells_that_cut_pixels_take_their_part_of_them() -> None:
    values = np.array([[1.0, 0.0, 0.5]], np.float32)
    np.testing.assert_allclose(mean_in_cells(values, (1, 2), WHOLE), [[2 / 3, 1 / 3]])


def test_a_frame_within_the_photo_sees_its_part_alone() -> None:
    values = np.arange(4, dtype=np.float32).reshape(2, 2)
    np.testing.assert_allclose(mean_in_cells(values, (1, 1), (0.5, 0.5, 1.0, 1.0)), [[3.0]])
