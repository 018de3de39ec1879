"""Reads the one-line summary of a command from its source, so that listing commands imports none of them."""

from __future__ import annotations

import ast
import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path


def read_summary(module: str) -> str:
    """Give the first sentence of the documentation of the module's command; "" when the module is not installed.

    A group of commands has it in its callback's docstring or in `typer.Typer(help="...")`, a single command in its
    function's docstring.
    """
    spec = _find_spec(module)
    if spec is None or spec.origin is None:
        return ""
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    summary = (
        _docstring_of(tree, "callback")
        or _group_help(tree)
        or _docstring_of(tree, "command")
        or ast.get_docstring(tree)
        or ""
    )
    return summary.strip().partition("\n")[0]


def _find_spec(module: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(module)
    except ModuleNotFoundError:  # the package around it is not installed
        return None


def _group_help(tree: ast.Module) -> str:
    for call in _calls(tree, "Typer"):
        for keyword in call.keywords:
            if keyword.arg == "help" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return ""


def _docstring_of(tree: ast.Module, role: str) -> str:
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and any(_plays(role, item) for item in function.decorator_list):
            return ast.get_docstring(function) or ""
    return ""


def _plays(role: str, decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr == role


def _calls(tree: ast.Module, name: str) -> list[ast.Call]:
    values = [statement.value for statement in tree.body if isinstance(statement, ast.Assign)]
    found = [value for value in values if isinstance(value, ast.Call)]
    return [call for call in found if getattr(call.func, "attr", getattr(call.func, "id", "")) == name]
