"""Photos by URL on the first page: fetched by the server, beside files, each failure at its own photo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from serving.fetch.config import FetchSettings
from serving.settings import ServeSettings
from tests.builders.accessibility import find_violations
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.pages.upload_steps import choose, photo_files, send, shown_check
from tests.serving.servers.photo_host import PhotoHost, photo_host
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def photos() -> Iterator[PhotoHost]:
    scripts = {
        "/front.jpg": lambda visit: visit.answer("200 OK", body=jpeg(RED)),
        "/gone.jpg": lambda visit: visit.answer("404 Not Found"),
        "/page.jpg": lambda visit: visit.answer("200 OK", body=b"<!doctype html><title>Sign in</title>"),
    }
    with photo_host(scripts) as host:
        yield host


@pytest.fixture(scope="module")
def fetching(bundle: Path, photos: PhotoHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    fetch = FetchSettings(enabled=True, allow_networks=("127.0.0.0/8",), ports=(photos.port,))
    store = str(tmp_path_factory.mktemp("fetching"))
    with run_in_thread(ServeSettings(bundle=(bundle,), store=store, threads=1, fetch=fetch)) as running:
        yield running


def add_url(page: Page, url: str) -> None:
    page.get_by_label("Photo’s URL").fill(url)
    page.get_by_role("button", name="Add URL").click()


def test_urls_and_files_are_judged_together_and_a_failure_stays_with_its_photo(
    fetching: Running, photos: PhotoHost, open_page: OpenPage
) -> None:
    host = f"http://127.0.0.1:{photos.port}"
    page = open_page(fetching)
    add_url(page, f"{host}/front.jpg")
    choose(page, photo_files(jpeg(RED, seed=1)))
    page.get_by_label("Photo’s URL").fill(f"{host}/gone.jpg")
    page.get_by_label("Photo’s URL").press("Enter")
    expect(page.locator(".chosen-name")).to_have_text(["front.jpg", "photo0.jpg", "gone.jpg"])
    expect(page.locator(".chosen").first).to_contain_text("From 127.0.0.1")
    expect(page.locator("#send")).to_have_text("Check 3 photos")
    send(page)
    check = shown_check(page, fetching)
    assert check["outcome"] == "genuine"
    assert [photo["source_url"] for photo in check["photos"]] == [f"{host}/front.jpg", None, f"{host}/gone.jpg"]
    expect(page.locator(".stage-photo .photo")).to_be_visible()
    page.get_by_role("button", name="Change these photos").click()
    expect(page.locator(".chosen-error")).to_have_count(1)
    expect(page.locator(".chosen").last).to_contain_text("404")


def test_where_none_can_be_fetched_each_url_has_its_own_message(
    fetching: Running, photos: PhotoHost, open_page: OpenPage
) -> None:
    host = f"http://127.0.0.1:{photos.port}"
    page = open_page(fetching)
    add_url(page, "front.jpg")
    expect(page.locator("#photo-url-problem")).to_contain_text("front.jpg is no URL of http or https")
    expect(page.locator(".chosen")).to_have_count(0)
    assert find_violations(page) == []
    page.get_by_label("Photo’s URL").evaluate(
        """(field, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        f"{host}/gone.jpg\n{host}/page.jpg\n",
    )
    expect(page.locator(".chosen")).to_have_count(2)
    page.get_by_label("Photo’s URL").fill("http://10.0.0.1/private.jpg")  # typed and not added: it counts
    page.select_option("#product", "toy")
    page.click("#send")
    expect(page.locator(".chosen-error")).to_have_count(3)
    for index, (name, words) in enumerate((("gone.jpg", "404"), ("page.jpg", "web page"), ("private.jpg", "ports"))):
        expect(page.locator(".chosen").nth(index)).to_contain_text(name)
        expect(page.locator(".chosen").nth(index)).to_contain_text(words)
    assert find_violations(page) == []


def test_there_is_no_field_where_the_server_fetches_none(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    expect(page.get_by_role("button", name="Choose photos")).to_be_attached()
    expect(page.get_by_label("Photo’s URL")).to_have_count(0)
