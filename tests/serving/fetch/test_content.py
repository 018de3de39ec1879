from __future__ import annotations

import pytest

from serving.fetch.content import is_web_page
from tests.serving.builders.sample_photos import jpeg, svg, text_file


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><title>Sign in</title>",
        b"<!doctype html>",
        b"<HTML lang=en>",
        b"\xef\xbb\xbf\r\n\t <html>",
        b"<!-- saved -->\n<!-- twice --><body class=x>",
        b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">',
        b"<script>location='/login'</script>",
        b"<head></head>",
        b"<h1>Not found</h1>",
        b"<p>Gone</p>",
        b"<br/>",
    ],
)
def test_html_is_known_by_how_it_begins(data: bytes) -> None:
    assert is_web_page(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        jpeg(size=(64, 64)),
        svg(),
        text_file(),
        b"{}",
        b"<htmlx>",
        b"<photo>",
        b"<?xml version='1.0'?><svg>",
        b"\x89PNG\r\n\x1a\n<html>",
        b"<!-- " + b"x" * 5000 + b" --><html>",  # a comment of any length is not worth reading
    ],
)
def test_what_is_no_html_is_left_to_the_decoder(data: bytes) -> None:
    assert not is_web_page(data)


def test_many_comments_take_no_time_to_read() -> None:
    assert not is_web_page(b"<!--" * 1024)
    assert not is_web_page(b" " * 4096)
