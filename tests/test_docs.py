"""What users rely on is documented: every setting, error code, route, command, target and link."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute

import serving
import training
import vision
from serving.audit_log.entry import Action
from serving.errors import ServingError
from serving.pages.routes import mount_pages
from serving.pages.routes import router as pages_router
from serving.routes.api import make_api
from serving.settings import ServeSettings
from training.pipeline.config import TrainConfig
from training.render.config import RenderConfig
from training.sweep.config import SweepConfig
from vision.cli.main import COMMANDS_GROUP, load_command
from vision.config.read import describe_settings, read_config
from vision.config.settings_page import documented_configurations, with_tables
from vision.errors import CheckError, PhotoError, TouchstoneError
from vision.verdict import ReasonCode

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SETTINGS_PAGE = (DOCS / "settings.md").read_text(encoding="utf-8")
CONFIGURATIONS = documented_configurations(SETTINGS_PAGE)
KIND_OF_FILE: dict[str, type[Any]] = {"sweep": SweepConfig, "serve": ServeSettings, "render": RenderConfig}
READMES = [
    ROOT / folder / "README.md" for folder in ("benchmarks", "benchmarks/detection", "training/samples/hair_dryers")
]
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("**/*.md"), *READMES])
ROW = re.compile(r"^\| `([^`]+)` \|([^|]*)\|", re.MULTILINE)


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        # alembic runs the migrations by itself, and the samples are photos
        if not found.name.startswith(("serving.store.migrations.", "training.samples")):
            yield importlib.import_module(found.name)


@pytest.fixture(scope="module")
def all_modules() -> list[ModuleType]:
    return [module for package in (vision, training, serving) for module in modules_of(package)]


def error_classes(root: type[TouchstoneError] = TouchstoneError) -> set[type[TouchstoneError]]:
    return {root}.union(*(error_classes(child) for child in root.__subclasses__()))


@pytest.fixture(scope="module")
def errors(all_modules: list[ModuleType]) -> list[type[TouchstoneError]]:
    ours = [
        found for found in error_classes() if found.__module__.partition(".")[0] in ("vision", "training", "serving")
    ]
    assert len(ours) > 20, "the walk found too few error classes to be true"
    return sorted(ours, key=lambda found: found.__qualname__)


def documented_errors() -> dict[str, str]:
    return {code: cell.strip() for code, cell in ROW.findall((DOCS / "errors.md").read_text(encoding="utf-8"))}


def test_the_settings_page_says_what_the_code_says() -> None:
    assert with_tables(SETTINGS_PAGE) == SETTINGS_PAGE, "docs/settings.md differs from the code: run make docs"


@pytest.mark.parametrize("kind", CONFIGURATIONS, ids=lambda kind: kind.__name__)
def test_every_setting_has_a_help_sentence(kind: type[Any]) -> None:
    listed = describe_settings(kind)
    assert listed
    assert [setting.key for setting in listed if not setting.help] == []


def test_every_configuration_that_is_read_has_its_table() -> None:
    read: set[str] = set()
    for source in [*ROOT.glob("vision/**/*.py"), *ROOT.glob("training/**/*.py"), *ROOT.glob("serving/**/*.py")]:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "read_config":
                read.add(ast.unparse(node.args[0]))
    assert read == {kind.__name__ for kind in CONFIGURATIONS}


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "configs").glob("*.toml")))
def test_every_committed_configuration_can_be_read(file: str) -> None:
    kind = KIND_OF_FILE.get(file.removesuffix(".toml").partition("-")[0], TrainConfig)
    read_config(kind, ROOT / "configs" / file)


def test_every_error_code_is_documented(errors: list[type[TouchstoneError]]) -> None:
    documented = documented_errors()
    assert {error.code for error in errors} - set(documented) == set()


def test_every_documented_error_code_exists(errors: list[type[TouchstoneError]]) -> None:
    routing = {"not_found", "method_not_allowed"}  # serving.http.problems gives these to what no route takes
    assert set(documented_errors()) - {error.code for error in errors} - routing == set()


def test_an_error_code_belongs_to_one_class_and_its_abstract_parents(errors: list[type[TouchstoneError]]) -> None:
    for error in errors:
        namesakes = [other for other in errors if other.code == error.code]
        assert all(issubclass(error, other) or issubclass(other, error) for other in namesakes), namesakes


def test_a_servers_error_is_documented_with_its_status(errors: list[type[TouchstoneError]]) -> None:
    documented = documented_errors()
    served = [error for error in errors if issubclass(error, ServingError) and "code" in vars(error)]
    assert served
    assert [error for error in served if documented[error.code] != str(error.status)] == []
    refused = [error for error in errors if issubclass(error, (PhotoError, CheckError))]
    assert [error for error in refused if documented[error.code].isdigit()] == []  # all 422, as their heading says


def test_every_route_is_documented() -> None:
    app = make_api()
    mount_pages(app)
    api = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    pages = {("GET", route.path) for route in pages_router.routes if isinstance(route, APIRoute)}
    documented = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`]*)", (DOCS / "http-api.md").read_text("utf-8"))
    assert ("POST", "/v1/checks") in api
    assert ("GET", "/checks") in pages
    assert nameless(api | pages) - nameless(documented) == set()


def test_every_reason_is_documented() -> None:
    page = (DOCS / "http-api.md").read_text(encoding="utf-8")
    assert [code for code in get_args(ReasonCode) if f"`{code}`" not in page] == []


def test_every_action_of_the_audit_log_is_documented() -> None:
    page = (DOCS / "audit-log.md").read_text(encoding="utf-8")
    assert [action for action in get_args(Action) if f"`{action}`" not in page] == []


def nameless(routes: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Give routes whose parameters are all called `{}`: what a page calls them doesn't matter."""
    return {(method, re.sub(r"{[^}]*}", "{}", path)) for method, path in routes}


@pytest.mark.parametrize("name", sorted(entry_points(group=COMMANDS_GROUP).names))
def test_every_command_is_documented(name: str) -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    (point,) = entry_points(group=COMMANDS_GROUP, name=name)
    for within in getattr(load_command(point), "commands", {"": None}):
        assert f"| `touchstone {name} {within}".rstrip() in page


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert {(page, target) for page, target in named if target not in targets} == set()


def test_docs_holds_pages_pictures_and_tables_and_no_script() -> None:
    assert {path.suffix for path in DOCS.rglob("*") if path.is_file()} <= {".md", ".png", ".csv"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link, _ in links if link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)", page.read_text(encoding="utf-8"))
    missing = [
        (link, heading)
        for link, heading in links
        if not link or link.endswith(".md")
        if heading not in headings(page.parent / link if link else page)
    ]
    assert missing == []


def headings(page: Path) -> set[str]:
    """Give the anchors that GitHub makes of a page's headings."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_module_that_a_page_runs_exists_and_has_the_options(page: Path) -> None:
    commands = re.findall(
        r"python -m ((?:benchmarks|simulator|training|vision|serving)[\w.]*\w)(?![\w.])([^`#\n]*)",
        page.read_text("utf-8"),
    )
    missing = []
    for module, arguments in commands:
        source = source_with_imported_options(module)
        options = re.findall(r"--[a-z][a-z-]*", arguments)
        missing += [(module, option) for option in ["", *options] if f'"{option}' not in source]
    assert missing == []


def source_with_imported_options(module: str) -> str:
    """Give a module's source, and that of the module from which it takes its options; nothing where there is none."""
    spec = importlib.util.find_spec(module)
    source = "" if spec is None else Path(str(spec.origin)).read_text(encoding="utf-8")
    shared = re.findall(r"^from (benchmarks\.[\w.]*options) import", source, re.MULTILINE)
    return source + "".join(source_with_imported_options(name) for name in shared)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_and_name_of_the_code_that_a_page_quotes_exists(page: Path) -> None:
    text = re.sub(r"\]\([^)]*\)", "]", page.read_text(encoding="utf-8"))  # links are tested above
    files = re.findall(
        r"(?<![\w/])((?:vision|training|serving|simulator|benchmarks|tests|configs|deploy)/[\w/]+(?:\.\w+)+)", text
    )
    names = re.findall(r"`((?:vision|training|serving|simulator|benchmarks)(?:\.\w+)+)[`(]", text)
    missing = [file for file in files if not (ROOT / file).exists()]
    missing += [name for name in names if not can_be_imported(name)]
    assert missing == []


def can_be_imported(name: str) -> bool:
    """Whether the dotted name is a module, or something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True
