import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from rich.console import Console

from training import progress
from training.progress import counted_status, format_duration, photo_progress


def test_a_log_gets_a_line_at_the_end_and_no_bar() -> None:
    text = io.StringIO()
    with photo_progress("features", 3, Console(file=text)) as advance:
        advance(1)
        advance(2)
    (line,) = text.getvalue().splitlines()
    assert line.startswith("features: 3 of 3 photos, ")
    assert line.endswith(" 0 s left")


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PLAIN_S", 0.0)
    text = io.StringIO()
    with photo_progress("features", 3, Console(file=text)) as advance:
        for _ in range(3):
            advance(1)
    assert len(text.getvalue().splitlines()) == 3


def test_a_terminal_gets_a_bar_with_the_speed() -> None:
    text = io.StringIO()
    with photo_progress("features", 2, Console(file=text, force_terminal=True, width=120)) as advance:
        advance(2)
    assert "2/2" in text.getvalue()
    assert "photos/s" in text.getvalue()


def test_a_quiet_console_shows_nothing() -> None:
    text = io.StringIO()
    with photo_progress("features", 1, Console(file=text, quiet=True)) as advance:
        advance(1)
    assert text.getvalue() == ""


def test_no_photo_is_lost_between_threads() -> None:
    text = io.StringIO()
    with photo_progress("features", 400, Console(file=text)) as advance, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: advance(1), range(400)))
    assert text.getvalue().startswith("features: 400 of 400 photos")


def test_a_log_gets_no_status() -> None:
    text = io.StringIO()
    with counted_status("measuring", 2, Console(file=text)) as advance:
        advance()
        advance()
    assert text.getvalue() == ""


def test_a_terminal_sees_which_of_several_is_under_way() -> None:
    text = io.StringIO()
    with counted_status("measuring", 2, Console(file=text, force_terminal=True)) as advance:
        advance()
        time.sleep(0.2)
    assert "measuring 2 of 2 …" in text.getvalue()


@pytest.mark.parametrize(
    ("seconds", "words"), [(42.4, "42 s"), (89, "89 s"), (95, "2 min"), (3500, "58 min"), (11_100, "3 h 05 min")]
)
def test_a_duration_is_given_in_words(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words
