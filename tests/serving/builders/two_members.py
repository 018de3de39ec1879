"""A server with two members, each with data of every kind, for tests of who sees what."""

from __future__ import annotations

import base64
import dataclasses
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from serving.evidence.config import EvidenceSettings
from serving.settings import ServeSettings
from serving.store.tables import Table
from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import RED, add_tiny_references
from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.sent_buys import POINTS, accepted_plan, received
from tests.serving.builders.stores import Place
from tests.serving.evidence.evidence_keys import write_key_pair
from tests.serving.routes.accounts_steps import add_member, bearer, make_key
from tests.serving.servers.running import Running, files_of
from tests.serving.servers.sent_jobs import ended, line_of, send_job

OPERATOR_KEY = "the key of the settings"
SECRET = "bolt"  # in every name and text of the other member, and in nothing else
PHOTO = jpeg()
KNOWN_BEFORE = {
    "product": "bolt",
    "name": "bolts",
    "line": "1",
    "index": "0",
    "side_px": "160",
    "statement_id": "of-no-statement",
    "quarter": "2026-Q1",
    "year": "2026",
    "part": "4_notices",
}
COUNTERS = ("event_numbers", "audit_head", "event_followers")  # what they count has rows of its own
# What the server derives of checks by itself, soon after them, or notes of its own tasks; no request writes it.
DERIVED: tuple[str, ...] = (
    "periodic_tasks",
    "traced_checks",
    "trace_values",
    "trace_bands",
    "traces",
    "trace_salts",
    "changed_parties",
    "clusters",
    "cluster_parties",
)
WRITTEN_LATER = {
    ("api_keys", "last_used_at"),
    ("events", "sequence"),
    *(("webhook_endpoints", column) for column in ("position", "lease_owner", "lease_until")),  # by the deliveries
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TwoMembers:
    """The server, a key of Acme with every scope, and the ids of everything that is Bolt's."""

    site: Running
    http: httpx.Client  # which sends no key by itself
    place: Place
    acme_id: str
    acme_key: str
    ids: Mapping[str, str]

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table of the store, as text, but for what is written after requests that only read."""
        engine = self.place.connect()
        try:
            with engine.connect() as connection:
                return {
                    name: sorted(
                        repr(tuple(row))
                        for row in connection.execute(
                            select(*(column for column in table.columns if (name, column.name) not in WRITTEN_LATER))
                        )
                    )
                    for name, table in Table.metadata.tables.items()
                    if name not in COUNTERS + DERIVED
                }
        finally:
            engine.dispose()


def settings_of(folder: Path) -> ServeSettings:
    """A server of two bundles: one of Acme's product, and one of Bolt's with a reference and a candidate."""
    write_tiny_bundle(folder / "acme", name="acmes", products=("acme",))
    stocked = write_tiny_bundle(folder / "own", name="bolts", products=("bolt",), foreground=True)
    add_tiny_references(stocked, [("genuine", RED)], product="bolt")
    write_tiny_bundle(folder / "candidates" / "bolt-v2", name="bolts", products=("bolt",), version="2")
    return ServeSettings(
        bundle=(folder / "acme", folder / "own"),
        bundles_folder=folder / "candidates",
        store=str(folder / "store"),
        api_key=OPERATOR_KEY,
        threads=1,
        evidence=EvidenceSettings(key=write_key_pair(folder / "keys")),
    )


def fill(site: Running, folder: Path, plain: httpx.Client) -> TwoMembers:
    """Add both members, and for Bolt one of everything that a member may have; `plain` is a client without a key."""
    acme_id = add_member(site, "Acme", "acme")
    bolt_id = add_member(site, "Bolt Company", "bolt")
    scopes = ("check", "read", "review", "cases", "bundles", "admin")
    acme = make_key(site, *scopes, member_id=acme_id, label="acme")
    bolt = make_key(site, *scopes, member_id=bolt_id, label="bolt label")
    with httpx.Client(base_url=site.url, headers=bearer(bolt["key"]), timeout=60) as http:
        shared = {"a": "bolt-attribute", "telegram": "bolt_handle"}
        listing = {"listing_id": "bolt-listing", "seller_id": "bolt-seller", "attributes": shared}
        check = _made(http.post("/v1/checks", files=files_of([PHOTO], listing)))
        address = f"/v1/checks/{check['check_id']}"
        review = _made(http.post(f"{address}/review", json={"decision": "genuine", "note": "bolt-note"}))
        job = ended(http, send_job(http, [line_of("bolt-job", product="bolt"), "bolt {"]).headers["location"])
        user = _made(http.post("/v1/users", json={"name": "Bolt Person", "email": "person@bolt.example"}))
        case = _made(http.post("/v1/cases", json={"country": "DE", "listings": [{"check_id": check["check_id"]}]}))
        _made(http.put("/v1/test-buys/checklists/bolt", json={"version": 0, "points": POINTS}))
        webhook = _made(http.post("/v1/webhooks", json={"url": "https://hooks.bolt.example/", "description": "bolt"}))
        _made(http.patch(f"/v1/webhooks/{webhook['webhook_id']}", json={"enabled": False}))  # nothing is delivered
        complaint = _complaint_of(site, http)
        group_id, item_id = _share_in_group(site, http, bolt_id, check["check_id"])
        of_cluster = _find_ring(http, shared)
        events = http.get("/v1/events").json()["events"]
    evidence_id = _answered(site, case["case_id"])
    rule = _made(site.http.post("/v1/case-rules", json={"kind": "counterfeit", "settings": {"country": "DE"}}))
    plan = accepted_plan(site.http, "bolt")
    buy = received(site.http, plan["plan_id"], PHOTO)
    erasure = _made(site.http.post("/v1/erasures", json={"seller_id": "nobody"}))
    bundles = site.services.bundles.slots
    (bank,) = [slot.active.bank for slot in bundles if slot.name == "bolts"]
    return TwoMembers(
        site=site,
        http=plain,
        place=Place(folder=folder / "store"),
        acme_id=acme_id,
        acme_key=acme["key"],
        ids={
            "check_id": check["check_id"],
            "case_id": case["case_id"],
            "plan_id": plan["plan_id"],
            "buy_id": buy["buy_id"],
            "evidence_id": evidence_id,
            "rule_id": rule["rule_id"],
            **of_cluster,
            "review_id": str(review["review_id"]),
            "job_id": job["job_id"],
            "user_id": user["user_id"],
            "webhook_id": webhook["webhook_id"],
            "event_id": events[0]["id"],
            "group_id": group_id,
            "item_id": item_id,
            "erasure_id": erasure["erasure_id"],
            "member_id": bolt_id,
            "key_id": bolt["key_id"],
            "reference_id": bank.references[0].id,
            "photo_sha256": check["photos"][0]["sha256"],
            "complaint_id": complaint["complaint_id"],
            **KNOWN_BEFORE,
        },
    )


def _complaint_of(site: Running, bolt: httpx.Client) -> dict[str, Any]:
    """Give a complaint of Bolt about a case that the operator rejected."""
    case = _made(
        bolt.post("/v1/cases", json={"country": "DE", "product": "bolt", "listings": [{"listing_id": "bolt-2"}]})
    )
    rejected = {"to": "rejected", "version": case["version"], "reason": "bolt-reason"}
    _made(site.http.post(f"/v1/cases/{case['case_id']}/moves", json=rejected))
    return _made(bolt.post(f"/v1/cases/{case['case_id']}/complaints", json={"text": "bolt-complaint"}))


def _answered(site: Running, case_id: str) -> str:
    """Let a seller answer the notice of a case with a photo; gives the id of its evidence."""
    moves = f"/v1/cases/{case_id}/moves"
    _made(site.http.post(moves, json={"to": "upheld", "version": 1}))
    link = _made(site.http.post(moves, json={"to": "forwarded", "version": 2}))["seller_link"]
    photos = [{"base64": base64.b64encode(PHOTO).decode()}]
    token = link.rpartition("/")[2]
    _made(
        httpx.post(f"{site.url}/v1/case-notices/{token}", json={"text": "the seller's words on bolt", "photos": photos})
    )
    _made(site.http.get(f"/v1/statements-of-reasons?case_id={case_id}"))  # made now, not in the middle of a test
    evidence: str = site.http.get(f"/v1/cases/{case_id}").json()["evidence"][0]["evidence_id"]
    return evidence


def _share_in_group(site: Running, http: httpx.Client, bolt_id: str, check_id: str) -> tuple[str, str]:
    """Let Bolt share of its check in a group that Acme is not in; gives the ids of group and item."""
    sent = {"name": "bolt group", "category": "toys", "terms": "bolt-terms"}
    address = f"/v1/groups/{(group_id := _made(site.http.post('/v1/groups', json=sent))['group_id'])}"
    _made(site.http.post(f"{address}/members", json={"member_id": bolt_id}))
    shares = [{"kind": "photo_hash", "product": "bolt"}]
    agreement = {"terms_version": 1, "shares": shares, "asks": ["photo_hash"], "contact": "bolt-contact"}
    _made(http.put(f"{address}/agreement", json=agreement))
    _made(http.post(f"/v1/checks/{check_id}/review", json={"decision": "counterfeit", "note": "bolt-note"}))
    shared = _made(http.post(f"{address}/items", json={"check_id": check_id, "kinds": ["photo_hash"]}))
    return group_id, shared["items"][0]["item_id"]


def _find_ring(http: httpx.Client, shared: dict[str, str]) -> dict[str, str]:
    """Let a second seller of Bolt share a contact, and remove another link; gives the ids of cluster, link, removal."""
    listing = {"listing_id": "bolt-listing-2", "seller_id": "bolt-seller-2", "attributes": shared}
    _made(http.post("/v1/checks", files=files_of([PHOTO], listing)))
    cluster = _cluster(http)
    links = {one["kind"]: one["link_id"] for one in cluster["links"]}
    removed_link = f"/v1/clusters/{cluster['cluster_id']}/links/{links['attribute']}/removal"
    removal = _made(http.post(removed_link, json={"reason": "bolt-reason"}))
    ids = {"cluster_id": cluster["cluster_id"], "link_id": links["contact"]}
    return {**ids, "removal_id": str(removal["removal_id"])}


def _cluster(http: httpx.Client) -> dict[str, Any]:
    """Bolt's cluster, which is there some seconds after its checks were answered."""
    until = time.monotonic() + 60
    while not (found := _made(http.get("/v1/clusters"))["clusters"]):
        assert time.monotonic() < until, "no cluster was found"
        time.sleep(0.1)
    return _made(http.get(f"/v1/clusters/{found[0]['cluster_id']}"))


def _made(response: httpx.Response) -> dict[str, Any]:
    assert response.is_success, response.text
    made: dict[str, Any] = json.loads(response.text)
    return made
