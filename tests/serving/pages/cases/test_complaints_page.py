"""The queue of complaints: found from the cases, walked and decided by keys, by a person alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders.accessibility import find_violations
from tests.serving.pages.admin.steps import open_with
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.routes.accounts_steps import make_key
from tests.serving.routes.transparency.steps import decided

pytestmark = pytest.mark.browser


def test_an_open_complaint_is_found_and_decided_by_keys(start: Start, open_page: OpenPage) -> None:
    site = start(api_key="the-key-of-the-settings")
    for text in ("It is genuine.", "Here is my invoice.\nSee there."):
        sent = {"side": "seller", "text": text}
        site.http.post(f"/v1/cases/{decided(site)}/complaints", json=sent).raise_for_status()
    person = make_key(site, "cases", "read", label="person")["key"]
    page = open_with(person, site, open_page, "/cases")
    page.get_by_role("link", name="Complaints").click()
    expect(page.locator("#list-count")).to_have_text("2 complaints")
    assert page.url.endswith("/complaints?state=open")
    assert find_violations(page) == []
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.get_by_label("Decision", exact=True).select_option("reversed")
    page.get_by_label("Why: who complained reads it").fill("The invoice proves it.")
    page.locator("#duty-do").press("Enter")
    expect(page.locator("#list-count")).to_have_text("1 complaint")
    expect(page.locator("#rows a")).to_be_focused()
    page.get_by_label("Show").select_option("reversed")
    expect(page.locator("#rows")).to_contain_text("The invoice proves it.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert download.value.path().read_text(encoding="utf-8").count(",reinstated,") == 1
    with page.expect_download() as statements:
        page.locator("#download-statements").click()
    assert statements.value.suggested_filename == "statements-of-reasons.csv"
    page.get_by_label("Show").select_option("confirmed")
    expect(page.get_by_text("No complaint is in this state")).to_be_visible()
