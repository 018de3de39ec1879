"""Steps of tests about members and keys over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tests.serving.servers.running import Running


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def make_key(site: Running, *scopes: str, by: str | None = None, **sent: Any) -> dict[str, Any]:
    """Make a key over HTTP, by another one where it is named; gives the answer with its secret."""
    headers = None if by is None else bearer(by)
    response = httpx.post(
        f"{site.url}/v1/keys",
        json={"label": "test", "scopes": list(scopes), **sent},
        headers=headers or dict(site.http.headers),
    )
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def add_member(site: Running, name: str, *products: str) -> str:
    """Add a member over HTTP; gives its id."""
    sent = {"name": name, "category": "toys", "country": "DK", "products": list(products)}
    response = site.http.post("/v1/members", json=sent)
    assert response.status_code == 201, response.text
    member_id: str = response.json()["member_id"]
    return member_id


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
