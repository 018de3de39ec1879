"""The settings page: its tables come from the configuration classes that it names."""

from __future__ import annotations

import dataclasses

import pytest

from vision.config.fields import setting
from vision.config.settings_page import documented_configurations, with_tables

THIS_MODULE = __name__


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kettle:
    volume_l: float = setting(1.5, help="Litres | quarts.")
    name: str = setting(help="What it is called.")
    colour: str | None = setting(None, help="Its colour.")


def page_of(name: str, table: str = "") -> str:
    return f"# Settings\n\n<!-- {name} -->\n{table}<!-- end -->\n\nThe end.\n"


def test_a_table_has_a_row_for_each_setting() -> None:
    assert with_tables(page_of(f"{THIS_MODULE}:Kettle")) == page_of(
        f"{THIS_MODULE}:Kettle",
        "| key | takes | default | |\n|---|---|---|---|\n"
        "| `volume_l` | number | `1.5` | Litres \\| quarts. |\n"
        "| `name` | text | required | What it is called. |\n"
        "| `colour` | text | not set | Its colour. |\n",
    )


def test_a_stale_table_is_replaced_and_the_rest_of_the_page_kept() -> None:
    fresh = with_tables(page_of(f"{THIS_MODULE}:Kettle"))
    assert with_tables(page_of(f"{THIS_MODULE}:Kettle", "| `gone` | text | not set | Old. |\n")) == fresh
    assert with_tables(fresh) == fresh


def test_the_page_names_its_configurations() -> None:
    page = page_of(f"{THIS_MODULE}:Kettle")
    assert documented_configurations(page) == [Kettle]
    assert documented_configurations("# Settings\n") == []


@pytest.mark.parametrize("name", ["no.such_module:Kettle", f"{THIS_MODULE}:Teapot"])
def test_a_class_that_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        with_tables(page_of(name))
