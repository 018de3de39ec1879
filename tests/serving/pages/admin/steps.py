"""Steps of tests about the pages that ask for a key."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running


def open_with(key: str, site: Running, open_page: OpenPage, path: str, **options: Any) -> Page:
    """Open a page in a tab of its own, and give the key that it asks for."""
    page = open_page(site, path, **{"viewport": {"width": 1280, "height": 900}, **options})
    page.locator("#api-key-field").fill(key)
    page.get_by_role("button", name="Continue").click()
    return page
