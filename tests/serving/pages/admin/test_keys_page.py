"""The page of API keys."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.builders.accessibility import find_violations
from tests.serving.pages.admin.steps import open_with
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.routes.accounts_steps import add_member, bearer, make_key
from tests.serving.servers.running import Running

KEY = "the-key-of-the-settings"


@pytest.fixture
def keyed(start: Start) -> Running:
    return start(api_key=KEY)


def status(site: Running, key: str) -> int:
    return httpx.get(f"{site.url}/v1/checks", headers=bearer(key)).status_code


@pytest.mark.browser
def test_a_key_is_made_copied_rotated_and_revoked(keyed: Running, open_page: OpenPage) -> None:
    add_member(keyed, "Korvelle", "toy")
    page = open_with(KEY, keyed, open_page, "/keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What it is for").fill("dashboard")
    page.get_by_label("Whose it is").select_option(label="Korvelle")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("The new key")
    expect(secret).to_be_visible()
    first = secret.input_value()
    assert status(keyed, first) == 200
    card = page.locator(".card", has_text="dashboard")
    expect(card).to_contain_text("Korvelle")
    expect(card).not_to_contain_text(first.split("_")[2])
    page.get_by_role("button", name="Hide it").click()
    assert secret.input_value() == ""

    page.get_by_role("button", name="Rotate dashboard").click()
    page.get_by_label("The old key stays valid for").select_option("0")
    page.locator("#confirm-do").click()
    expect(secret).to_be_visible()
    second = secret.input_value()
    assert (status(keyed, first), status(keyed, second)) == (401, 200)

    page.get_by_role("button", name="Revoke dashboard").click()
    assert status(keyed, second) == 200  # not before it is confirmed
    page.locator("#confirm-do").click()
    expect(page.locator(".card.ended")).to_have_count(2)
    assert status(keyed, second) == 401


@pytest.mark.browser
def test_older_keys_come_by_a_button_and_stay_when_one_is_revoked(keyed: Running, open_page: OpenPage) -> None:
    headers = bearer(KEY)
    for number in range(52):
        sent = {"label": f"key {number}", "scopes": ["read"]}
        assert keyed.http.post("/v1/keys", json=sent, headers=headers).status_code == 201
    page = open_with(KEY, keyed, open_page, "/keys")
    expect(page.locator(".card")).to_have_count(50)
    page.get_by_role("button", name="Show older keys").click()
    expect(page.locator(".card")).to_have_count(52)
    expect(page.get_by_role("heading", name="key 1", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Show older keys")).to_be_hidden()
    page.get_by_role("button", name="Revoke key 0", exact=True).click()
    page.locator("#confirm-do").click()
    expect(page.locator(".card.ended")).to_have_count(1)
    expect(page.locator(".card")).to_have_count(52)


@pytest.mark.browser
def test_what_the_server_refuses_is_shown_in_the_dialog(keyed: Running, open_page: OpenPage) -> None:
    page = open_with(KEY, keyed, open_page, "/keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What it is for").fill("nothing")
    page.get_by_label("read: checks").uncheck()
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("#create-problem")).to_contain_text("Scopes")


@pytest.mark.browser
def test_the_page_and_its_dialogs_have_no_violation(keyed: Running, open_page: OpenPage) -> None:
    make_key(keyed, "check", "read", label="listing pipeline")
    revoked = make_key(keyed, "read", label="old dashboard")
    keyed.http.post(f"/v1/keys/{revoked['key_id']}/revoke")
    page = open_with(KEY, keyed, open_page, "/keys")
    expect(page.locator(".card")).to_have_count(2)
    assert find_violations(page) == []
    page.get_by_role("button", name="New key").click()
    expect(page.locator("#create")).to_be_visible()
    assert find_violations(page) == []
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Revoke listing pipeline").click()
    expect(page.locator("#confirm")).to_be_visible()
    assert find_violations(page) == []
