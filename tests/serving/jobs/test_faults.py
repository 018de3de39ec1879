from __future__ import annotations

from serving.jobs.faults import fault_of
from vision.errors import NoReadablePhoto, PhotoEmpty, PhotoNotAnImage, TooManyPhotos


def test_a_line_has_the_code_that_a_check_would_be_answered_with() -> None:
    empty, text = PhotoEmpty("the photo has no bytes"), PhotoNotAnImage("this is text")
    assert fault_of(TooManyPhotos("13 photos")).code == "too_many_photos"
    assert fault_of(NoReadablePhoto("no photo", ((0, empty),))).code == "photo_empty"
    assert fault_of(NoReadablePhoto("no photo", ((0, empty), (1, text)))).code == "no_readable_photo"
