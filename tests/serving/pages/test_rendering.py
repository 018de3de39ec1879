from __future__ import annotations

from typing import Any

import pytest
from fastapi import Request

from serving.pages.api_reference import read_reference
from serving.pages.headers import PAGE_HEADERS
from serving.pages.rendering import TEMPLATES, render_page
from tests.serving.contract.api_document import api_document
from vision.check_shape import MAX_PHOTOS
from vision.photo.format import FORMATS_IN_WORDS

AT_THE_ROOT = Request({"type": "http"})


def test_the_upload_page_names_the_photos_that_a_check_takes_for_people_and_for_its_script() -> None:
    html = bytes(render_page(AT_THE_ROOT, "upload.html", fetches_photos=False).body).decode("utf-8")
    assert f"1 to {MAX_PHOTOS} photos of the same item: {FORMATS_IN_WORDS}" in html
    assert f'data-max-photos="{MAX_PHOTOS}"' in html


PARTS = {"base.html", "confirm.html", "keys_of_verdict.html", "secret.html"}  # of pages, and no pages themselves
VALUES: dict[str, dict[str, Any]] = {
    "api.html": {"reference": read_reference(api_document())},
    "upload.html": {"fetches_photos": True},
}


@pytest.mark.parametrize("template", sorted(set(TEMPLATES.list_templates()) - PARTS))
def test_every_template_renders_with_the_values_that_pages_have(template: str) -> None:
    answer = render_page(AT_THE_ROOT, template, **VALUES.get(template, {}))
    assert answer.status_code == 200
    assert "{{" not in bytes(answer.body).decode("utf-8")


def test_a_page_has_the_security_headers_and_the_status_asked_for() -> None:
    answer = render_page(AT_THE_ROOT, "not_found.html", status=404)
    assert answer.status_code == 404
    assert answer.media_type == "text/html"
    assert {name: answer.headers[name] for name in PAGE_HEADERS} == PAGE_HEADERS


def test_a_description_has_its_code_spans_and_no_markup_of_its_own() -> None:
    template = TEMPLATES.from_string("{{ text | code_spans }}")
    assert template.render(text="act on `code` <b>now</b>") == "act on <code>code</code> &lt;b&gt;now&lt;/b&gt;"
