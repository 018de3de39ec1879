"""Dataclasses on their way to JSON and back: what comes out, and what is refused by name."""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from vision.errors import BundleError, ConfigError
from vision.json_dataclass import NullableFloat, from_json, to_json, to_json_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    weight: float
    spread: NullableFloat = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    parts: tuple[Part, ...]
    by_name: Mapping[str, Mapping[str, int]]
    kind: Literal["small", "large"] = "small"
    remark: str | None = None

    def __post_init__(self) -> None:
        if not self.parts:
            raise ConfigError("a whole has parts")


WHOLE = Whole(
    parts=(Part(name="a", weight=math.inf, spread=math.nan), Part(name="b", weight=0.123456)),
    by_name={"a": {"n": 3}},
)


def test_a_dataclass_comes_back_as_it_went() -> None:
    table = json.loads(json.dumps(to_json_table(WHOLE), allow_nan=False))
    assert table["parts"][0] == {"name": "a", "weight": "inf", "spread": None}
    again = from_json(Whole, table, "whole")
    assert math.isnan(again.parts[0].spread)
    assert (again.parts[0].weight, again.parts[1], again.by_name) == (math.inf, WHOLE.parts[1], WHOLE.by_name)


def test_decimals_round_every_float_and_nothing_else() -> None:
    table = to_json({"share": 0.123456, "deep": [(np.float64(2 / 3), 7, True)]}, decimals=4)
    assert table == {"share": 0.1235, "deep": [[0.6667, 7, True]]}
    assert to_json(0.123456) == 0.123456


class Colour(enum.Enum):
    RED = "red"


def test_arrays_become_lists_paths_text_and_an_enum_its_value() -> None:
    assert to_json({"array": np.array([[1.0, np.nan]]), "path": Path("a/b"), "colour": Colour.RED}) == {
        "array": [[1.0, None]],
        "path": "a/b",
        "colour": "red",
    }


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"weight": 1.0}, r"whole\.parts\[0\] lacks the key 'name'"),
        ({"name": "a", "weight": None}, r"whole\.parts\[0\]\.weight is 'None': expected a number"),
        ({"name": "a", "weight": True}, "expected a number"),
        ({"name": 3, "weight": 1.0}, r"whole\.parts\[0\]\.name is '3': expected text"),
        ({"name": "a", "weight": 1.0, "spread": "wide"}, "expected a number"),
    ],
)
def test_a_wrong_value_is_refused_by_its_dotted_name(part: dict[str, object], message: str) -> None:
    with pytest.raises(BundleError, match=message):
        from_json(Whole, {"parts": [part], "by_name": {}}, "whole")


def test_a_literal_names_what_it_may_be() -> None:
    with pytest.raises(BundleError, match="expected one of 'small', 'large'"):
        from_json(Whole, {"parts": [], "by_name": {}, "kind": "huge"}, "whole")


def test_keys_of_a_newer_writer_are_ignored() -> None:
    assert from_json(Part, {"name": "a", "weight": 1, "added_later": 3}, "part") == Part(name="a", weight=1.0)


def test_what_the_dataclass_itself_refuses_is_a_bundle_error_too() -> None:
    with pytest.raises(BundleError, match="whole: a whole has parts"):
        from_json(Whole, {"parts": [], "by_name": {}}, "whole")
