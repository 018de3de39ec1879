"""`touchstone keys` and `touchstone members` on a store whose server runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import typer
from typer.testing import CliRunner

from serving.commands import keys, members
from tests.serving.routes.accounts_steps import bearer
from tests.serving.servers.occupied import until
from tests.serving.servers.running import Running
from vision.errors import ConfigError


def run(app: typer.Typer, *arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def site(start: Callable[..., Running]) -> Running:
    return start(api_key="of the settings")


@pytest.fixture
def store(site: Running, tmp_path: Path) -> str:
    return str(tmp_path / "store")


def status(site: Running, key: str) -> int:
    return httpx.get(f"{site.url}/v1/checks", headers=bearer(key)).status_code


def test_a_key_made_rotated_and_revoked_holds_on_the_running_server_at_once(site: Running, store: str) -> None:
    old = run(keys.app, "create", store, "--label", "pipeline", "--scope", "read", "--scope", "check").strip()
    assert status(site, old) == 200
    new = run(keys.app, "rotate", store, old.rpartition("_")[0], "--overlap-hours", "1").strip()
    assert (status(site, old), status(site, new)) == (200, 200)
    run(keys.app, "revoke", store, old.split("_")[1])
    assert (status(site, old), status(site, new)) == (401, 200)
    listed = run(keys.app, "list", store).splitlines()
    assert [line.split()[1] for line in listed] == ["active", "revoked"]
    assert "check,read" in listed[0]
    assert new not in "".join(listed)


def test_a_members_key_sees_the_products_that_the_command_sets(site: Running, store: str) -> None:
    member_id = run(
        members.app, "add", store, "Acme", "--category", "toys", "--country", "DK", "--product", "kite"
    ).strip()
    key = run(keys.app, "create", store, "--label", "x", "--scope", "read", "--member", "Acme").strip()
    caller = httpx.get(f"{site.url}/v1/keys/current", headers=bearer(key)).json()
    assert (caller["member_id"], caller["products"]) == (member_id, ["kite"])
    assert run(members.app, "products", store, "Acme", "toy", "top") == "Acme: top, toy\n"
    assert run(members.app, "list", store) == f"{member_id}  Acme  toys  DK  top, toy\n"


def test_the_first_key_made_here_closes_an_open_server(start: Callable[..., Running], tmp_path: Path) -> None:
    site = start()
    assert httpx.get(f"{site.url}/v1/checks").status_code == 200
    run(keys.app, "create", str(tmp_path / "store"), "--label", "x", "--scope", "read")
    until(lambda: httpx.get(f"{site.url}/v1/checks").status_code == 401)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["create", "--label", "x", "--scope", "write"], "scopes.0: Input should be 'check', 'read'"),
        (["create", "--label", "x", "--scope", "read", "--member", "Nobody"], "no member has the name or id 'Nobody'"),
        (["revoke", "nope"], "no key has the id 'nope'"),
    ],
)
def test_what_is_wrong_is_named(store: str, arguments: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run(keys.app, arguments[0], store, *arguments[1:])


def test_the_operators_last_admin_key_stays(store: str) -> None:
    key = run(keys.app, "create", store, "--label", "x", "--scope", "admin").strip()
    with pytest.raises(ConfigError, match="make such a key first, or rotate this one"):
        run(keys.app, "revoke", store, key.split("_")[1])


def test_a_folder_without_a_store_is_refused_and_settings_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no checks\.sqlite"):
        run(keys.app, "list", str(tmp_path))
    settings = tmp_path / "serve.toml"
    settings.write_text(f'bundle = "b"\nstore = "{tmp_path / "new"}"\n', encoding="utf-8")
    run(keys.app, "create", str(settings), "--label", "first", "--scope", "admin")
    assert len(run(keys.app, "list", str(settings)).splitlines()) == 1
