"""A server with members of one category, and steps of their working groups over HTTP."""

from __future__ import annotations

import base64
import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.routes.accounts_steps import add_member, bearer, make_key
from tests.serving.servers.running import Running, files_of

NAMES = ("acme", "bolt", "cord", "dune", "elm")
KINDS = ("embedding", "photo_hash", "seller_contact", "seller_id")
_COUNT = itertools.count(1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """A server, and of each member its id and the header of a key with every scope; `acme` has the product `acme`."""

    site: Running
    ids: Mapping[str, str]
    keys: Mapping[str, dict[str, str]]

    def send(self, name: str, method: str, path: str, json: Any = None) -> httpx.Response:
        """Call as a member, or as the operator where `name` is that."""
        headers = dict(self.site.http.headers) if name == "operator" else self.keys[name]
        return httpx.request(method, f"{self.site.url}{path}", json=json, headers=headers, timeout=60)

    def make_group(self, *names: str, **agreement: Any) -> str:
        """Make a group of these members, each of whom shares and asks all unless `agreement` says otherwise."""
        sent = {"name": f"group {next(_COUNT)}", "category": "toys", "terms": "Share what is fake."}
        group_id: str = made(self.send("operator", "POST", "/v1/groups", sent))["group_id"]
        for name in names:
            made(self.send("operator", "POST", f"/v1/groups/{group_id}/members", {"member_id": self.ids[name]}))
            made(self.agree(name, group_id, **agreement))
        return group_id

    def agree(self, name: str, group_id: str, **changes: Any) -> httpx.Response:
        shares = [{"kind": kind, "product": name} for kind in KINDS]
        sent = {"terms_version": 1, "shares": shares, "asks": list(KINDS), **changes}
        return self.send(name, "PUT", f"/v1/groups/{group_id}/agreement", sent)

    def confirm(self, name: str, photos: Sequence[bytes], **listing: Any) -> str:
        """Check a listing of the member's product and decide that it is a counterfeit; gives the check's id."""
        sent = {"product": name, **listing}
        answer = httpx.post(
            f"{self.site.url}/v1/checks", files=files_of(photos, sent), headers=self.keys[name], timeout=60
        )
        check_id: str = made(answer)["check_id"]
        self.review(name, check_id, "counterfeit")
        return check_id

    def review(self, name: str, check_id: str, decision: str) -> None:
        made(self.send(name, "POST", f"/v1/checks/{check_id}/review", {"decision": decision}))

    def share(self, name: str, group_id: str, check_id: str, *kinds: str) -> httpx.Response:
        sent = {"check_id": check_id, "kinds": list(kinds or KINDS)}
        return self.send(name, "POST", f"/v1/groups/{group_id}/items", sent)

    def give(self, name: str, group_id: str, photos: Sequence[bytes], *kinds: str, **listing: Any) -> str:
        """Confirm and share a check; gives its id."""
        check_id = self.confirm(name, photos, **listing)
        made(self.share(name, group_id, check_id, *kinds))
        return check_id

    def ask(self, name: str, group_id: str, **question: Any) -> dict[str, Any]:
        return made(self.send(name, "POST", f"/v1/groups/{group_id}/questions", question))

    def withdraw(self, name: str, group_id: str, **what: Any) -> httpx.Response:
        return self.send(name, "POST", f"/v1/groups/{group_id}/withdrawals", what)

    def items(self, name: str, group_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.send(name, "GET", f"/v1/groups/{group_id}/items").json()["items"]
        return found


def settings_of(folder: Path, **settings: Any) -> ServeSettings:
    """A server of one bundle that knows the products of all members."""
    write_tiny_bundle(folder / "bundle", products=NAMES)
    given = {"api_key": "the key of the settings", "threads": 2, **settings}
    return ServeSettings(bundle=(folder / "bundle",), store=str(folder / "store"), **given)


def fill(site: Running) -> Sector:
    """Add the members, each with a product of its own name."""
    ids = {name: add_member(site, f"{name.title()} Company", name) for name in NAMES}
    scopes = ("check", "read", "review", "cases", "admin")
    keys = {name: bearer(make_key(site, *scopes, member_id=ids[name])["key"]) for name in NAMES}
    return Sector(site=site, ids=ids, keys=keys)


def made(response: httpx.Response) -> dict[str, Any]:
    assert response.is_success, response.text
    answer: dict[str, Any] = response.json()
    return answer


def text_of(photo: bytes) -> str:
    """The photo as a question has it."""
    return base64.b64encode(photo).decode()
