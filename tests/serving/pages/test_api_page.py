"""The page of the HTTP API: all that it shows comes from this server, so it works where no other can be reached."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from serving.pages.api_reference import read_reference
from serving.routes.api import make_api
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.contract.api_document import api_document
from tests.serving.pages.conftest import OpenPage
from tests.serving.pages.upload_steps import photo_files
from tests.serving.servers.running import Running


def operation(page: Page, call: str) -> Locator:
    """The section of one operation, such as `GET /healthz`, with its form open."""
    article = page.locator(".api-operation").filter(has=page.get_by_text(re.compile(f"^{re.escape(call)}$")))
    article.get_by_text("Try it").click()
    return article


@pytest.mark.browser
def test_an_operation_is_tried_in_the_browser(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/docs")  # which fails where a script, a style or a picture comes from elsewhere
    health = operation(page, "GET /healthz")
    health.get_by_role("button", name="Send").click()
    expect(health.locator(".api-result")).to_contain_text("200")


@pytest.mark.browser
def test_a_check_is_made_and_read_back_and_its_photo_shown(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/docs")
    create = operation(page, "POST /v1/checks")
    create.get_by_label(re.compile("^photos")).set_input_files(photo_files(jpeg(RED)))
    create.get_by_label(re.compile("^listing")).fill('{"listing_id": "from /docs", "product": "toy"}')
    create.get_by_role("button", name="Send").click()
    expect(create.locator("pre", has_text='"check_id"')).to_contain_text('"listing_id": "from /docs"')
    listed = operation(page, "GET /v1/checks")
    listed.get_by_label(re.compile("^listing_id")).fill("from /docs")
    listed.get_by_role("button", name="Send").click()
    answer = listed.locator(".api-result pre")
    expect(answer).to_contain_text('"listing_id": "from /docs"')
    check_id = site.http.get("/v1/checks", params={"listing_id": "from /docs"}).json()["checks"][0]["check_id"]
    photo = operation(page, "GET /v1/checks/{check_id}/photos/{index}")
    photo.get_by_label(re.compile("^check_id")).fill(check_id)
    photo.get_by_label(re.compile("^index")).fill("0")
    photo.get_by_role("button", name="Send").click()
    expect(photo.get_by_role("img")).to_be_visible()


@pytest.mark.browser
def test_a_refused_call_shows_the_problem_as_it_came(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/docs")
    read = operation(page, "GET /v1/checks/{check_id}")
    read.get_by_label(re.compile("^check_id")).fill("a/b?c")
    read.get_by_role("button", name="Send").click()
    expect(read.locator(".api-result")).to_contain_text("404")
    expect(read.locator(".api-result pre")).to_contain_text('"code"')


def test_every_operation_and_schema_is_on_the_page_and_its_links_lead_somewhere(site: Running) -> None:
    page = site.http.get("/docs")
    assert page.status_code == 200
    reference = read_reference(api_document())
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(set(ids)) == len(ids)
    assert {operation.anchor for group in reference.operations.values() for operation in group} <= set(ids)
    assert {f"schema-{schema.name}" for schema in reference.schemas} <= set(ids)
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= set(ids)
    for path in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        assert site.http.get(path).status_code == 200, path


def test_no_other_page_describes_the_contract() -> None:
    assert not {"/docs", "/redoc"} & {getattr(route, "path", "") for route in make_api().routes}
