"""A reviewer behind a slow network, who decides and goes on at once, and knows what each page showed."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, expect

KEYS = {"g": "genuine", "c": "counterfeit", "t": "cant_tell"}
BYTES_PER_S = 20_000_000 / 8
WAYS_ON = {"next": 8, "previous": 4, "reload": 3, "back": 2, "list": 3, "close": 2}  # by how often

_LOAD_ORIGINALS = """([path, count]) => {
  window.loading = count;
  for (let index = 0; index < count; index += 1) {
    const ended = () => (window.loading -= 1);
    fetch(`/v1${path}/photos/${index}`).then((answer) => answer.blob()).then(ended, ended);
  }
}"""

_COUNT_UNSENT = "Object.keys(localStorage).filter((name) => name.startsWith('touchstone.outbox')).length"


@dataclass(eq=False, slots=True)
class Decision:
    """A decision as it was made; `undone` where the reviewer took it back."""

    check_id: str
    decision: str
    undone: bool = False


@dataclass(slots=True)
class SlowReviewer:
    """Decides by a seeded plan. `made` has every decision on a check in order; the server has to have the same."""

    context: BrowserContext
    url: str
    photos: int
    plan: random.Random
    made: dict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    busy: int = 0  # visits with more downloads on their way than a browser has connections
    visits: int = 0
    _page: Page | None = None
    _of_tab: list[Decision] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(made) for made in self.made.values())

    @property
    def page(self) -> Page:
        assert self._page is not None
        return self._page

    def visit(self) -> None:
        """Decide on the check that is open, or on one of the list, while its originals load."""
        self._open_check()
        path = "/checks/" + self._check_id()
        self.page.evaluate(_LOAD_ORIGINALS, [path, self.photos])
        for _ in range(self.plan.choice((1, 2, 3, 4, 5))):
            self.press_a_key()
        self.visits += 1
        self.busy += self.page.evaluate("window.loading") > 6
        if self.plan.random() < 0.3:
            self.assert_shown()

    def press_a_key(self) -> None:
        """Decide on the check that is open, or now and then undo the last decision of the tab."""
        if self._of_tab and self.plan.random() < 0.15:
            self._of_tab.pop().undone = True
            self.page.keyboard.press("u")
            return
        key = self.plan.choice(list(KEYS))
        decision = Decision(check_id=self._check_id(), decision=KEYS[key])
        self.made[decision.check_id].append(decision)
        self._of_tab.append(decision)
        self.page.keyboard.press(key)

    def go_on(self) -> None:
        """Leave the page at once, in one of many ways."""
        way = self.plan.choices(list(WAYS_ON), list(WAYS_ON.values()))[0]
        if way == "reload":
            self.page.reload(wait_until="commit")
        elif way == "back":
            self.page.go_back(wait_until="commit")
        elif way == "list":
            self.page.goto(f"{self.url}/checks", wait_until="commit")
        elif way == "close":
            self.close_tab()
        else:
            self._walk(way)

    def close_tab(self) -> None:
        """Close the tab; what can be undone is gone with it."""
        self.page.close()
        self._page = None
        self._of_tab = []

    def assert_shown(self) -> None:
        """The page shows the last decision that was not undone."""
        in_force = [made for made in self.made[self._check_id()] if not made.undone]
        pressed = self.page.locator("[data-decision][aria-pressed=true]")
        if in_force:
            expect(pressed).to_have_attribute("data-decision", in_force[-1].decision)
        else:
            expect(pressed).to_have_count(0)

    def wait_until_all_are_saved(self) -> None:
        """Open a page and wait until nothing is left to send."""
        if self._page is None:
            self._open_tab()
        self.page.goto(f"{self.url}/drift")
        while self.page.evaluate(_COUNT_UNSENT):
            self.page.wait_for_timeout(100)
        expect(self.page.locator("#unsent")).to_be_hidden()

    def _open_tab(self) -> None:
        self._page = self.context.new_page()
        network = {"offline": False, "latency": 20, "downloadThroughput": BYTES_PER_S, "uploadThroughput": BYTES_PER_S}
        self.context.new_cdp_session(self._page).send("Network.emulateNetworkConditions", network)

    def _open_check(self) -> None:
        if self._page is None:
            self._open_tab()
        if "/checks/" not in self.page.url:
            self.page.goto(f"{self.url}/checks")
            self.page.wait_for_selector(".row a")
            rows = self.page.locator(".row a")
            rows.nth(self.plan.randrange(rows.count())).click()
            self.page.wait_for_url("**/checks/*", wait_until="commit")
        self.page.wait_for_selector(".review")

    def _walk(self, way: str) -> None:
        link = self.page.locator(f"#{way}")
        if not link.is_visible():
            return
        href = link.get_attribute("href") or ""
        self.page.keyboard.press("j" if way == "next" else "k")
        self.page.wait_for_url(self.url + href, wait_until="commit")

    def _check_id(self) -> str:
        return self.page.url.rpartition("/")[2]
