"""A route without FastAPI's dependencies and response models, described to OpenAPI by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope


class DescribedRoute(Route):
    """A plain Starlette route with its OpenAPI operation, for where FastAPI's routes cost too much."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request], Awaitable[Response]],
        *,
        methods: Sequence[str],
        operation: dict[str, Any],
    ) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.operation = operation

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As Starlette's; also names the route in the scope, as FastAPI's do: requests are counted by it."""
        match, child_scope = super().matches(scope)
        return match, {**child_scope, "route": self} if match is not Match.NONE else child_scope
