"""Working groups: the operator invites, a member joins, shares, asks and takes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.builders.accessibility import find_violations
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.group_members import NAMES, fill
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.pages.admin.steps import open_with
from tests.serving.pages.conftest import OpenPage, Start

pytestmark = pytest.mark.browser
KEY = "the-key-of-the-settings"


def test_a_member_joins_shares_and_asks_and_what_it_takes_back_is_known_no_more(
    start: Start, open_page: OpenPage, tmp_path: Path
) -> None:
    write_tiny_bundle(tmp_path / "sector", products=NAMES)
    site = start(api_key=KEY, bundle=(tmp_path / "sector",))
    sector = fill(site)
    group_id = sector.make_group("bolt", contact="fakes@bolt.example")
    photo = jpeg(RED, seed=3)
    sector.give("bolt", group_id, [photo])
    own = sector.confirm("acme", [jpeg(RED, seed=4)], seller_id="S-4")

    operator = open_with(KEY, site, open_page, f"/groups?group={group_id}")
    operator.get_by_role("button", name="Invite a member …").click()
    operator.get_by_label("Member of this industry").select_option(label="Acme Company")
    operator.get_by_role("button", name="Invite", exact=True).click()
    expect(operator.locator(".members")).to_contain_text("Acme Company: invited")
    expect(operator.locator("#members-title")).to_be_focused()

    page = open_with(sector.keys["acme"]["Authorization"].removeprefix("Bearer "), site, open_page, "/groups")
    page.locator(".group-link").click()
    page.get_by_role("button", name="Read the terms and join …").click()
    page.locator("#agree-shares").get_by_label("Hashes of photos").check()
    page.get_by_role("button", name="Agree to the terms").click()
    expect(page.locator(".facts-row")).to_contain_text("acme: hashes of photos")

    page.get_by_label("Photo", exact=True).set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo})
    with page.expect_download() as members:
        page.get_by_role("button", name="Members as CSV").click()
    assert members.value.suggested_filename == "group-members.csv"
    with page.expect_download() as agreements:
        page.get_by_role("button", name="Agreements as CSV").click()
    assert agreements.value.suggested_filename == "group-agreements.csv"
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".answer")).to_contain_text(
        "The same photo or a copy of it, very near, given by at least 1 member. Ask Bolt Company"
    )
    assert find_violations(page) == []

    page.get_by_role("button", name="Share a check …").click()
    page.locator("#share-check").fill("nope")
    page.get_by_role("button", name="Share it").click()
    expect(page.locator("#share-problem")).to_be_visible()
    page.locator("#share-check").fill(own)
    page.get_by_role("button", name="Share it").click()
    row = page.get_by_role("row", name="Hashes of photos")
    expect(row).to_contain_text("never")
    row.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Nothing is shared yet.")).to_be_visible()
    expect(page.locator("#items-title")).to_be_focused()
    leave(page)
    expect(page.get_by_text("No group yet")).to_be_visible()


def test_the_operator_changes_the_terms_and_deletes_a_group_only_by_its_name(
    start: Start, open_page: OpenPage, tmp_path: Path
) -> None:
    write_tiny_bundle(tmp_path / "sector", products=NAMES)
    site = start(api_key=KEY, bundle=(tmp_path / "sector",))
    sector = fill(site)
    group_id = sector.make_group("bolt")
    page = open_with(KEY, site, open_page, f"/groups?group={group_id}")
    name = page.locator("#group-title").inner_text()
    page.get_by_role("button", name="Change the terms …").click()
    page.locator("#terms-text").fill("Share only what was bought.")
    page.get_by_role("button", name="Make them the terms").click()
    expect(page.locator("#group summary").first).to_have_text("Terms, version 2")
    expect(page.locator("#group-title")).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").first.click()
    assert group_id in download.value.path().read_text(encoding="utf-8")
    assert find_violations(page) == []

    page.get_by_role("button", name="Delete the group …").click()
    page.get_by_label("Name of the group").fill("another one")
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#delete-problem")).to_contain_text(f"Type {name} to delete this group")
    page.get_by_label("Name of the group").fill(name)
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("No group yet")).to_be_visible()
    assert page.url.endswith("/groups")


def leave(page: Page) -> None:
    page.get_by_role("button", name="Leave the group …").click()
    page.get_by_role("button", name="Leave", exact=True).click()
