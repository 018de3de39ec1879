"""Every route with every wrong key: each is refused, says nothing of another member, and changes nothing.

A route without a case in access/ fails `test_every_route_has_its_case`: say there what a member's key may get from it.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving.principal import SCOPES
from tests.serving.builders.keys import add_key_to
from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.two_members import OPERATOR_KEY, SECRET, TwoMembers, fill, settings_of
from tests.serving.contract.api_document import api_document
from tests.serving.cross_cutting.access.cases_of_buys import CASES_OF_BUYS
from tests.serving.cross_cutting.access.cases_of_cases import CASES_OF_CASES
from tests.serving.cross_cutting.access.cases_of_clusters import CLUSTER_CASES
from tests.serving.cross_cutting.access.cases_of_evidence import CASES_OF_EVIDENCE
from tests.serving.cross_cutting.access.cases_of_groups import GROUP_CASES
from tests.serving.cross_cutting.access.cases_of_server import SERVER_CASES
from tests.serving.cross_cutting.access.cases_of_standing import STANDING_CASES
from tests.serving.cross_cutting.access.cases_of_transparency import CASES_OF_TRANSPARENCY, PUBLIC_ROUTES
from tests.serving.routes.accounts_steps import make_key
from tests.serving.servers.running import files_of, run_in_thread
from tests.serving.servers.sent_jobs import JSON_LINES, ended, line_of

ROUTES = {
    f"{method.upper()} {path}": operation
    for path, operations in api_document()["paths"].items()
    for method, operation in operations.items()
}
PRIVATE = [name for name, operation in ROUTES.items() if operation.get("security")]
CASES = {
    **CASES_OF_BUYS,
    **CASES_OF_CASES,
    **CASES_OF_EVIDENCE,
    **CASES_OF_TRANSPARENCY,
    **CLUSTER_CASES,
    **GROUP_CASES,
    **SERVER_CASES,
    **STANDING_CASES,
}


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoMembers]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    with run_in_thread(settings_of(folder)) as site, httpx.Client(base_url=site.url, timeout=60) as http:
        yield fill(site, folder, http)


@pytest.fixture(scope="module")
def wrong_keys(members: TwoMembers) -> dict[str, tuple[dict[str, str], str]]:
    """Each kind of key that is refused with 401: its header, and the code that it gets."""
    site, past = members.site, datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)
    revoked, rotated = make_key(site, *SCOPES), make_key(site, *SCOPES)
    site.http.post(f"/v1/keys/{revoked['key_id']}/revoke").raise_for_status()
    site.http.post(f"/v1/keys/{rotated['key_id']}/rotate", json={"overlap_s": 0}).raise_for_status()
    valid = members.acme_key
    return {
        "none": ({}, "key_required"),
        "empty": ({"Authorization": "Bearer"}, "key_required"),
        "of another scheme": ({"Authorization": f"Basic {valid}"}, "key_required"),
        "without a scheme": ({"Authorization": valid}, "key_required"),
        "garbage": ({"Authorization": "Bearer garbage"}, "key_invalid"),
        "truncated": ({"Authorization": f"Bearer {valid[:-1]}"}, "key_invalid"),
        "prolonged": ({"Authorization": f"Bearer {valid}0"}, "key_invalid"),
        "the settings' truncated": ({"Authorization": f"Bearer {OPERATOR_KEY[:-1]}"}, "key_invalid"),
        "another's id": ({"Authorization": f"Bearer {_with_id(valid, revoked['key_id'])}"}, "key_invalid"),
        "expired": (add_key_to(site, set(SCOPES), expires_at=past), "key_expired"),
        "rotated past its overlap": ({"Authorization": f"Bearer {rotated['key']}"}, "key_expired"),
        "revoked": ({"Authorization": f"Bearer {revoked['key']}"}, "key_revoked"),
    }


def _with_id(key: str, key_id: str) -> str:
    return key.replace(key.split("_")[1], key_id)


def call(members: TwoMembers, name: str, headers: dict[str, str]) -> httpx.Response:
    """Call a route for what is Bolt's."""
    method, path = name.split(" ")
    address = path.format(**members.ids)
    case = CASES[name]
    if name == "POST /v1/jobs":
        body = line_of("acme-job", product="bolt")
        response = members.http.post(address, content=body, headers={**JSON_LINES, **headers})
        if response.is_success:
            ended(members.site.http, response.headers["location"])
        return response
    sent = None if case.sent is None else json.loads(_filled(json.dumps(case.sent), members.ids))
    return members.http.request(method, address, json=sent, headers=headers)


def _filled(text: str, ids: Any) -> str:
    return re.sub(r"{(\w+_id)}", lambda found: ids[found[1]], text)


def test_every_route_has_its_case() -> None:
    assert set(CASES) == set(PRIVATE)
    assert set(ROUTES) - set(PRIVATE) == {
        "GET /healthz",
        "GET /readyz",
        "GET /v1/case-notices/{token}",  # whoever has the link
        "POST /v1/case-notices/{token}",
        "POST /v1/case-notices/{token}/complaints",
        *PUBLIC_ROUTES,
    }


def test_no_route_answers_a_wrong_key(members: TwoMembers, wrong_keys: dict[str, tuple[dict[str, str], str]]) -> None:
    before = members.rows()
    answered = {}
    for kind, (headers, code) in wrong_keys.items():
        for name in PRIVATE:
            response = call(members, name, headers)
            if (response.status_code, response.json().get("code")) != (401, code):
                answered[kind, name] = response.text[:200]
            assert response.headers["www-authenticate"].startswith("Bearer")
    assert answered == {}
    assert members.rows() == before


def test_no_route_answers_a_key_without_its_scope(members: TwoMembers) -> None:
    """The key is the operator's and has every other scope, so that nothing but the scope can refuse it."""
    keys = {scope: add_key_to(members.site, set(SCOPES) - {scope}) for scope in SCOPES}
    before = members.rows()
    answered = {}
    for name in PRIVATE:
        for scope in ROUTES[name]["security"][0]["api_key"]:
            response = call(members, name, keys[scope])
            refusal = response.json()
            if (response.status_code, refusal.get("code")) != (403, "scope_missing") or scope not in refusal["detail"]:
                answered[name] = response.text[:200]
    assert answered == {}
    assert members.rows() == before
    assert [name for name in PRIVATE if not ROUTES[name]["security"][0]["api_key"]] == ["GET /v1/keys/current"]


@pytest.mark.parametrize("name", PRIVATE)
def test_no_route_gives_or_changes_what_is_another_members(members: TwoMembers, name: str) -> None:
    case = CASES[name]
    before = members.rows()
    response = call(members, name, {"Authorization": f"Bearer {members.acme_key}"})
    if case.code is None:
        assert response.is_success, response.text
    else:
        assert not response.is_success, response.text
        assert response.json()["code"] == case.code
    _assert_says_nothing(members, response, sent=json.dumps(case.sent) + name)
    after = members.rows()
    changed = {table for table in before if not set(before[table]) <= set(after[table])}
    added = {table for table in before if len(after[table]) > len(before[table])}
    assert changed == set()
    assert added <= set(case.own)


def _assert_says_nothing(members: TwoMembers, response: httpx.Response, *, sent: str) -> None:
    """Whatever the caller did not send itself must not be in the answer."""
    text = response.text.lower()
    for echoed in ("'bolts'", "'bolt'", '"bolt"', "'bolt-v2'"):  # names that the caller asked for
        if any(asked in sent for asked in (SECRET, "{name}", "{product}")):
            text = text.replace(echoed, "")
    own = {members.ids[name] for name in ("check_id", "job_id", "user_id", "webhook_id", "member_id", "key_id")}
    asked = str(response.request.url) + sent
    assert SECRET not in text, response.text
    for value in (*own, members.ids["photo_sha256"], members.ids["reference_id"]):
        assert value.lower() not in text or value in asked or value in response.json().get("detail", ""), value


def test_what_is_hidden_answers_as_what_is_not_there(members: TwoMembers) -> None:
    """Status, code and words are the same, but for the id that was asked for."""
    unlike = []
    for name in PRIVATE:
        path = name.split(" ")[1]
        named = [part for part in re.findall(r"{(\w+)}", path) if part not in ("index", "side_px", "line")]
        if not named or CASES[name].code == "operator_required":
            continue
        absent = {part: "nope" if part != "check_id" else "0" * 36 for part in named}
        headers = {"Authorization": f"Bearer {members.acme_key}"}
        hidden = call(members, name, headers).json()
        missing = call(dataclasses.replace(members, ids={**members.ids, **absent}), name, headers).json()
        for part, value in absent.items():
            hidden["detail"] = hidden["detail"].replace(members.ids[part], "X")
            missing["detail"] = missing["detail"].replace(value, "X")
        for one in (hidden, missing):
            del one["request_id"]
        if hidden != missing:
            unlike.append((name, hidden, missing))
    assert unlike == []


def test_no_id_of_another_member_is_taken_where_the_caller_names_its_own_thing(members: TwoMembers) -> None:
    """The thing in the path is Acme's, and what is asked of it names Bolt's."""
    ids, key = members.ids, {"Authorization": f"Bearer {members.acme_key}"}
    check = httpx.post(f"{members.site.url}/v1/checks", files=files_of([jpeg(seed=5)]), headers=key).json()
    unsent = {"url": "https://acme.example/", "types": ["webhook.test"]}  # of which there is none: no delivery
    webhook = members.http.post("/v1/webhooks", json=unsent, headers=key).json()
    before = members.rows()
    asked = [
        (f"/v1/webhooks/{webhook['webhook_id']}/replay", {"event_id": ids["event_id"]}, "event_not_found"),
        (f"/v1/checks/{check['check_id']}/review/withdrawal", {"review_id": int(ids["review_id"])}, "review_not_found"),
        ("/v1/keys", {"label": "x", "scopes": ["read"], "user_id": ids["user_id"]}, "user_not_found"),
        ("/v1/bundles/acmes/shadow", {"candidate": "bolt-v2"}, "candidate_not_found"),
    ]
    for address, sent, code in asked:
        refused = members.http.post(address, json=sent, headers=key)
        assert (refused.status_code, refused.json()["code"]) == (404, code)
    for address in (
        f"/v1/bundles/acmes/references/{ids['reference_id']}",
        f"/v1/jobs?cursor=z&job_id={ids['job_id']}",
    ):
        assert not members.http.get(address, headers=key).is_success
    for address in (
        "/v1/checks?seller_id=bolt-seller",
        "/v1/checks?product=bolt",
        f"/v1/audit-log?object_id={ids['key_id']}",
        "/v1/audit-log?object_kind=erasure",
    ):
        found = members.http.get(address, headers=key).json()
        assert found.get("checks", found.get("entries")) == []
    assert members.http.get("/v1/checks/counts?product=bolt", headers=key).json()["total"] == 0
    assert members.rows() == before
    members.http.delete(f"/v1/webhooks/{webhook['webhook_id']}", headers=key).raise_for_status()


def test_a_members_own_things_are_there(members: TwoMembers) -> None:
    """The same calls succeed with a key of the member itself, so that the refusals above mean something."""
    site = members.site
    key = make_key(site, *SCOPES, member_id=members.ids["member_id"])
    headers = {"Authorization": f"Bearer {key['key']}"}
    refused = {}
    for name in PRIVATE:
        if name.startswith("GET ") and CASES[name].code != "operator_required":
            response = call(members, name, headers)
            if response.status_code != 200:
                refused[name] = response.text
    assert refused == {}
    answer = httpx.post(f"{site.url}/v1/checks", files=files_of([jpeg()]), headers=headers)
    assert answer.json()["product"] == "bolt"  # of two products here it sees one, which need not be named
