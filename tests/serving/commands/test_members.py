"""`touchstone members`: what it refuses; tests/serving/commands/test_keys.py has how it works with keys."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serving.commands import members
from tests.serving.builders.stores import opened
from vision.errors import ConfigError


@pytest.fixture
def store(tmp_path: Path) -> str:
    async def make() -> None:
        async with opened(tmp_path):
            pass

    asyncio.run(make())
    return str(tmp_path)


@pytest.mark.parametrize(
    ("category", "country", "message"),
    [("shoes", "DK", "category: Input should be 'luxury'"), ("toys", "UK", "country: .* two capital letters")],
)
def test_a_wrong_field_is_named(store: str, category: str, country: str, message: str) -> None:
    arguments = ["add", store, "Acme", "--category", category, "--country", country]
    with pytest.raises(ConfigError, match=message):
        CliRunner().invoke(members.app, arguments, catch_exceptions=False)


def test_a_member_is_removed_by_its_name(store: str) -> None:
    for arguments in (
        ["add", store, "Acme", "--category", "toys", "--country", "DK", "--product", "toy"],
        ["remove", store, "Acme"],
    ):
        done = CliRunner().invoke(members.app, arguments, catch_exceptions=False)
        assert done.exit_code == 0
    assert CliRunner().invoke(members.app, ["list", store], catch_exceptions=False).output == ""
    with pytest.raises(ConfigError, match="no member has the name"):
        CliRunner().invoke(members.app, ["remove", store, "Acme"], catch_exceptions=False)
