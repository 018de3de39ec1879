from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from serving.errors import EvidenceFilesDisabled, Overloaded, TimeStampUnavailable
from serving.evidence.config import EvidenceSettings
from serving.evidence.contents.sources import Sources
from serving.evidence.own_key import PACKAGES
from serving.evidence.service import EvidenceFiles, FileFormat
from serving.evidence.verification.verify import verify_file
from serving.principal import SERVER
from tests.serving.evidence.conftest import Site
from tests.serving.evidence.evidence_keys import STAMPER_NAME, local_stamper, write_key_pair
from vision.errors import ConfigError, MissingExtra

T = TypeVar("T")


def files_of(site: Site, stamper: Any = None, **settings: Any) -> EvidenceFiles:
    services = site.running.services
    store = services.store
    assert store is not None

    async def draw(sha256: str, make: Callable[[bytes], T]) -> T:  # the server's own belongs to its event loop
        return await asyncio.to_thread(make, await store.photos.get(sha256))

    sources = Sources(
        store=store,
        draw=draw,
        bundles=lambda: services.bundles,
        limits=services.photo_limits,
    )
    return EvidenceFiles(sources, EvidenceSettings(**settings), stamper)


def test_a_file_of_either_kind_is_stamped_verified_and_leaves_nothing_behind(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    key = write_key_pair(tmp_path)
    check_id = site.check["check_id"]

    async def make(kind: FileFormat) -> tuple[int, bytes]:
        made = await files_of(site, local_stamper(), key=key).make(SERVER, "check", check_id, kind)
        assert list((tmp_path / "temporary").iterdir()) == []
        data = b"".join([chunk async for chunk in made.chunks()])
        assert made.stream.closed
        return made.size, data

    kinds: tuple[FileFormat, ...] = ("zip", "pdf")
    for kind in kinds:
        size, data = asyncio.run(make(kind))
        assert len(data) == size
        (tmp_path / kind).write_bytes(data)
        assert STAMPER_NAME in verify_file(tmp_path / kind).time_stamps[0].authority


def test_without_a_key_it_says_how_to_make_one(site: Site) -> None:
    with pytest.raises(EvidenceFilesDisabled, match="touchstone evidence keys"):
        asyncio.run(files_of(site).make(SERVER, "check", site.check["check_id"], "zip"))


def test_a_key_that_cannot_be_used_and_packages_that_lack_are_found_at_the_start(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r"evidence\.key"):
        files_of(site, key=tmp_path / "none.pem")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=rf"{PACKAGES[0]}.*touchstone\[documents\]"):
        files_of(site, key=write_key_pair(tmp_path))


def test_an_authority_out_of_reach_is_an_error_and_nothing_is_recorded(site: Site, tmp_path: Path) -> None:
    key = write_key_pair(tmp_path)
    before = site.running.http.get("/v1/audit-log").json()["head"]
    with pytest.raises(TimeStampUnavailable):
        asyncio.run(
            files_of(site, key=key, time_stamp_url="http://127.0.0.1:9/").make(
                SERVER, "check", site.check["check_id"], "pdf"
            )
        )
    assert site.running.http.get("/v1/audit-log").json()["head"] == before


def test_more_files_than_may_wait_are_refused(site: Site, tmp_path: Path) -> None:
    files = files_of(site, key=write_key_pair(tmp_path))

    async def work() -> list[Any]:
        made = [files.make(SERVER, "check", "none", "pdf") for _ in range(12)]
        return await asyncio.gather(*made, return_exceptions=True)

    refused = [one for one in asyncio.run(work()) if isinstance(one, Overloaded)]
    assert len(refused) == 4
