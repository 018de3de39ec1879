from __future__ import annotations

import pytest

from serving.errors import PhotoDamaged
from serving.store.photos.photo_store import refuse_damaged, sha256s_of
from tests.serving.builders.new_checks import digest


def test_other_bytes_than_were_stored_are_refused_with_the_photos_name(caplog: pytest.LogCaptureFixture) -> None:
    refuse_damaged(digest(b"photo"), b"photo")
    assert caplog.text == ""
    with pytest.raises(PhotoDamaged, match=digest(b"photo")):
        refuse_damaged(digest(b"photo"), b"phot0")
    assert digest(b"photo") in caplog.text


def test_files_that_are_no_photos_are_none() -> None:
    sha256 = digest(b"photo")
    assert sha256s_of(
        [f"photos/{sha256[:2]}/{sha256}", "photos/lost+found", f"{sha256}#1", f"ab/{sha256.upper()}"]
    ) == [sha256]
