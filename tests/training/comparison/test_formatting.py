"""Signed numbers, and a name for each figure."""

import math
from typing import get_args

from training.comparison.formatting import FIGURE_NAMES, signed, signed_interval
from training.comparison.paired import PairedName
from training.statistics.estimate import UNDEFINED, Estimate


def test_numbers_carry_their_sign() -> None:
    assert [signed(value) for value in (0.03321, -0.5, 0.0)] == ["+0.0332", "-0.5000", "+0.0000"]
    assert signed(0.03321, 1) == "+0.0"
    assert signed(math.nan) == "–"


def test_an_interval_is_empty_where_it_is_undefined() -> None:
    assert signed_interval(Estimate(value=0.03, low=0.0164, high=0.0497)) == "+0.0164 to +0.0497"
    assert signed_interval(UNDEFINED) == ""


def test_every_figure_has_a_name() -> None:
    assert tuple(FIGURE_NAMES) == get_args(PairedName)
