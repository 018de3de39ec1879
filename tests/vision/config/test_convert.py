from __future__ import annotations

import dataclasses
import enum
from pathlib import Path
from typing import Literal

import pytest

from vision.config.convert import build_section, convert, join, unknown_key
from vision.config.fields import setting
from vision.errors import ConfigError


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    epochs: int = setting(3, help="Passes over the photos.")

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise ConfigError(f"epochs is {self.epochs}; it must be at least 1")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    folder: Path = setting(help="Where the run is written.")
    model: Model


def converted(annotation: object, value: object) -> object:
    return convert(annotation, value, "model.rate", root=Run)


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (float, 1, 1.0),
        (Path, "a/b", Path("a/b")),
        (int | None, None, None),
        (float | Literal["auto"], "auto", "auto"),
        (Colour, "blue", Colour.BLUE),
        (tuple[str, ...], "one", ("one",)),
        (list[int], [1, 2], [1, 2]),
        (tuple[float, float], [1, 2], (1.0, 2.0)),
        (dict[str, Model], {"a": {"epochs": 2}}, {"a": Model(epochs=2)}),
        (Model, Model(epochs=5), Model(epochs=5)),
        (object, {"any": ["thing"]}, {"any": ["thing"]}),
    ],
)
def test_a_value_becomes_the_annotated_type(annotation: object, value: object, expected: object) -> None:
    found = converted(annotation, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (int, True, "model.rate: expected whole number, got true"),
        (Literal[1, 2], "1", 'model.rate: expected one of 1, 2, got "1"; did you mean "1"?'),
        (Colour, "bleu", 'model.rate: expected one of "red", "blue", got "bleu"; did you mean "blue"?'),
        (list[int], [1, "x"], 'model.rate[1]: expected whole number, got "x"'),
        (tuple[float, float], [1], "model.rate: expected 2 values, got 1: [1]"),
        (dict[str, float], [1], "model.rate: expected a table with one entry per name (model.rate.NAME), got [1]"),
        (Model, 3, "model.rate: expected a section, got 3"),
        (Model, {"epochs": 0}, "model.rate: epochs is 0; it must be at least 1"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_key(annotation: object, value: object, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        converted(annotation, value)
    assert str(caught.value) == message


def test_a_section_is_built_with_its_defaults_and_required_keys_are_named() -> None:
    assert build_section(Run, {"folder": "runs/a"}) == Run(folder=Path("runs/a"), model=Model(epochs=3))
    with pytest.raises(ConfigError, match=r"^folder: required, and not set \(Where the run is written\.\)$"):
        build_section(Run, {"model": {}})


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("model.epoch", 'model.epoch: unknown key; did you mean "epochs"?'),
        ("model.folder", 'model.folder: unknown key here; did you mean "folder"?'),
        ("model.zzz", "model.zzz: unknown key; known here: epochs"),
    ],
)
def test_an_unknown_key_names_the_nearest_the_one_elsewhere_or_all(key: str, message: str) -> None:
    assert str(unknown_key(key, siblings=["epochs"], root=Run)) == message


def test_keys_are_joined_by_dots() -> None:
    assert (join("", "model"), join("model", "epochs")) == ("model", "model.epochs")
