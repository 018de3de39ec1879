"""Refuses query parameters that a route does not have: a misspelt filter that is ignored gives a wrong list."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from serving.errors import QueryParameterUnknown, RequestInvalid
from serving.principal import Principal
from serving.routes.auth import authenticate
from serving.routes.openapi.described_route import DescribedRoute


async def require_known_query(request: Request, _: Annotated[Principal, Depends(authenticate)]) -> None:
    """Raise as `refuse_unknown_query` does; for the routes that FastAPI calls, after the key was checked."""
    if request.scope["query_string"]:
        refuse_unknown_query(request)


def refuse_unknown_query(request: Request) -> None:
    """Raise QueryParameterUnknown for a parameter that the route lacks, RequestInvalid for one sent twice."""
    sent = Counter(name for name, _ in request.query_params.multi_items())
    known = _known_to(request.scope["route"])
    unknown = [name for name in sent if name not in known]
    if unknown:
        faults = [(name, _hint(name, known)) for name in unknown[:20]]
        raise QueryParameterUnknown(f"unknown query parameter {unknown[0][:80]!r}: {faults[0][1]}", faults)
    twice = [name for name, times in sent.items() if times > 1]
    if twice:
        raise RequestInvalid(f"{twice[0]}: sent more than once; send one", [(twice[0], "sent more than once")])


def _known_to(route: object) -> list[str]:
    if isinstance(route, APIRoute):
        return sorted(_names_of(route.dependant))
    assert isinstance(route, DescribedRoute)
    return sorted(one["name"] for one in route.operation.get("parameters", []) if one["in"] == "query")


def _names_of(dependant: Dependant) -> Iterator[str]:
    """Give the query parameters of a route and of what it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for one in dependant.dependencies:
        yield from _names_of(one)


def _hint(name: str, known: Sequence[str]) -> str:
    if not known:
        return "this route takes none"
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"{f'did you mean {near[0]}? ' if near else ''}This route takes {', '.join(known)}"
