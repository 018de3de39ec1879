from __future__ import annotations

import pytest

from serving.transparency.config import TOKEN_VARIABLE, TransparencySettings, token_of
from vision.errors import ConfigError


def test_nothing_is_sent_unless_an_address_is_named() -> None:
    settings = TransparencySettings()
    assert (settings.statements_url, token_of(settings, {})) == ("", "")
    assert settings.policy.scope == "EU"
    assert not settings.reporter.by_terms


def test_an_address_needs_the_token_of_the_environment() -> None:
    settings = TransparencySettings(statements_url="https://database.example/api/v2/statements")
    assert token_of(settings, {TOKEN_VARIABLE: " 7|x\n"}) == "7|x"
    with pytest.raises(ConfigError, match=TOKEN_VARIABLE):
        token_of(settings, {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("statements_url", "http://database.example/statements"),
        ("statements_url", "database.example"),
        ("statements_url", "https:///statements"),
        ("terms", "x" * 501),
        ("terms_url", "our terms"),
        ("complaints_url", "mailto:a@b.c"),
        ("poll_s", 0.0),
        ("timeout_s", 1000.0),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_key(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"transparency.{key}"):
        TransparencySettings(**{key: value})  # type: ignore[arg-type]


def test_plain_http_is_for_this_machine_alone() -> None:
    assert TransparencySettings(statements_url="http://127.0.0.1:9000/statements").statements_url
