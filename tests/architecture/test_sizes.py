"""Modules, functions and signatures stay small enough to be read at once."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import rtop_forecast as rtop
from rtop_forecast import evaluation, models

SRC = Path(__file__).resolve().parents[2] / "src" / "rtop_forecast"
MODULES = sorted(SRC.rglob("*.py"))
CODE_LINES, MODULE_LINES, FUNCTION_LINES, PARAMETERS = 300, 450, 60, 7
PUBLIC = {name for name in [*rtop.__all__, *evaluation.__all__] if not name.startswith("__")}
ESTIMATORS = {name for name in models.__all__ if inspect.isclass(getattr(models, name))}
Function = ast.FunctionDef | ast.AsyncFunctionDef
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def documented_body(node: ast.AST) -> ast.stmt | None:
    """Docstring of a module, class or function."""
    if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node) is not None:
        return node.body[0]
    return None


def code_lines(source: str) -> int:
    """Lines that hold code: without docstrings, comments and blank ones."""
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if (text := documented_body(node)) is not None:
            docstrings |= set(range(text.lineno, text.end_lineno + 1))
    used: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            used |= set(range(token.start[0], token.end[0] + 1))
    return len(used - docstrings)


def functions(tree: ast.Module) -> Iterator[tuple[Function, str | None]]:
    """Every function with the class it stands in, if any."""
    owners = {
        id(member): node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for member in node.body
    }
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node, owners.get(id(node))


def body_lines(node: Function) -> int:
    """Lines of a function below its docstring."""
    body = node.body[1:] if documented_body(node) else node.body
    return node.end_lineno - body[0].lineno + 1 if body else 0


def parameters(node: Function) -> int:
    """Parameters of a signature, without self and cls."""
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([one for one in named if one.arg not in {"self", "cls"}])


def may_take_more(node: Function, owner: str | None) -> bool:
    """Public functions, methods of public classes and settings of estimators are called by people, by keyword."""
    if owner is None:
        return node.name in PUBLIC
    public = owner in PUBLIC and not node.name.startswith("_")
    return public or (owner in ESTIMATORS and node.name == "__init__")


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in MODULES:
        yield path.relative_to(SRC).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_modules_are_small():
    sources = {path.relative_to(SRC).as_posix(): path.read_text(encoding="utf-8") for path in MODULES}
    assert len(sources) > 100
    assert {name for name, text in sources.items() if len(text.splitlines()) > MODULE_LINES} == set()
    assert {name for name, text in sources.items() if code_lines(text) > CODE_LINES} == set()


def test_functions_are_short():
    long = {
        f"{name}:{node.name}": body_lines(node)
        for name, tree in trees()
        for node, _ in functions(tree)
        if body_lines(node) > FUNCTION_LINES
    }
    assert long == {}, "split it"


def test_signatures_are_short_except_public_entry_points():
    wide = {
        f"{name}:{owner or ''}.{node.name}": parameters(node)
        for name, tree in trees()
        for node, owner in functions(tree)
        if parameters(node) > PARAMETERS and not may_take_more(node, owner)
    }
    assert wide == {}, "put what travels together into one frozen object"


@pytest.mark.parametrize(
    ("source", "lines", "count"),
    [
        ('def f(a, /, b, *, c):\n    """Text."""\n    return a\n', 1, 3),
        ("class A:\n    def g(self, a):\n        b = 1\n\n        return b\n", 3, 1),
    ],
)
def test_the_measures_count_right(source, lines, count):
    ((node, owner),) = functions(ast.parse(source))
    assert (body_lines(node), parameters(node)) == (lines, count)
    assert owner == ("A" if node.name == "g" else None)
    assert code_lines(source) == lines + 1 + source.count("class") - source.count("\n\n")
