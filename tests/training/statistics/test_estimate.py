"""Wilson's interval at its ends, and estimates on their way through JSON."""

import json
import math

import pytest

from training.statistics.estimate import UNDEFINED, Estimate, Proportion, proportion
from vision.json_dataclass import from_json, to_json_table


def test_the_wilson_interval_keeps_its_width_at_no_hits() -> None:
    interval = proportion(0, 20)
    assert interval.low == 0.0
    assert interval.high == pytest.approx(0.161, abs=0.001)  # z²/(n+z²)


def test_a_proportion_lies_inside_its_interval() -> None:
    half = proportion(5, 10)
    assert (half.value, half.hits, half.n) == (0.5, 5, 10)
    assert half.low == pytest.approx(0.2366, abs=1e-4)
    assert half.high == pytest.approx(0.7634, abs=1e-4)


def test_a_proportion_of_nothing_is_undefined() -> None:
    nothing = proportion(0, 0)
    assert math.isnan(nothing.value)
    assert math.isnan(nothing.low)
    assert math.isnan(nothing.high)


def test_a_proportion_keeps_its_keys_order_and_values_in_json() -> None:
    text = json.dumps(to_json_table(proportion(1, 3), decimals=4), allow_nan=False)
    assert text == '{"value": 0.3333, "low": 0.0615, "high": 0.7923, "hits": 1, "n": 3}'
    again = from_json(Proportion, json.loads(text), "share")
    assert again == Proportion(value=0.3333, low=0.0615, high=0.7923, hits=1, n=3)


def test_an_undefined_estimate_is_null_in_json_and_comes_back() -> None:
    table = to_json_table(UNDEFINED)
    assert table == {"value": None, "low": None, "high": None}
    assert math.isnan(from_json(Estimate, table, "estimate").value)
