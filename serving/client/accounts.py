"""The client's calls about members, users and API keys, for a key with the scope `admin`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from serving.client.calls import Call, part, query
from serving.client.steps import Method, Sender, Steps
from serving.principal import Scope
from serving.schemas.accounts import (
    ApiKey,
    Caller,
    Category,
    KeyList,
    Member,
    MemberList,
    NewApiKey,
    User,
    UserList,
)


class AccountCalls(Sender):
    """The calls about who may do what. Raises ClientError.

    What makes something new is not sent again after a lost answer: list what is there first.
    """

    @Method
    def caller(self) -> Steps[Caller]:
        """Give what the client's own key may do, and which products it sees."""
        return self._read(Call(method="GET", path="/v1/keys/current"), Caller)

    @Method
    def api_keys(self) -> Steps[Sequence[ApiKey]]:
        """Give the keys, newest first, without their secrets."""
        return (yield from self._read(Call(method="GET", path="/v1/keys"), KeyList)).keys

    @Method
    def create_key(
        self,
        label: str,
        scopes: Sequence[Scope],
        *,
        member_id: str | None = None,
        user_id: str | None = None,
        expires_at: datetime | None = None,
    ) -> Steps[NewApiKey]:
        """Make a key; its `key` is shown this once."""
        names = query({"member_id": member_id, "user_id": user_id, "expires_at": expires_at})
        return self._read(_once("/v1/keys", {"label": label, "scopes": [*scopes], **names}), NewApiKey)

    @Method
    def rotate_key(
        self, key_id: str, *, overlap_s: int | None = None, expires_at: datetime | None = None
    ) -> Steps[NewApiKey]:
        """Make a key with the rights of another, which stays valid for `overlap_s` more, by default a day."""
        body: dict[str, Any] = {**query({"expires_at": expires_at})}
        if overlap_s is not None:
            body["overlap_s"] = overlap_s
        return self._read(_once(f"/v1/keys/{part(key_id)}/rotate", body), NewApiKey)

    @Method
    def revoke_key(self, key_id: str) -> Steps[ApiKey]:
        """Refuse a key from now on; again it changes nothing."""
        return self._read(Call(method="POST", path=f"/v1/keys/{part(key_id)}/revoke"), ApiKey)

    @Method
    def members(self) -> Steps[Sequence[Member]]:
        """Give the members with their products, by name."""
        return (yield from self._read(Call(method="GET", path="/v1/members"), MemberList)).members

    @Method
    def create_member(
        self, name: str, *, category: Category, country: str, products: Sequence[str] = ()
    ) -> Steps[Member]:
        """Add a brand owner; `country` is two letters of ISO 3166-1."""
        body = {"name": name, "category": category, "country": country, "products": [*products]}
        return self._read(_once("/v1/members", body), Member)

    @Method
    def set_products(self, member_id: str, products: Sequence[str]) -> Steps[Member]:
        """Make these all the products of a member."""
        path = f"/v1/members/{part(member_id)}/products"
        return self._read(Call(method="PUT", path=path, json={"products": [*products]}), Member)

    @Method
    def delete_member(self, member_id: str) -> Steps[None]:
        """Remove a brand owner with its keys, users and webhooks; its checks stay."""
        yield from self._send(Call(method="DELETE", path=f"/v1/members/{part(member_id)}", repeatable=False))

    @Method
    def users(self) -> Steps[Sequence[User]]:
        """Give the users, by name."""
        return (yield from self._read(Call(method="GET", path="/v1/users"), UserList)).users

    @Method
    def create_user(self, name: str, email: str, *, member_id: str | None = None) -> Steps[User]:
        """Add a person, of a member or of the operator."""
        return self._read(_once("/v1/users", {"name": name, "email": email, "member_id": member_id}), User)

    @Method
    def delete_user(self, user_id: str) -> Steps[None]:
        """Remove a person."""
        yield from self._send(Call(method="DELETE", path=f"/v1/users/{part(user_id)}", repeatable=False))


def _once(path: str, body: Mapping[str, Any]) -> Call:
    return Call(method="POST", path=path, repeatable=False, json=body)
