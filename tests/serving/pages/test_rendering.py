from __future__ import annotations

from serving.pages.rendering import render_page
from vision.check_shape import MAX_PHOTOS
from vision.photo.format import FORMATS_IN_WORDS


def test_the_upload_page_names_the_photos_that_a_check_takes_for_people_and_for_its_script() -> None:
    html = bytes(render_page("upload.html").body).decode("utf-8")
    assert f"1 to {MAX_PHOTOS} photos of the same item: {FORMATS_IN_WORDS}" in html
    assert f'data-max-photos="{MAX_PHOTOS}"' in html
