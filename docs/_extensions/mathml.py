"""Formulas as MathML, which browsers draw themselves: no script, no request, read by screen readers."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def _visit(translator: Any, node: nodes.Element, *, display: str) -> None:
    source = node.astext().strip()
    if display == "block" and r"\\" in source and r"\begin" not in source:
        source = rf"\begin{{aligned}}{source}\end{{aligned}}"
    formula = convert(source, display=display)
    translator.body.append(f"<p>{formula}</p>" if display == "block" else formula)
    raise nodes.SkipNode


def _inline(translator: Any, node: nodes.Element) -> None:
    _visit(translator, node, display="inline")


def _block(translator: Any, node: nodes.Element) -> None:
    _visit(translator, node, display="block")


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
