import pytest
from fastapi import Request
from playwright.sync_api import expect

from serving.pages.not_found import is_page_visit
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running

browser_test = pytest.mark.browser


FIREFOX_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@browser_test
def test_an_unknown_address_has_a_page_of_its_own(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/nowhere")
    expect(page.locator("h1")).to_have_text("There is no page at this address")
    page.get_by_role("link", name="Check photos").click()
    expect(page.locator("#compose-title")).to_be_visible()


def test_a_program_gets_a_problem_and_not_a_page(site: Running) -> None:
    for path, accept in (("/nowhere", "*/*"), ("/v1/nowhere", FIREFOX_ACCEPT)):
        answer = site.http.get(path, headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "accept", "expected"),
    [
        ("GET", "/nowhere", FIREFOX_ACCEPT, True),
        ("HEAD", "/nowhere", FIREFOX_ACCEPT, True),
        ("POST", "/nowhere", FIREFOX_ACCEPT, False),
        ("GET", "/v1/nowhere", FIREFOX_ACCEPT, False),
        ("GET", "/nowhere", "application/json", False),
        ("GET", "/nowhere", "", False),
    ],
)
def test_a_page_visit_is_a_browsers_get_outside_the_api(method: str, path: str, accept: str, expected: bool) -> None:
    headers = [(b"accept", accept.encode())]
    assert is_page_visit(Request({"type": "http", "method": method, "path": path, "headers": headers})) is expected
