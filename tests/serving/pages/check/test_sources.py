"""Where the photos of a check were fetched, as its page has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from serving.fetch.config import FetchSettings
from serving.settings import ServeSettings
from tests.builders.accessibility import find_violations
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.photo_host import photo_host
from tests.serving.servers.running import run_in_thread

pytestmark = pytest.mark.browser


def test_the_urls_of_photos_are_shown_and_only_a_web_address_is_a_link(
    bundle: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    with photo_host({"/1.jpg": lambda visit: visit.answer("200 OK", body=jpeg(RED))}) as host:
        fetching = FetchSettings(enabled=True, allow_networks=("127.0.0.0/8",), ports=(host.port,))
        settings = ServeSettings(bundle=(bundle,), store=str(tmp_path / "store"), threads=1, fetch=fetching)
        url = f"http://127.0.0.1:{host.port}/1.jpg?a=%3Cb%3E&b=2"
        with run_in_thread(settings) as site:
            photos = [{"url": url}, {"url": "javascript:alert(1)"}]
            answer = site.http.post("/v1/checks", json={"photos": photos, "product": "toy"}).json()
            page = open_page(site, f"/checks/{answer['check_id']}")
            sources = page.locator(".attributes")
            expect(sources.locator("h3")).to_have_text("Where photos come from")
            expect(sources.locator("dt")).to_have_text(["Photo 1", "Photo 2"])
            expect(sources.locator("dd")).to_have_text([url, "javascript:alert(1)"])
            link = sources.locator("a")
            expect(link).to_have_count(1)
            expect(link).to_have_attribute("href", url)
            expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
            assert find_violations(page) == []
