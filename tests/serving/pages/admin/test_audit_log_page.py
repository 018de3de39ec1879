"""The page of the audit log: filters, pages, the export, and whether the chain holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from serving.audit_log.entry import new_entry
from serving.audit_log.verify import verify_lines
from serving.principal import SERVER
from serving.store.audit_rows import AuditRows
from tests.builders.accessibility import find_violations
from tests.serving.pages.admin.steps import open_with
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.routes.accounts_steps import add_member, make_key
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser
KEY = "the-key-of-the-settings"


@pytest.fixture
def keyed(start: Start) -> Running:
    return start(api_key=KEY)


def in_store(site: Running, work: Callable[[AuditRows], Coroutine[Any, Any, object]]) -> None:
    """Run this beside the server, in a thread: Playwright's event loop has this one."""
    store = site.services.store
    assert store is not None
    rows = store.audit_rows
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work(rows))).result()


def change(site: Running, statement: str) -> None:
    async def work(rows: AuditRows) -> None:
        await rows._database.write(lambda session: session.execute(text(statement)))

    in_store(site, work)


async def delete_checks(rows: AuditRows) -> None:
    for number in range(52):
        await rows.append(new_entry(SERVER, "check.deleted", "check", f"c-{number}", {"product": "toy"}))


def test_entries_are_filtered_paged_opened_exported_and_verified(keyed: Running, open_page: OpenPage) -> None:
    in_store(keyed, delete_checks)
    made = make_key(keyed, "admin", label="dashboard")
    page = open_with(KEY, keyed, open_page, "/audit-log")
    expect(page.locator("#chain")).to_contain_text("The chain holds")
    expect(page.locator("#chain")).to_contain_text("54 entries verified")  # with the server's start
    expect(page.locator(".entry")).to_have_count(50)
    page.get_by_role("button", name="Show older entries").click()
    expect(page.locator(".entry")).to_have_count(54)
    expect(page.locator(".entry summary").nth(50)).to_be_focused()
    page.get_by_label("Action").select_option("key.created")
    expect(page.locator(".entry")).to_have_count(1)
    assert page.url.endswith("?action=key.created")
    page.locator(".entry summary").click()
    expect(page.locator(".entry")).to_contain_text(made["key_id"])
    expect(page.locator(".entry")).to_contain_text("127.0.0.1")
    assert find_violations(page) == []
    page.get_by_label("Its id").fill("nothing")
    expect(page.get_by_text("No entry matches these filters")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator(".entry")).to_have_count(50)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSON lines").click()
    found = verify_lines(download.value.path().read_text(encoding="utf-8").splitlines())
    assert (found.entries, found.broken) == (54, None)

    for event in ("update", "delete"):
        change(keyed, f"DROP TRIGGER audit_entries_no_{event}")
    change(keyed, "DELETE FROM audit_entries WHERE object_id = 'c-7'")
    page.get_by_role("button", name="Verify again").click()
    expect(page.locator("#chain")).to_contain_text("The chain does not hold")
    expect(page.locator("#chain")).to_contain_text("missing before entry")
    assert find_violations(page) == []


def test_a_member_verifies_its_own_entries_and_a_key_without_the_scope_none(
    keyed: Running, open_page: OpenPage
) -> None:
    member = add_member(keyed, "Korvelle", "toy")
    own = make_key(keyed, "admin", member_id=member)["key"]
    page = open_with(own, keyed, open_page, "/audit-log")
    expect(page.locator("#chain")).to_contain_text("Your entries hold")
    reader = open_with(make_key(keyed, "read")["key"], keyed, open_page, "/audit-log")
    expect(reader.locator("#list-problem")).to_contain_text("lacks the scope admin")
    expect(reader.locator("#chain")).to_be_hidden()
    reader.locator("#more-pages summary").click()
    expect(reader.get_by_role("link", name="Bundles")).to_be_visible()
    expect(reader.get_by_role("link", name="Audit log")).to_be_hidden()
