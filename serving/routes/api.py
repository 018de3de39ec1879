"""The HTTP contract: every route, and its OpenAPI document. `python -m serving.routes.api` writes openapi.json anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from serving.http.problems import install_problem_handlers
from serving.routes import (
    check_lists,
    checks,
    drift,
    evidence_files,
    health,
    job_results,
    jobs,
    keys,
    members,
    photos,
    reviews,
    users,
)
from serving.routes.audit import audit_log, erasures
from serving.routes.auth import RequiredScope
from serving.routes.bundles import bundle_changes, bundles
from serving.routes.cases import bulk, cases, fast_track, misuse, moves, notices, rules, service_level
from serving.routes.events import events, webhooks
from serving.routes.groups import group_items, groups
from serving.routes.openapi.contract import EXTRA_ANSWERS, EXTRA_SCHEMAS, PATH_PARAMETERS, problems
from serving.routes.openapi.described_route import DescribedRoute
from serving.routes.openapi.examples import EXAMPLES
from serving.routes.openapi.job_examples import JOB_EXAMPLES
from serving.routes.openapi.known_query import refuse_unknown_query, require_known_query
from serving.routes.sellers import clusters
from serving.routes.test_buys import buys as test_buys
from serving.routes.test_buys import plans as test_buy_plans
from serving.routes.transparency import complaints, reports, statements

FILE = Path(__file__).parents[1] / "openapi.json"
KEY_SCHEME = "api_key"
OPEN_PATHS = (
    "/healthz",
    "/readyz",
    "/v1/case-notices/{token}",
    "/v1/case-notices/{token}/complaints",
    "/v1/transparency",  # what the operator published
    "/v1/transparency/{quarter}",
    "/v1/transparency/{quarter}.csv",
    "/v1/transparency/{quarter}.pdf",
)
_MODULES = (
    test_buy_plans,  # before the purchases, one of which is any other word at their place
    test_buys,
    check_lists,
    checks,
    photos,
    evidence_files,
    reviews,
    jobs,
    job_results,
    bundle_changes,
    bundles,
    drift,
    cases,
    bulk,
    moves,
    notices,
    complaints,
    statements,
    reports,
    rules,
    events,
    webhooks,
    clusters,
    audit_log,
    erasures,
    groups,
    group_items,
    keys,
    members,
    users,
    service_level,
    fast_track,
    misuse,
)
ROUTERS = tuple(routes.router for routes in _MODULES)
OPEN_ROUTERS = (reports.open_router, notices.open_router, health.router)  # they ask for no key
ALL_EXAMPLES = {**EXAMPLES, **JOB_EXAMPLES}
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_api(lifespan: Lifespan | None = None) -> FastAPI:
    """Build the routes without anything behind them: enough for their OpenAPI document."""
    app = FastAPI(
        title="Touchstone",
        summary="Do these photos show the genuine product?",
        version="1",
        lifespan=lifespan,
        routes=[checks.create_check_route],
        redirect_slashes=False,
        docs_url=None,  # the pages have it: FastAPI's own loads scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,  # generated clients name their methods by it
    )
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(require_known_query)])
    app.include_router(reports.open_router, dependencies=[Depends(refuse_unknown_query)])
    app.include_router(notices.open_router, dependencies=[Depends(refuse_unknown_query)])
    app.include_router(health.router)  # probes and scrapers may add parameters of their own
    install_problem_handlers(app)
    app.openapi = cache(partial(describe_api, app))  # type: ignore[method-assign]  # 90 ms of CPU
    return app


def describe_api(app: FastAPI) -> dict[str, Any]:
    """Give the document: FastAPI's own, with what it does not read for us, the problems, and the key."""
    document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    document["paths"] = _with_described_routes(document["paths"], app)
    _, extra = models_json_schema(
        [*((model, "validation") for model in EXTRA_SCHEMAS), *((model, "serialization") for model in EXTRA_ANSWERS)],
        ref_template="#/components/schemas/{model}",
    )
    components = document.setdefault("components", {})
    components["schemas"] = dict(sorted({**components.get("schemas", {}), **extra["$defs"]}.items()))
    components["securitySchemes"] = {KEY_SCHEME: {"type": "http", "scheme": "bearer"}}
    components["schemas"]["JsonValue"]["description"] = "Any JSON value."  # pydantic's own model has no words
    for name, example in ALL_EXAMPLES.items():
        components["schemas"][name]["examples"] = [example]
    scopes = dict(_scopes_by_operation())
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["responses"] |= _refused_everywhere()
            _describe_plainly(operation)
            if path not in OPEN_PATHS:
                operation["security"] = [{KEY_SCHEME: scopes[operation["operationId"]]}]
    return document


def _scopes_by_operation() -> Iterator[tuple[str, list[str]]]:
    """Give the scope that a key needs for each operation; OpenAPI 3.1 has it beside the scheme."""
    yield checks.create_check_route.name, [checks.create_check_route.scope]
    for router in (*ROUTERS, *OPEN_ROUTERS):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            asked = {one.call.scope for one in route.dependant.dependencies if isinstance(one.call, RequiredScope)}
            yield route.name, sorted(asked)


def _with_described_routes(paths: dict[str, Any], app: FastAPI) -> dict[str, Any]:
    described: dict[str, Any] = {}
    for route in app.routes:
        if isinstance(route, DescribedRoute):
            for method in sorted(route.methods or ()):
                operation = {**route.operation, "responses": _with_text_keys(route.operation["responses"])}
                described.setdefault(route.path, {})[method.lower()] = operation
    for path, operations in paths.items():
        described.setdefault(path, {}).update(operations)
    return described


def _describe_plainly(operation: dict[str, Any]) -> None:
    """Describe what FastAPI leaves bare: parameters of the path, and successful answers by the summary."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter.setdefault("description", PATH_PARAMETERS[parameter["name"]])
    for response in operation["responses"].values():
        if response["description"] == "Successful Response":
            response["description"] = operation["summary"]


def _refused_everywhere() -> dict[str, Any]:
    """What may be answered before any route is asked."""
    return _with_text_keys(problems(403))


def _with_text_keys(responses: dict[int | str, dict[str, Any]]) -> dict[str, Any]:
    return {str(status): description for status, description in responses.items()}


def write_openapi(document: dict[str, Any], file: Path = FILE) -> None:
    """Write the document as the repository keeps it: sorted and indented, so that a change shows as a small diff."""
    file.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_openapi(make_api().openapi())
