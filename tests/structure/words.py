"""Retired words and names of modules that are gone, wherever they are still written."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.structure.retired import (
    IDENTIFIER_PARTS,
    IDENTIFIER_RUNS,
    KEPT_FIELDS,
    KEPT_PARTS,
    KEPT_PHRASES,
    PHRASE,
    WHOLE_IDENTIFIERS,
)
from tests.structure.sources import CODE, PRODUCT, Source, Tree

OUT_OF_SCOPE = ("CHANGELOG.md", "tests/structure/", "tests/test_structure.py")  # history, and the lists themselves
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(CODE)})/[\w/]+\.(?:py|js|css|html|html\.j2)\b(?!\.)")
_DOTTED = re.compile(rf"(?<![\w/.-])(?:{'|'.join(PRODUCT)})(?:\.(?!md\b)[a-z_]\w*)+(?![\w(/])")


def find_retired_words(tree: Tree) -> list[str]:
    found: list[str] = []
    for source in tree.sources:
        if not str(source.path).startswith(OUT_OF_SCOPE):
            if source.is_python:
                found += find_retired_identifiers(source)
            for line, text in prose_of(source):
                complaints = [*find_retired_phrases(source, text), *find_gone_modules(tree, source, text)]
                found += [f"{source.path}:{line} {complaint}" for complaint in complaints]
    return found


def find_retired_identifiers(source: Source) -> list[str]:
    """Name the identifiers of a Python file, and the file's own name, that hold a retired word; each once."""
    path = str(source.path)
    first = {source.path.stem: 1}
    for name, line in identifiers_of(source):
        first.setdefault(name, line)
    return [f"{path}:{line} {name}" for name, line in first.items() if is_retired(name, path)]


def is_retired(name: str, path: str) -> bool:
    if name.startswith("test_"):
        return bool(PHRASE.search(name.replace("_", " ")))
    parts = [part.lower() for part in _PART.findall(name)]
    whole = f"_{'_'.join(parts)}_"
    return (
        name in WHOLE_IDENTIFIERS
        or any(f"_{run}_" in whole for run in IDENTIFIER_RUNS)
        or any(part in IDENTIFIER_PARTS and not path.startswith(KEPT_PARTS.get(part, ())) for part in parts)
    )


def identifiers_of(source: Source) -> Iterator[tuple[str, int]]:
    """Give every name that a Python file defines or uses, with its line, but for fields that are keys elsewhere."""
    declared = {
        id(statement.target)
        for node in source.nodes
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
    }
    for node in source.nodes:
        is_field = id(node) in declared or isinstance(node, ast.Attribute | ast.keyword)
        yield from ((name, line) for name, line in _names_in(node) if not (is_field and name in KEPT_FIELDS))


def _names_in(node: ast.AST) -> Iterator[tuple[str, int]]:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            yield name, node.lineno
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, node.lineno
        case ast.alias(name=dotted, asname=alias):
            yield from ((name, node.lineno) for name in [*dotted.split("."), *([alias] if alias else [])])


def find_retired_phrases(source: Source, text: str) -> list[str]:
    """Quote the retired phrases in some words of a file."""
    path = str(source.path)
    return [
        f"“{match}”"
        for match in PHRASE.findall(text)
        if not any(match == phrase and path.endswith(end) for end, phrase in KEPT_PHRASES)
    ]


def find_gone_modules(tree: Tree, source: Source, text: str) -> list[str]:
    """Name the paths and dotted names in some words that lead to no file; tests call theirs `no_such_…`."""
    paths = [path for path in _PATH.findall(text) if not tree.paths & {path, f"{source.path.parent}/{path}"}]
    names = [name for name in _DOTTED.findall(text) if ".no_such_" not in name and not _leads_somewhere(tree, name)]
    return [f"{name} is gone" for name in [*paths, *names]]


def _leads_somewhere(tree: Tree, name: str) -> bool:
    """Whether a dotted name is a folder, a module, or something that one of them holds."""
    parts = name.split(".")
    if any(path.startswith(f"{'/'.join(parts)}/") for path in tree.paths):
        return True
    known = [".".join(parts[:n]) for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in tree.modules]
    if not known or known[0] == name:
        return bool(known)
    held = name.removeprefix(f"{known[0]}.").partition(".")[0]
    return bool(re.search(rf"\b{held}\b", tree.modules[known[0]].text))


def prose_of(source: Source) -> Iterator[tuple[int, str]]:
    """Give the words of a file by line: of Python its comments and strings, of anything else all of it."""
    if not source.is_python:
        yield from enumerate(source.lines, start=1)
        return
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from enumerate(node.value.splitlines(), start=node.lineno)
