"""What axe-core finds wrong with a page, in both themes and at two widths."""

from __future__ import annotations

from itertools import product
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS_PX = (1280, 390)


def find_violations(page: Page) -> list[str]:
    """Run axe in each theme and at each width; give one line for each violation with the elements it is about."""
    found: list[str] = []
    for theme, width_px in product(THEMES, WIDTHS_PX):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width_px, "height": 900})
        answer: dict[str, Any] = Axe().run(page).response
        for violation in answer["violations"]:
            targets = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:5])
            found.append(f"{theme} {width_px} px: {violation['id']}: {violation['help']}: {targets}")
    return found
