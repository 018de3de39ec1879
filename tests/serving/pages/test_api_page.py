"""The page of the HTTP API: all that it shows comes from this server, so it works where no other can be reached."""

import re

import pytest
from playwright.sync_api import expect

from serving.routes.api import make_api
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running


@pytest.mark.browser
def test_the_contract_is_read_and_tried_in_the_browser_without_asking_anyone_else(
    site: Running, open_page: OpenPage
) -> None:
    page = open_page(site, "/docs")  # which fails where a script, a style or a picture comes from elsewhere
    expect(page.locator(".opblock-post").first).to_contain_text("Judge a listing by its photos", timeout=60_000)
    page.locator(".opblock-summary-control", has_text="/healthz").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text("200")


def test_the_contract_has_one_page_and_it_names_no_other_server(site: Running) -> None:
    page = site.http.get("/docs")
    assert page.status_code == 200
    assert "//" not in page.text
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    for path in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        assert site.http.get(path).status_code == 200, path
    assert not {"/docs", "/redoc"} & {getattr(route, "path", "") for route in make_api().routes}
