"""No decision is lost and none is doubled, whatever happens between the key and the server's answer."""

from __future__ import annotations

import contextlib
import io
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext

from tests.serving.pages.decisions.slow_reviewer import Decision, SlowReviewer
from tests.serving.servers.running import files_of, run_in_process

pytestmark = pytest.mark.browser
DECISIONS = 200
CHECKS = 6
PHOTOS = 12
PHOTO_BYTES = 1_300_000


def large_jpeg(seed: int) -> bytes:
    """A photo that stays large when it is written again without metadata: noise does not compress."""
    pixels = np.random.default_rng(seed).integers(0, 256, (1104, 1472, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def make_checks(url: str) -> None:
    """Listings of the same twelve photos, which the store keeps once."""
    photos = [large_jpeg(seed) for seed in range(PHOTOS)]
    with httpx.Client(base_url=url, timeout=60) as http:
        for number in range(CHECKS):
            listing = {"product": "toy", "listing_id": f"L-{number}"}
            answer = http.post("/v1/checks", files=files_of(photos, listing))
            assert answer.status_code == 200, answer.text
        original = http.get(f"/v1/checks/{answer.json()['check_id']}/photos/0").content
    assert len(original) >= PHOTO_BYTES


def stored(url: str) -> dict[str, tuple[list[str], list[str]]]:
    """By check what the server has, oldest first: the decisions in force, and those withdrawn."""
    checks = httpx.get(f"{url}/v1/checks", params={"limit": 200}, timeout=60).json()["checks"]
    return {
        check["check_id"]: (
            [review["decision"] for review in check["reviews"]],
            [review["decision"] for review in check["withdrawn_reviews"]],
        )
        for check in checks
    }


def decided(made: list[Decision]) -> tuple[list[str], list[str]]:
    return [one.decision for one in made if not one.undone], [one.decision for one in made if one.undone]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with contextlib.closing(browser.new_context()) as context:
        # Without a limit: a page's request may queue behind the downloads of the page before it for as long as those
        # take on this network and machine. The test's own limit ends what never comes.
        context.set_default_timeout(0)
        yield context


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.slow
@pytest.mark.timeout(900)  # most of it waits for the network of 20 Mbit/s
def test_two_hundred_decisions_over_a_slow_network_with_a_killed_server_are_each_stored_once(
    context: BrowserContext, bundle: Path, tmp_path: Path
) -> None:
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    settings = (f"port={free_port()}", "threads=2")
    with run_in_process(tmp_path, bundle, *settings) as (process, url):
        make_checks(url)
        reviewer = SlowReviewer(context=context, url=url, photos=PHOTOS, plan=random.Random(11))
        while reviewer.count < DECISIONS // 2:
            reviewer.visit()
            reviewer.go_on()
        reviewer.visit()
        process.kill()
        process.wait(timeout=30)
        for _ in range(5):  # nobody tells the reviewer
            reviewer.press_a_key()
        reviewer.assert_shown()
        reviewer.close_tab()
    with run_in_process(tmp_path, bundle, *settings) as (_, again):
        assert again == url
        while reviewer.count < DECISIONS:
            reviewer.visit()
            reviewer.go_on()
        reviewer.wait_until_all_are_saved()
        assert stored(url) == {check_id: decided(made) for check_id, made in reviewer.made.items()}
    assert reviewer.busy > reviewer.visits / 2, "the network was not busy when most decisions were made"
    assert errors == []
