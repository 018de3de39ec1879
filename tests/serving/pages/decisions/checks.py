"""Checks to decide on, their pages, and what the server has of the decisions."""

from __future__ import annotations

from typing import Any, cast

from playwright.sync_api import Page

from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running


def make_check(site: Running, listing_id: str = "L-7") -> str:
    return str(site.answer(jpeg(BLUE), listing={"product": "toy", "listing_id": listing_id})["check_id"])


def open_check(open_page: OpenPage, site: Running, check_id: str) -> Page:
    page = open_page(site, f"/checks/{check_id}")
    page.wait_for_selector(".review")
    return page


def reviews_of(site: Running, check_id: str, kind: str = "reviews") -> list[str]:
    """The decisions that the server has, oldest first; of those withdrawn with `kind="withdrawn_reviews"`."""
    record = site.http.get(f"/v1/checks/{check_id}").json()
    return [review["decision"] for review in cast(list[dict[str, Any]], record[kind])]
