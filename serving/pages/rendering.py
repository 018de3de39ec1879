"""Renders a template as an HTML answer."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from serving.audit_log.entry import Action
from serving.pages.headers import PAGE_HEADERS
from serving.pages.static_files import STATIC_PATH
from serving.principal import Scope
from serving.schemas.accounts import Category
from serving.schemas.enforcement.case_notices import MAX_EVIDENCE_PHOTOS
from serving.schemas.events import EventType
from vision.check_shape import MAX_PHOTOS
from vision.photo.format import FORMATS_IN_WORDS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
Entry = tuple[str, str, str, Scope]  # path, name, words, and the scope without which it is hidden
NAVIGATION: tuple[Entry, ...] = (
    ("/", "upload", "New check", "check"),
    ("/checks", "checks", "Checks", "read"),
    ("/cases", "cases", "Cases", "read"),
    ("/clusters", "clusters", "Investigations", "read"),
    ("/test-buys", "test_buys", "Test buys", "read"),
    ("/dashboard", "dashboard", "Dashboard", "read"),
)
MORE_NAVIGATION: tuple[Entry, ...] = (
    ("/jobs", "jobs", "Jobs", "read"),
    ("/bundles", "bundles", "Bundles", "read"),
    ("/drift", "drift", "Drift", "read"),
    ("/groups", "groups", "Working groups", "read"),
    ("/standing", "standing", "Standing", "read"),
    ("/transparency", "transparency", "Public figures", "read"),
    ("/keys", "keys", "API keys", "admin"),
    ("/webhooks", "webhooks", "Webhooks", "admin"),
    ("/audit-log", "audit_log", "Audit log", "admin"),
)
TEMPLATES.globals.update(
    photo_formats=FORMATS_IN_WORDS,
    max_photos=MAX_PHOTOS,
    max_evidence_photos=MAX_EVIDENCE_PHOTOS,
    navigation=NAVIGATION,
    more_navigation=MORE_NAVIGATION,
    categories=get_args(Category),
    audited_actions=sorted(get_args(Action)),
    event_types=[
        kind for kind in get_args(EventType) if kind != "webhook.test"
    ],  # that one is sent when it is asked for
)


def render_page(request: Request, name: str, status: int = 200, **values: Any) -> Response:
    """One template as an HTML answer with the pages' security headers; revalidated by the browser at each visit.

    `values` are what the template shows beside the addresses.
    """
    root = request.scope.get("root_path", "")
    html = TEMPLATES.get_template(name).render(root=root, static=root + STATIC_PATH, **values)
    return HTMLResponse(html, status_code=status, headers=PAGE_HEADERS)


@functools.cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # here: one page needs it, and each start would pay for it

    return MarkdownIt("zero").enable("backticks")  # of Markdown, descriptions use nothing else; it escapes the rest


def code_spans(text: str) -> Markup:
    """A description as HTML: `code` in backticks is marked, and everything else escaped."""
    return Markup(_markdown().renderInline(text))


TEMPLATES.filters["code_spans"] = code_spans
