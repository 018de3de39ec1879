from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from vision.config.fields import Setting, describe_settings, field_types, section_of, setting
from vision.config.fields import type_in_words as words
from vision.json_dataclass import to_json


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    counterfeit_share: float = setting(0.5, help="Expected share of counterfeits.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    manifest: Path = setting(help="The table of photos.")
    where: tuple[str, ...] = setting((), help="Filters on its rows.")
    fold: int | None = setting(None, help="The fold that is the test set.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    data: Data
    colour: Colour = setting(Colour.RED, help="A named colour.")
    crop: tuple[float, float] = setting((0.5, 1.0), help="Smallest and largest share.")
    products: Mapping[str, Product] = setting(factory=dict, help="One table a product.")


def test_settings_are_listed_in_the_order_written_with_sections_as_dotted_keys() -> None:
    assert describe_settings(Config) == [
        Setting(key="data.manifest", type="path", default="required", help="The table of photos."),
        Setting(key="data.where", type="list of text", default="[]", help="Filters on its rows."),
        Setting(key="data.fold", type="whole number", default="not set", help="The fold that is the test set."),
        Setting(key="colour", type='one of "red", "blue"', default='"red"', help="A named colour."),
        Setting(key="crop", type="[number, number]", default="[0.5, 1.0]", help="Smallest and largest share."),
        Setting(
            key="products.NAME.counterfeit_share",
            type="number",
            default="0.5",
            help="Expected share of counterfeits.",
        ),
    ]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (bool, "true or false"),
        (float | Literal["auto"], 'number or one of "auto"'),
        (Literal["frozen", "finetune"], 'one of "frozen", "finetune"'),
        (list[int], "list of whole numbers"),
        (tuple[Path, ...], "list of paths"),
        (tuple[int, int, int], "[whole number, whole number, whole number]"),
        (dict[str, float], "table of numbers"),
        (dict[str, dict[str, object]], "table of tables of any values"),
        (Data, "section"),
        (bytes, "any value"),
    ],
)
def test_a_type_is_named_in_words(annotation: object, expected: str) -> None:
    assert words(annotation) == expected


def test_a_section_is_found_behind_an_optional_and_nowhere_else() -> None:
    assert section_of(Data | None) is Data
    assert section_of(Data | Product) is None
    assert section_of(dict[str, Data]) is None


def test_a_factory_gives_each_configuration_its_own_default() -> None:
    first, second = (Config(data=Data(manifest=Path("m.csv"))) for _ in range(2))
    assert first.products == second.products == {}
    assert first.products is not second.products


def test_annotations_are_resolved_by_field() -> None:
    field, annotation = field_types(Data)["fold"]
    assert (field.metadata["help"], annotation) == ("The fold that is the test set.", int | None)


def test_a_value_is_written_as_plain_data() -> None:
    config = Config(data=Data(manifest=Path("a") / "m.csv"), products={"k1": Product()})
    plain: Any = to_json(config)
    assert plain == {
        "data": {"manifest": "a/m.csv", "where": [], "fold": None},
        "colour": "red",
        "crop": [0.5, 1.0],
        "products": {"k1": {"counterfeit_share": 0.5}},
    }
