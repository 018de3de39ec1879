"""One server that makes evidence files, with a check and a case on it, for all tests of what is in them."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from serving.cases.service import Cases
from serving.evidence.config import EvidenceSettings
from serving.principal import SERVER
from serving.settings import ServeSettings
from serving.store.cases.case_values import NewListing
from tests.serving.builders.cases.new_cases import new_case
from tests.serving.builders.crops import write_stocked_bundle
from tests.serving.builders.sample_photos import BLUE, jpeg, truncated_jpeg
from tests.serving.evidence.evidence_keys import write_key_pair
from tests.serving.evidence.generated_photos import with_c2pa
from tests.serving.servers.running import Running, run_in_thread

PHOTOS = (jpeg(BLUE), with_c2pa(), truncated_jpeg())
LISTING = {"listing_id": "列表 <1>", "seller_id": "продавец", "attributes": {"größe": 1.5}}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The server, a check of three photos of which one is damaged, and a case on it and on a check that is gone."""

    running: Running
    check: dict[str, Any]
    case_id: str

    def zip_of(self, kind: str, object_id: str) -> zipfile.ZipFile:
        made = self.running.http.post(f"/v1/{kind}/{object_id}/evidence-file")
        assert made.status_code == 200, made.text
        return zipfile.ZipFile(io.BytesIO(made.content))


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("evidence")
    bundle, _ = write_stocked_bundle(folder / "bundle")
    settings = ServeSettings(
        bundle=(bundle,), store=str(folder / "store"), threads=1, evidence=EvidenceSettings(key=write_key_pair(folder))
    )
    with run_in_thread(settings) as running:
        check = running.answer(*PHOTOS, listing=LISTING)
        running.http.post(
            f"/v1/checks/{check['check_id']}/review", json={"decision": "counterfeit", "note": "no grille\nat all"}
        )
        gone = running.answer(PHOTOS[0])
        listings = tuple(NewListing(check_id=one["check_id"]) for one in (check, gone))
        assert running.services.store is not None
        cases = Cases(running.services.store.case_rows)
        new = new_case(product=None, listings=listings, statement="sold as new")
        opened = asyncio.run(cases.open(SERVER, new))
        running.http.delete(f"/v1/checks/{gone['check_id']}")
        yield Site(running=running, check=check, case_id=opened.case_id)


@pytest.fixture(scope="package")
def check_zip(site: Site) -> zipfile.ZipFile:
    return site.zip_of("checks", site.check["check_id"])


@pytest.fixture(scope="package")
def case_zip(site: Site) -> zipfile.ZipFile:
    return site.zip_of("cases", site.case_id)
