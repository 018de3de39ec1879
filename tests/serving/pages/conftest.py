"""One Chromium and one server for all browser tests; each test gets a fresh tab that tolerates no trouble."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.servers.running import Running, run_in_thread

NAMED = os.environ.get("TOUCHSTONE_CHROMIUM", "")  # `make test` sets it, after finding or installing one
NAMES = (NAMED, "chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 20_000  # a busy machine is slow, not wrong
OpenPage = Callable[..., Page]
Start = Callable[..., Running]


# Package scope, not session: Playwright keeps an event loop running in this thread, and other tests start their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("no Chromium on this machine: `make chromium` installs it")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages") / "bundle"
    write_tiny_bundle(folder, products=("toy", "mug"))
    return folder


@pytest.fixture(scope="package")
def site(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with two products, shared by the tests that don't count what it keeps."""
    settings = ServeSettings(bundle=(bundle,), store=str(tmp_path_factory.mktemp("store")), threads=1)
    with run_in_thread(settings) as running:
        yield running


@pytest.fixture(scope="package")
def plain_context(browser: Browser) -> BrowserContext:
    """The tabs' common context, so that static files are fetched once for all tests as they are for a person."""
    return browser.new_context()


@pytest.fixture
def open_page(browser: Browser, plain_context: BrowserContext) -> Iterator[OpenPage]:
    """Opens a tab; the test fails if any tab meets a script error, a broken policy, or asks another server.

    Options are those of a browser context; a tab with some has a context of its own.
    """
    troubles: list[str] = []
    opened: list[Page] = []

    def open_page(site: Running, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**options) if options else plain_context
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        opened.append(page)
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on("console", lambda message: note_console(message, troubles))
        page.on("request", lambda request: note_request(request, site.url, troubles))
        page.goto(site.url + path)
        return page

    yield open_page
    for page in opened:
        if page.is_closed():  # its context is the common one, where the other tabs clear the storage
            continue
        page.evaluate("localStorage.clear()")
        page.close()
        if page.context is not plain_context:
            page.context.close()
    assert troubles == []


def note_console(message: ConsoleMessage, troubles: list[str]) -> None:
    """Errors and warnings count, but for the browser's own line about an HTTP answer or a lost connection."""
    if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
        troubles.append(f"console {message.type}: {message.text}")


def note_request(request: Request, site: str, troubles: list[str]) -> None:
    """A page asks only its own server, under the path where a proxy shows it."""
    origin = "/".join(site.split("/")[:3])
    if not request.url.startswith((f"{site}/", f"blob:{origin}/")):
        troubles.append(f"request elsewhere: {request.url}")
