"""Which store an argument names."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.commands.account_store import run_on
from serving.principal import COMMAND_LINE
from vision.errors import ConfigError


def test_settings_without_a_store_are_refused(tmp_path: Path) -> None:
    settings = tmp_path / "serve.toml"
    settings.write_text('bundle = "b"\nstore = "none"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="TOUCHSTONE_API_KEY"):
        run_on(str(settings), lambda accounts: accounts.keys.list(COMMAND_LINE))
