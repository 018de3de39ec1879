"""Asks for an API key where there are any, and for the scope that a route needs."""

from __future__ import annotations

import dataclasses
import functools
from typing import Annotated

from fastapi import Depends, Request

from serving.accounts.authentication import Authenticator
from serving.errors import KeyRequired, OperatorRequired, ScopeMissing
from serving.http.rate_limit import caller_at
from serving.principal import Principal, Scope
from serving.services import services_of

OPEN = "open"


async def authenticate(request: Request) -> Principal:
    """Give the caller, once a request, for the routes that depend on it; raises what `identify_caller` raises."""
    return await identify_caller(request, services_of(request).authenticator)


async def identify_caller(request: Request, authenticator: Authenticator) -> Principal:
    """Give who calls: a key, or where no key is asked, an address. Raises KeyRequired and what `identify` raises.

    A key that is sent to an open server may be its first, made by another process since the last look: without another
    one, a member would pass for the operator until then.
    """
    if authenticator.is_open and "authorization" in request.headers:
        await authenticator.close_if_keys_exist()
    if authenticator.is_open:
        return _anyone_at(None if request.client is None else request.client.host)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise KeyRequired("this server asks for an API key; send it as `Authorization: Bearer KEY`")
    return await authenticator.identify(token.strip())


@functools.cache
def require(scope: Scope) -> RequiredScope:
    """Give the dependency of a route that asks for this scope; one object a scope, so that FastAPI calls it once."""
    return RequiredScope(scope=scope)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RequiredScope:
    """Gives the caller; raises ScopeMissing where its key lacks the scope, and what `authenticate` raises."""

    scope: Scope

    async def __call__(self, caller: Annotated[Principal, Depends(authenticate)]) -> Principal:
        require_scope(caller, self.scope)
        return caller


def require_scope(caller: Principal, scope: Scope) -> None:
    """Raise ScopeMissing unless the caller's key has the scope."""
    if scope not in caller.scopes:
        held = ", ".join(sorted(caller.scopes)) or "none"
        raise ScopeMissing(f"this API key lacks the scope {scope}; it has {held}. Ask for a key with {scope}")


def require_operator(caller: Principal) -> None:
    """Raise OperatorRequired for a member's key."""
    if not caller.is_operator:
        raise OperatorRequired(
            "this concerns the whole server; a key of its operator is needed, and this is a member's"
        )


@functools.lru_cache(maxsize=1024)
def _anyone_at(address: str | None) -> Principal:
    """Give the caller of a server that asks for no key: one for all, whose requests are counted by address."""
    return Principal(name=OPEN, rate_key=caller_at(address))
