"""The dashboard shows the service level that the API computes."""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import expect

from serving.clock import time_from
from tests.builders.accessibility import find_violations
from tests.serving.pages.cases.steps import move, open_case
from tests.serving.pages.conftest import OpenPage, Start

pytestmark = pytest.mark.browser
TUESDAY = datetime.datetime(2026, 3, 3, 9, tzinfo=datetime.UTC)


def test_the_share_in_time_is_shown_with_its_interval_and_each_late_case(start: Start, open_page: OpenPage) -> None:
    desk = start()
    page = open_page(desk, "/dashboard")
    expect(page.locator("#level")).to_have_text("No case was received in this time.")
    with time_from(lambda: TUESDAY):
        in_time, late = open_case(desk, 1), open_case(desk, 2, country="CN")
        move(desk, in_time, "upheld")
    with time_from(lambda: TUESDAY + datetime.timedelta(days=2)):
        move(desk, late, "upheld")
    page.reload()
    expect(page.locator(".level-share")).to_have_text("50 %")
    expect(page.locator(".level-words")).to_contain_text("95 % interval 9.5 % to 90.5 %")  # Wilson, 1 of 2
    expect(page.locator(".late-row")).to_have_count(1)
    expect(page.locator(".late-row")).to_contain_text("24 business hours late")
    expect(page.locator(".week-point")).to_have_count(1)
    expect(page.locator(".week-chart").last).to_contain_text("Mar 2026")
    expect(page.locator("#time-zone")).to_contain_text("your browser’s time zone, ")
    assert find_violations(page) == []
    page.locator("body").press("j")
    expect(page.locator(".late-row a")).to_be_focused()
    page.get_by_label("Country", exact=True).select_option(label="Denmark")
    expect(page.locator(".level-share")).to_have_text("100 %")
    expect(page.locator(".level-words")).to_contain_text("The benchmark of 97 % lies in the interval")
    expect(page.get_by_text("No case was late in this time.")).to_be_visible()
    assert page.url.endswith("?country=DK")
