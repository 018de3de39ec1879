from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from serving.client.checks import check_call, photo_sent


def test_bytes_and_files_are_sent_as_they_are_and_addresses_as_text(tmp_path: Path) -> None:
    file = tmp_path / "http_front.jpg"
    file.write_bytes(b"jpeg")
    assert photo_sent(b"bytes") == b"bytes"
    assert photo_sent(file) == photo_sent(str(file)) == b"jpeg"
    assert photo_sent("https://shop.example/1.jpg") == "https://shop.example/1.jpg"
    assert photo_sent("HTTP://shop.example/1.jpg") == "HTTP://shop.example/1.jpg"
    with pytest.raises(FileNotFoundError):
        photo_sent(str(tmp_path / "absent.jpg"))


def test_a_check_of_bytes_is_one_multipart_call_with_its_key() -> None:
    call = check_call([b"a", b"b"], {"product": "toy"}, "key")
    assert call.headers == {"Idempotency-Key": "key"}
    assert call.repeatable, "the key makes it so"
    assert call.timed
    body = httpx.Client().build_request(**{**call.arguments(1, None), "url": "http://x/"}).read()
    assert body.count(b'name="photos"') == 2
    assert b'{"product": "toy"}' in body


def test_a_check_with_an_address_is_json() -> None:
    call = check_call([b"ab", "https://shop.example/1.jpg"], {"product": "toy"}, "key")
    body = httpx.Client().build_request(**{**call.arguments(1, None), "url": "http://x/"}).read()
    assert json.loads(body) == {
        "product": "toy",
        "photos": [{"base64": "YWI="}, {"url": "https://shop.example/1.jpg"}],
    }
    assert call.headers == {"Idempotency-Key": "key"}
    assert call.timed
