"""Who can use the pages and how: API key, keyboard only, phone, and what a browser is allowed to do."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from serving.schemas.enforcement.plain_text import mark_hidden
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.pages.upload_steps import choose, photo_files, send
from tests.serving.servers.running import Running

browser_test = pytest.mark.browser


API_KEY = "open-sesame-42"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@browser_test
def test_the_api_key_is_asked_for_once_and_shows_photos_too(start: Start, open_page: OpenPage) -> None:
    site = start(api_key=API_KEY)
    page = open_page(site)
    enter_key(page, "not-the-key")
    expect(page.locator("#api-key-note")).to_contain_text("refused")
    enter_key(page, API_KEY)
    choose(page, photo_files(jpeg(BLUE)))
    send(page, product=None)
    expect(page.locator(".stage-photo .evidence")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    page.goto(site.url + "/checks")
    expect(page.locator(".row img")).to_be_visible()
    expect(page.locator("#api-key")).to_be_hidden()
    assert API_KEY not in page.evaluate("JSON.stringify(localStorage) + document.cookie + location.href")


@browser_test
def test_a_forgotten_key_is_asked_for_again_and_may_be_withheld(start: Start, open_page: OpenPage) -> None:
    site = start(api_key=API_KEY)
    page = open_page(site)
    enter_key(page, API_KEY)
    page.get_by_role("button", name="Forget API key").click()
    expect(page.locator("#api-key")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#compose-problem")).to_contain_text("No API key was given")


def enter_key(page: Page, key: str) -> None:
    page.get_by_label("API key", exact=True).fill(key)
    page.keyboard.press("Enter")


@browser_test
def test_the_keyboard_alone_leads_from_photo_to_decision(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "#choose-photos")
    choose(page, photo_files(jpeg(RED), jpeg(RED, seed=1)))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".chosen")).to_have_count(1)
    tab_to(page, "#product")
    page.keyboard.type("toy")
    tab_to(page, "#send")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h1")).to_be_focused()
    tab_to(page, "#evidence-opacity")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".evidence-slider output")).to_have_text("69 %")
    page.keyboard.press("g")
    expect(page.locator("#announcer")).to_have_text("Saved: genuine on a check without listing id.")


def tab_to(page: Page, selector: str, max_stops: int = 12) -> None:
    """Press Tab until an element has the focus; every stop on the way must show where it is."""
    for _ in range(max_stops):
        page.keyboard.press("Tab")
        outline = (
            "getComputedStyle(document.activeElement.closest('label.button') ?? document.activeElement).outlineStyle"
        )
        assert page.evaluate(outline) == "solid"
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} can't be reached with Tab")


@browser_test
def test_the_list_of_keys_opens_and_single_keys_can_be_switched_off(site: Running, open_page: OpenPage) -> None:
    check_id = site.answer(jpeg(RED), listing={"product": "toy"})["check_id"]
    page = open_page(site, f"/checks/{check_id}")
    page.wait_for_selector(".stage-photo")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("g")
    page.get_by_label("Use single keys on these pages").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_be_hidden()
    assert site.http.get(f"/v1/checks/{check_id}").json()["reviews"] == []


@browser_test
def test_keys_with_a_modifier_and_keys_typed_into_a_field_decide_nothing(site: Running, open_page: OpenPage) -> None:
    check_id = site.answer(jpeg(RED), listing={"product": "toy"})["check_id"]
    page = open_page(site, f"/checks/{check_id}")
    page.wait_for_selector(".stage-photo")
    page.keyboard.press("Control+u")
    page.locator("#review-note").press_sequentially("guc")
    expect(page.locator("#review-note")).to_have_value("guc")
    assert site.http.get(f"/v1/checks/{check_id}").json()["reviews"] == []


@browser_test
@pytest.mark.parametrize("width_px", [390, 320])
def test_nothing_is_wider_than_a_phone_and_everything_is_big_enough_to_touch(
    site: Running, open_page: OpenPage, width_px: int
) -> None:
    page = open_page(site, **{**PHONE, "viewport": {"width": width_px, "height": 844}})
    expect(page.locator("label[for=take-photo]")).to_be_visible()
    assert_fits(page)
    choose(page, photo_files(*(jpeg(BLUE, seed=seed) for seed in range(4)), name="a-long-file-name-" * 6))
    page.fill("#listing-id", "L" * 120)
    assert_fits(page)
    send(page)
    assert_fits(page)
    page.goto(site.url + "/checks")
    page.wait_for_selector(".row")
    assert_fits(page)


SMALL_CONTROLS = """() => [...document.querySelectorAll("main :is(button, .button, select, input, textarea)")]
  .filter((control) => control.checkVisibility() && control.type !== "file" && !control.closest(".reasons"))
  .filter((control) => control.getBoundingClientRect().height < 44)
  .map((control) => control.outerHTML)"""  # a link within the sentence of a reason may be as low as its line


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate(SMALL_CONTROLS) == []


@browser_test
def test_each_control_has_a_name_and_each_page_one_heading(site: Running, open_page: OpenPage) -> None:
    check_id = site.answer(jpeg(RED), listing={"product": "toy"})["check_id"]
    page = open_page(site)
    shown = {"/": "#product", "/checks": ".row", f"/checks/{check_id}": ".evidence", "/nowhere": "h1"}
    for path, sign in shown.items():
        page.goto(site.url + path)
        page.wait_for_selector(sign)
        assert page.locator("h1:visible").count() == 1, path
        snapshot = page.locator("body").aria_snapshot()
        assert not re.search(r"- (button|textbox|combobox|slider|link|img)(:|$)", snapshot, re.MULTILINE), snapshot


@browser_test
def test_reduced_motion_is_respected(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, reduced_motion="reduce")
    animated = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
    assert page.evaluate(animated) == 0
    page.evaluate("document.getElementById('progress').hidden = false")
    assert page.evaluate("getComputedStyle(document.getElementById('progress-bar')).animationName") == "none"


@browser_test
def test_numbers_are_never_rounded_to_a_certainty(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    source = page.locator("script[src*=upload_page]").get_attribute("src") or ""
    module = source.replace("upload/upload_page", "shared/formatting")
    shown = page.evaluate(
        "async ([module, values]) => values.map((await import(module)).percent)",
        [module, [0, 0.0004, 0.034, 0.456, 0.9123, 0.9996, 1]],
    )
    plain = ["under 0.1 %", "under 0.1 %", "3.4 %", "46 %", "91.2 %", "over 99.9 %", "over 99.9 %"]
    assert shown == [words.replace(" %", "\N{NO-BREAK SPACE}%") for words in plain]
    cases = page.evaluate("async (module) => (await import(module)).counted(1430, 'case')", module)
    assert cases == "1,430 cases"


@browser_test
def test_a_name_shows_what_it_hides_as_the_servers_texts_do(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    source = page.locator("script[src*=upload_page]").get_attribute("src") or ""
    module = source.replace("upload/upload_page", "shared/formatting")
    names = [
        "seller 7",
        "卖家",
        "👩‍👧",
        "می\u200cخواهم",
        "می\u200c\u200cخواهم",
        "a\u200db",
        "\u200db",
        "evil\u202ereverse",
        "\U000e0041\u3164\x00",
    ]
    shown = page.evaluate(
        "async ([module, names]) => names.map((await import(module)).shownName)",
        [module, names],
    )
    assert shown == [mark_hidden(name) for name in names]


def test_text_stands_out_from_its_ground_in_both_themes() -> None:
    tokens = (Path("serving/pages/static/shared/tokens.css")).read_text(encoding="utf-8")
    light, dark = tokens.split("@media (prefers-color-scheme: dark)")
    for block in (light, light + dark.split("On the slab")[0]):
        colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for ink in ("ink", "ink-soft", "counterfeit", "genuine", "review", "unclear"):
            assert contrast(colour[ink], colour["ground"]) >= 4.5, ink
            assert contrast(colour[ink], colour["sheet"]) >= 4.5, ink
        for wash in ("counterfeit", "genuine", "review", "unclear"):
            assert contrast(colour[wash], colour[f"{wash}-wash"]) >= 4.5, wash
        assert contrast(colour["slab-ink-soft"], colour["slab-raised"]) >= 4.5
        assert contrast(colour["on-action"], colour["action"]) >= 4.5
        assert contrast(colour["focus"], colour["ground"]) >= 3


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@browser_test
def test_the_list_of_more_pages_opens_and_closes_as_menus_do(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/checks")
    page.wait_for_load_state("networkidle")  # the list's own keys are bound by then, and Enter is one of them
    more, entry = page.locator("#more-pages summary"), page.get_by_role("link", name="Bundles")
    more.focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(more).to_be_focused()
    more.click()
    page.locator("h1").click()
    expect(entry).to_be_hidden()
