"""Whether each module has its test at the mirrored place: `tests/x/y/test_z.py` for `x/y/z.py`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from tests.structure.sources import PRODUCT, Source, Tree

MIN_SHARE = 0.9
SKIPPED = (
    "serving/store/migrations/",  # alembic runs these by itself, and test_database.py runs alembic
    "serving/errors/",  # types without behaviour: tests/serving/test_errors.py goes through all of them
    "serving/routes/openapi/examples",  # data: tests/serving/routes/openapi/test_examples.py validates all of it
)

# Modules without a test at the mirrored place, with the reason. Keep this short: write the test instead.
EXCEPTIONS: Mapping[str, str] = {
    "vision/verdict/judgement.py": "types without behaviour: test_decide.py and test_detector.py fill and read them",
}


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """What one package has: how many modules count, and those without a test."""

    package: str
    modules: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        return 1 - len(self.missing) / self.modules if self.modules else 1.0


def measure_mirrors(tree: Tree, exceptions: Mapping[str, str] = EXCEPTIONS) -> list[Mirror]:
    return [_measure(tree, package, exceptions) for package in PRODUCT]


def find_stale_exceptions(tree: Tree, exceptions: Mapping[str, str] = EXCEPTIONS) -> list[str]:
    """Name the exceptions that are none: the module is gone, or its test was written."""
    return [path for path in exceptions if path not in tree.paths or mirror_of(path) in tree.paths]


def mirror_of(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"tests/{folder}/test_{name}"


def _measure(tree: Tree, package: str, exceptions: Mapping[str, str]) -> Mirror:
    counted = [str(source.path) for source in tree.python if source.path.parts[0] == package and _counts(source)]
    counted = [path for path in counted if path not in exceptions]
    missing = tuple(path for path in counted if mirror_of(path) not in tree.paths)
    return Mirror(package=package, modules=len(counted), missing=missing)


def _counts(source: Source) -> bool:
    if str(source.path).startswith(SKIPPED):
        return False
    return source.path.name != "__init__.py" or not all(map(_is_idle, source.parsed.body))


def _is_idle(statement: ast.stmt) -> bool:
    """Whether a statement does nothing to test: a docstring, an import, or the list of what is exported."""
    if isinstance(statement, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id == "__all__" for target in statement.targets)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Expr)
