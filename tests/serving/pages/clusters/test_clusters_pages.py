"""The pages of investigations: the picture walked by arrow keys, a link taken away and back, a case for all of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.builders.accessibility import find_violations
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.servers.seller_ring import check_ring, cluster_of

pytestmark = pytest.mark.browser
CROWD = """async ([count, widthPx, side]) => {
  const page = document.querySelector("script[src*=cluster_page]").src;
  const { SellerLabels } = await import(new URL("seller_labels.js", page));
  const drawing = document.querySelector(".cluster-drawing").cloneNode();
  document.querySelector(".cluster-view").append(drawing);
  drawing.style.width = drawing.style.height = `${widthPx}px`;
  drawing.setAttribute("viewBox", `0 0 ${side} ${side}`);
  const columns = Math.ceil(Math.sqrt(count));
  const nodes = Array.from({ length: count }, (_, index) => ({
    seller: { seller_id: `a-marketplace-seller-${"long-".repeat(index % 4)}${index}`, seller_key: `${index}` },
    x: 120 + (760 * (index % columns)) / columns, y: 120 + (760 * Math.floor(index / columns)) / columns, radius: 14,
  }));
  const labels = new SellerLabels(nodes);
  drawing.append(labels.root);
  labels.place({ x: 0, y: 0, side }, widthPx, [nodes[0]]);
  const shown = [...labels.root.children].filter((text) => text.getAttribute("visibility") === "visible");
  const boxes = shown.map((text) => text.getBoundingClientRect());
  const areBeside = (one, other) => one.left >= other.right || other.left >= one.right;
  const areAbove = (one, other) => one.top + 2 >= other.bottom || other.top + 2 >= one.bottom;
  const overlap = (one, other) => !areBeside(one, other) && !areAbove(one, other);
  const overlaps = boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => overlap(one, other))).length;
  const names = shown.map((text) => text.textContent);
  drawing.remove();
  return { shown: shown.length, overlaps, names, height: Math.round(boxes[0].height) };
}"""


def require_readable_names(page: Page) -> None:
    """However many sellers there are: none covers another, at one size."""
    assert page.evaluate(CROWD, [2, 343, 1000])["shown"] == 2
    crowds = {width_px: page.evaluate(CROWD, [60, width_px, 1000]) for width_px in (343, 700)}
    near = page.evaluate(CROWD, [60, 700, 400])  # of which a part is in view
    for crowd in (*crowds.values(), near):
        assert crowd["overlaps"] == 0
        assert "…0" in crowd["names"]  # the selected one; what all names begin with is left out
        assert 13 <= crowd["height"] <= 18  # pixels, at every width and however near
    assert 5 < crowds[343]["shown"] < crowds[700]["shown"] <= 60
    assert near["shown"] == 9  # all that are in view


def walk_by_arrow_keys(page: Page) -> set[str | None]:
    """The sellers that the panel named on the way."""
    shown: set[str | None] = set()
    page.locator(".seller-node[tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"):
        shown.add(page.locator(".node-panel h2").text_content())
        page.keyboard.press(key)
        expect(page.locator(".seller-node:focus")).to_have_attribute("aria-pressed", "true")
    shown.add(page.locator(".node-panel h2").text_content())
    return shown


def walk_through_a_part(page: Page) -> None:
    """Near, where the picture moves to show the seller that has the focus."""
    page.locator(".seller-node:focus").press("+")
    for _ in range(4):
        page.keyboard.press("+")
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        expect(page.locator(".seller-node:focus")).to_be_in_viewport()


def test_a_ring_is_explored_by_keyboard_corrected_and_taken_down(start: Start, open_page: OpenPage) -> None:
    desk = start()
    page = open_page(desk, "/clusters")
    expect(page.get_by_text("No cluster yet")).to_be_visible()
    check_ring(desk, ("seller-0", "seller-1", "seller-2\u202egpj"))  # which shows as seller-2jpg
    cluster = cluster_of(desk)
    page.reload()
    expect(page.locator(".cluster-row")).to_contain_text("3 sellers, 3 listings, 33 EUR")
    with page.expect_download() as removed:
        page.locator("#download-removed").click()
    assert removed.value.suggested_filename == "removed-links.csv"
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("3 sellers, 3 listings, 33 EUR")
    assert page.url.endswith(f"/clusters/{cluster['cluster_id']}")
    expect(page.locator(".panel-listings img")).to_have_count(1)
    expect(page.locator("main")).not_to_contain_text("null")
    assert find_violations(page) == []

    assert walk_by_arrow_keys(page) == {"Seller seller-0", "Seller seller-1", "Seller seller-2[U+202E]gpj"}
    assert "seller-2[U+202E]gpj" in page.locator(".seller-name").all_text_contents()

    require_readable_names(page)

    page.get_by_text("The 3 sellers by name").click()
    page.get_by_role("button", name="Seller seller-1", exact=False).and_(page.locator(".seller-list button")).click()
    expect(page.locator(".seller-node:focus")).to_have_attribute(
        "aria-label", "Seller seller-1, 1 listing, 0 look counterfeit"
    )
    expect(page.locator(".node-panel h2")).to_have_text("Seller seller-1")

    walk_through_a_part(page)
    page.get_by_role("button", name="Show the whole picture").click()

    before = len(cluster["links"])
    expect(page.locator(".link-list li")).to_have_count(before)
    page.locator(".link-list li", has_text="the same photo").get_by_role("button").first.press("Enter")
    page.get_by_label("Why it is wrong").fill("Both show the maker's own picture")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    expect(page.locator(".link-list li")).to_have_count(before - 1)
    page.keyboard.press("Enter")
    expect(page.locator(".link-list li")).to_have_count(before)

    known = {"check_id": next(one["check_id"] for one in cluster["listing_nodes"] if one["listing_id"] == "=listing-0")}
    assert desk.http.post("/v1/cases", json={"country": "DK", "listings": [known]}).status_code == 201
    page.get_by_role("button", name="Open a case for all of it").click()
    page.get_by_label("Country").fill("dk")
    page.locator("#cluster-cases-form").get_by_role("button", name="Open the case").click()
    expect(page.locator("#cluster-result")).to_contain_text("A case is open for the rest of the cluster")
    expect(page.locator("#cluster-result")).to_contain_text("Left out: 1 of its listings")
    page.locator("#cluster-result a").click()
    expect(page.locator(".case-listings li")).to_have_count(2)
    expect(page.locator(".case-listings")).to_contain_text("Seller seller-2[U+202E]gpj")
    page.goto(f"{desk.url}/clusters/nope")
    expect(page.get_by_role("link", name="See the clusters")).to_be_visible()
