"""The page of jobs, in a real browser: sending, progress, failures, replay, cancelling and deleting."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.pages.admin.steps import open_with
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.routes.accounts_steps import bearer, make_key
from tests.serving.servers.occupied import occupied
from tests.serving.servers.sent_jobs import ended, line_of, send_job

pytestmark = pytest.mark.browser
KEY = "operator-key"


def choose(page: Page, name: str, text: str) -> None:
    kind = "text/csv" if name.endswith(".csv") else "application/octet-stream"
    page.get_by_label("Listings").set_input_files({"name": name, "mimeType": kind, "buffer": text.encode()})


def test_a_file_is_sent_followed_and_its_results_are_kept(start: Start, open_page: OpenPage) -> None:
    site = start(threads=1)
    page = open_page(site, "/jobs")
    expect(page.get_by_text("No job yet")).to_be_visible()
    with occupied(site):
        choose(page, "night.jsonl", "\n".join([line_of("a", jpeg(RED)), line_of("b", jpeg(BLUE)), "{no JSON"]))
        page.get_by_role("button", name="Send").click()
        job = page.locator(".job")
        expect(job.get_by_role("heading")).to_have_text("night.jsonl")
        expect(job).to_contain_text("2 of 3 left")
        expect(job.get_by_role("progressbar")).to_have_attribute("aria-valuetext", "1 of 3 listings")
    expect(job).to_contain_text("Completed.")
    expect(job.locator(".job-counts")).to_have_text(
        "Consistent with genuine1Looks counterfeit1Could not be judged1", use_inner_text=False
    )
    job.get_by_text("1 listing could not be judged").click()
    expect(job.locator(".job-failures li")).to_contain_text("json_malformed")
    with page.expect_download() as download:
        job.get_by_role("button", name="Download results").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["line"] for line in lines) == [1, 2, 3]
    job.get_by_role("button", name="Delete job").click()
    expect(page.get_by_text("No job yet")).to_be_visible()


def test_failures_are_replayed_and_what_waits_is_cancelled(start: Start, open_page: OpenPage) -> None:
    site = start(threads=1)
    ended(site.http, send_job(site.http, ["{no JSON"]).headers["location"])
    page = open_page(site, "/jobs")
    replay = page.get_by_role("button", name="Judge 1 failed listing again")
    with occupied(site):
        send_job(site.http, [line_of(str(number)) for number in range(40)])
        page.reload()
        newest, oldest = page.locator(".job").first, page.locator(".job").last
        replay.click()
        expect(oldest).to_contain_text("1 of 1 left")
        newest.get_by_role("button", name="Cancel").click()
        expect(newest).to_contain_text("Cancelled; ")
    expect(newest.get_by_role("button", name="Delete job")).to_be_visible()
    expect(oldest.locator(".job-failures")).to_contain_text("1 listing could not be judged")


def test_a_job_of_a_revoked_key_says_that_it_is_held_and_goes_on_with_the_viewers_key(
    start: Start, open_page: OpenPage
) -> None:
    site = start(threads=1, api_key=KEY)
    sender = make_key(site, "check", "read")
    with occupied(site):
        send_job(site.http, ["{no JSON", *(line_of(str(number)) for number in range(40))], **bearer(sender["key"]))
        site.http.post(f"/v1/keys/{sender['key_id']}/revoke").raise_for_status()
        job = open_with(KEY, site, open_page, "/jobs").locator(".job")
        expect(job).to_contain_text("Held: 40 of 41 left")
        expect(job).to_contain_text("key that sent the job was revoked")
        expect(job.get_by_role("button", name="Cancel")).to_be_visible()
        job.get_by_role("button", name="Continue with your key").click()
        expect(job).not_to_contain_text("Held")
        expect(job).to_contain_text("40 of 41 left")
    expect(job).to_contain_text("Completed.")
    expect(job.get_by_role("button", name="Judge 1 failed listing again")).to_be_visible()


def test_a_refused_file_says_why_and_stays_chosen(start: Start, open_page: OpenPage) -> None:
    page = open_page(start(threads=1), "/jobs")
    choose(page, "manifest.csv", "picture,offer\n1.jpg,a\n")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("names no column photo and no listing")
    assert page.get_by_label("Listings").evaluate("input => input.files.length") == 1


def test_older_jobs_are_shown_on_request(start: Start, open_page: OpenPage) -> None:
    site = start(threads=1)
    for _ in range(23):
        send_job(site.http, ["{no JSON"])
    page = open_page(site, "/jobs")
    expect(page.locator(".job")).to_have_count(20)
    page.get_by_role("button", name="Show older jobs").click()
    expect(page.locator(".job")).to_have_count(23)
    expect(page.get_by_role("button", name="Show older jobs")).to_be_hidden()
