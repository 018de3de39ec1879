"""The configuration file: typed, frozen, and refused with the nearest fix when something in it does not fit."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest

from vision.config.read import configure, read_config, read_layered_config, setting
from vision.errors import ConfigError
from vision.json_dataclass import to_json_table


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DataSection:
    manifest: Path = setting(help="The table of photos.")
    where: tuple[str, ...] = setting((), help="Filters on its rows.")
    fold: int | None = setting(None, help="The fold that is the test set.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ModelSection:
    recipe: Literal["frozen", "finetune"] = setting("frozen", help="How the network learns.")
    rate: float = setting(0.1, help="Step size.")
    epochs: int = setting(3, help="Passes over the photos.")
    compile: bool = setting(False, help="Whether torch compiles it.")
    colour: Colour = setting(Colour.RED, help="A named colour.")
    crop: tuple[float, float] = setting((0.5, 1.0), help="Smallest and largest share.")
    steps: float | Literal["auto"] = setting("auto", help="A number, or left to the recipe.")

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise ConfigError(f"epochs is {self.epochs}; it must be at least 1")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProductSection:
    counterfeit_share: float = setting(0.5, help="Expected share of counterfeits.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    data: DataSection
    name: str = setting("first", help="The run's name.")
    model: ModelSection = setting(factory=ModelSection, help="The network.")
    products: Mapping[str, ProductSection] = setting(factory=dict, help="One table a product.")


SMALLEST = '[data]\nmanifest = "photos/manifest.csv"\n'


def read(tmp_path: Path, text: str, *overrides: str) -> Config:
    file = tmp_path / "run.toml"
    file.write_text(text, encoding="utf-8")
    return read_config(Config, file, overrides)


def refusal(tmp_path: Path, text: str, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text, *overrides)
    assert caught.value.code == "config_invalid"
    return str(caught.value)


def test_a_file_becomes_typed_sections_with_defaults(tmp_path: Path) -> None:
    text = SMALLEST + '[model]\nrecipe = "finetune"\nrate = 1\ncrop = [1, 2]\ncolour = "blue"\nsteps = 2\n'
    config = read(tmp_path, text + '[products."k1-dryer"]\ncounterfeit_share = 0.1\n')
    assert config.data.manifest == Path("photos/manifest.csv")
    assert config.data.fold is None
    assert config.model.recipe == "finetune"
    assert isinstance(config.model.rate, float)
    assert config.model.crop == (1.0, 2.0)
    assert config.model.colour is Colour.BLUE
    assert config.model.steps == 2.0
    assert config.products == {"k1-dryer": ProductSection(counterfeit_share=0.1)}
    assert config.name == "first"


def test_one_text_stands_for_a_list_of_one(tmp_path: Path) -> None:
    assert read(tmp_path, SMALLEST + 'where = "fold!=0"\n').data.where == ("fold!=0",)
    assert read(tmp_path, SMALLEST + 'where = ["a==1", "b==2"]\n').data.where == ("a==1", "b==2")


def test_a_home_folder_in_a_path_is_expanded(tmp_path: Path) -> None:
    assert read(tmp_path, '[data]\nmanifest = "~/m.csv"\n').data.manifest == Path.home() / "m.csv"


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("[model]\nrecipy = 1\n", ("model.recipy", '"recipe"')),
        ("[modle]\nrate = 1\n", ("modle", '"model"')),
        ("recipe = 'frozen'\n", ("data.recipe", '"model.recipe"')),
        ("[model]\nzzz = 1\n", ("model.zzz", "colour", "recipe")),
        ("[products.k1]\ncounterfeit_shar = 0.1\n", ("products.k1.counterfeit_shar", '"counterfeit_share"')),
    ],
)
def test_an_unknown_key_is_refused_and_the_nearest_one_named(
    tmp_path: Path, added: str, expected: tuple[str, ...]
) -> None:
    message = refusal(tmp_path, SMALLEST + added)
    assert message.startswith(f"{tmp_path / 'run.toml'}: ")
    assert all(part in message for part in expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("epochs = 1.5", "model.epochs: expected whole number, got 1.5"),
        ("epochs = true", "model.epochs: expected whole number, got true"),
        ("rate = 'fast'", 'model.rate: expected number, got "fast"'),
        ("rate = nan", "model.rate: expected number, got NaN"),
        ("compile = 1", "model.compile: expected true or false, got 1"),
        ("recipe = 'frozn'", 'model.recipe: expected one of "frozen", "finetune", got "frozn"; did you mean "frozen"?'),
        ("colour = 'green'", 'model.colour: expected one of "red", "blue", got "green"'),
        ("crop = [1]", "model.crop: expected 2 values, got 1: [1]"),
        ("crop = [1, 'x']", 'model.crop[1]: expected number, got "x"'),
        ("steps = 'soon'", 'model.steps: expected number or one of "auto", got "soon"'),
        ("epochs = 0", "model: epochs is 0; it must be at least 1"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_what_fits(tmp_path: Path, line: str, expected: str) -> None:
    assert refusal(tmp_path, f"{SMALLEST}[model]\n{line}\n") == f"{tmp_path / 'run.toml'}: {expected}"


def test_a_missing_required_key_is_named_with_its_help(tmp_path: Path) -> None:
    assert "data.manifest: required, and not set (The table of photos.)" in refusal(tmp_path, "")


def test_a_section_that_is_a_single_value_is_refused(tmp_path: Path) -> None:
    assert "data: expected a section, got 3" in refusal(tmp_path, "data = 3\n")
    assert "products: expected a table" in refusal(tmp_path, f"products = 3\n{SMALLEST}")


def test_a_file_that_is_no_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "line 1" in refusal(tmp_path, "name = \n")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: no such file"):
        read_config(Config, tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(Config, tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "caf\xe9"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_config(Config, latin)


def test_overrides_win_over_the_file_and_the_last_one_wins(tmp_path: Path) -> None:
    config = read(tmp_path, SMALLEST, "model.rate=0.5", "data.manifest=other dir/m.csv", "model.rate=1")
    assert config.model.rate == 1.0
    assert config.data.manifest == Path("other dir/m.csv")


def test_an_override_is_typed_by_the_key_that_it_sets(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        SMALLEST,
        "name=2024",
        "model.compile=true",
        "data.fold=3",
        "data.where=black_fraction<=0.35",
        'products."a.b".counterfeit_share=0.2',
        "model.crop=[0.1, 0.2]",
    )
    assert config.name == "2024"
    assert config.model.compile is True
    assert config.data.fold == 3
    assert config.data.where == ("black_fraction<=0.35",)
    assert config.products["a.b"].counterfeit_share == 0.2
    assert config.model.crop == (0.1, 0.2)


def test_an_override_with_line_breaks_is_text_and_never_a_second_key(tmp_path: Path) -> None:
    assert read(tmp_path, SMALLEST, 'name="a"\nfold=1').name == '"a"\nfold=1'


def test_an_empty_override_unsets_an_optional_key(tmp_path: Path) -> None:
    assert read(tmp_path, SMALLEST + "fold = 2\n", "data.fold=").data.fold is None


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("model.epoch=3", 'model.epoch: unknown key; did you mean "epochs"?'),
        ("model.epochs=many", 'model.epochs: expected whole number, got "many"'),
        ("model.epochs=2.5", "model.epochs: expected whole number, got 2.5"),
        ("model.rate", "write KEY=VALUE, such as run.folder=runs/first"),
        ("=3", "write KEY=VALUE, such as run.folder=runs/first"),
        ("a b=3", "write KEY=VALUE, such as run.folder=runs/first"),
        ("name.first=3", "name is a single value, so it has no key 'first'"),
    ],
)
def test_an_override_that_does_not_fit_names_itself(tmp_path: Path, override: str, expected: str) -> None:
    assert refusal(tmp_path, SMALLEST, override) == f"--set {override}: {expected}"


def test_an_override_inside_what_the_file_made_a_single_value_is_refused(tmp_path: Path) -> None:
    assert "model is no section in the file" in refusal(tmp_path, f"model = 3\n{SMALLEST}", "model.rate=1")


def test_a_configuration_is_frozen(tmp_path: Path) -> None:
    config = read(tmp_path, SMALLEST)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.name = "second"  # type: ignore[misc]


def test_a_configuration_is_written_as_json_and_read_back_the_same(tmp_path: Path) -> None:
    config = read(tmp_path, SMALLEST + "[products.k1]\ncounterfeit_share = 0.1\n")
    plain = json.loads(json.dumps(to_json_table(config)))
    assert plain["data"] == {"manifest": "photos/manifest.csv", "where": [], "fold": None}
    assert plain["model"]["colour"] == "red"
    assert plain["products"] == {"k1": {"counterfeit_share": 0.1}}


def test_a_setting_of_a_type_that_no_file_can_hold_is_a_programming_error(tmp_path: Path) -> None:
    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Odd:
        value: bytes = setting(b"", help="Nothing that TOML can hold.")

    file = tmp_path / "odd.toml"
    file.write_text("value = 1\n", encoding="utf-8")
    with pytest.raises(TypeError, match="cannot have the type"):
        read_config(Odd, file)


def test_a_table_without_a_file_takes_the_same_overrides() -> None:
    table: dict[str, object] = {"data": {"manifest": "photos.csv"}, "name": "first"}
    config = configure(Config, table, ["model.epochs=9", "data.fold=1"])
    assert (config.name, config.model.epochs, config.data.fold) == ("first", 9, 1)
    assert table == {"data": {"manifest": "photos.csv"}, "name": "first"}, "the table given is left as it is"
    with pytest.raises(ConfigError, match=r"^--set model\.epoch=9: .*epochs"):
        configure(Config, table, ["model.epoch=9"])


def test_layers_lie_over_the_file_section_by_section(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text(SMALLEST + "[model]\nepochs = 5\nrate = 0.2\n", encoding="utf-8")
    layers = ({"model": {"rate": 0.3}, "name": "second"}, {"model": {"rate": 0.4}, "products": {"p": {}}})
    config = read_layered_config(Config, file, layers)
    assert (config.model.epochs, config.model.rate, config.name) == (5, 0.4, "second")
    assert config.products["p"].counterfeit_share == 0.5
    with pytest.raises(ConfigError, match=r'^model\.epoch: unknown key; did you mean "epochs"'):
        read_layered_config(Config, file, [{"model": {"epoch": 1}}])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    variants: dict[str, dict[str, object]] = setting(factory=dict, help="Tables of whatever.")


def test_a_key_below_whatever_can_be_set_as_toml_or_as_text(tmp_path: Path) -> None:
    file = tmp_path / "listed.toml"
    file.write_text("[variants.a.model]\nrate = 1\n", encoding="utf-8")
    config = read_config(Listed, file, ["variants.a.model.head=kernel", "variants.b.model.taps=[1, 2]"])
    assert config.variants == {"a": {"model": {"rate": 1, "head": "kernel"}}, "b": {"model": {"taps": [1, 2]}}}
