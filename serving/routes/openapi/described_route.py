"""A route without FastAPI's dependencies and response models, described to OpenAPI by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope as AsgiScope

from serving.principal import Scope


class DescribedRoute(Route):
    """A plain Starlette route with its OpenAPI operation, for where FastAPI's routes cost too much.

    Its endpoint asks for `scope`, which the document names.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request], Awaitable[Response]],
        *,
        methods: Sequence[str],
        operation: dict[str, Any],
        scope: Scope,
    ) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.scope = scope
        self.operation = operation

    def matches(self, scope: AsgiScope) -> tuple[Match, AsgiScope]:
        """As Starlette's; also names the route in the scope, as FastAPI's do: requests are counted by it."""
        match, child_scope = super().matches(scope)
        return match, {**child_scope, "route": self} if match is not Match.NONE else child_scope
