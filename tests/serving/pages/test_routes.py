from __future__ import annotations

import re

import pytest

from serving.pages.routes import router
from tests.serving.servers.running import Running

PAGES = ["/", "/checks", "/checks/any", "/cases", "/cases/any", "/notices/any", "/clusters", "/clusters/any"]
PAGES += [
    "/test-buys",
    "/test-buys/any",
    "/dashboard",
    "/groups",
    "/standing",
    "/complaints",
    "/case-rules",
    "/transparency",
    "/transparency/any",
]
PAGES += ["/jobs", "/bundles", "/drift", "/keys", "/webhooks", "/audit-log", "/docs"]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_html_that_loads_only_files_of_this_server(site: Running, path: str) -> None:
    page = site.http.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page.text)
    assert loaded
    for file in loaded:
        assert site.http.get(file).status_code == 200, file


def test_the_pages_are_those_that_the_tests_here_open_and_none_is_in_the_contract(site: Running) -> None:
    addresses = {re.sub(r"{\w+}", "any", getattr(route, "path", "")) for route in router.routes}
    assert addresses == {*PAGES, "/favicon.ico"}
    assert not addresses & set(site.http.get("/openapi.json").json()["paths"])


def test_a_browser_that_asks_for_an_icon_gets_the_logo(site: Running) -> None:
    icon = site.http.get("/favicon.ico")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.text.startswith("<svg")


def test_no_page_allows_inline_styles_or_scripts(site: Running) -> None:
    assert not [path for path in PAGES if "unsafe" in site.http.get(path).headers["content-security-policy"]]
