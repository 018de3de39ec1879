"""Takes docs/page.png, the README's screenshot, of a running server.

The photos are sent as one listing through the page itself, like a person would. The committed picture shows photos
of the rendered sample, judged by the bundle of `make demo`:

    touchstone serve configs/serve.toml &
    photos=training/samples/hair_dryers/photos
    python -m tests.serving.pages.readme_screenshot http://127.0.0.1:8000 $photos/hd-00287-*.jpg
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

PICTURE = Path(__file__).parents[3] / "docs" / "page.png"
VIEWPORT: ViewportSize = {"width": 1280, "height": 800}


def take_screenshot(url: str, photos: Sequence[str], picture: Path = PICTURE) -> None:
    """Check the photos on the page at `url` and write what a person then sees, 1280 x 800 points."""
    with sync_playwright() as playwright:
        chromium = os.environ.get("TOUCHSTONE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=VIEWPORT, device_scale_factor=1.5, color_scheme="light")
        page.goto(url)
        page.set_input_files("#choose-photos", list(photos))
        if page.locator("#product").is_visible():
            page.select_option("#product", index=1)
        page.click("#send")
        page.wait_for_selector(".stage-photo .evidence")
        page.wait_for_load_state("networkidle")
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    take_screenshot(sys.argv[1], sys.argv[2:])
