"""Contributions of tree models to many rows, exactly, from tables of every pattern of splits that a leaf can meet.

LightGBM walks every tree anew for each row. What a leaf gives a row depends only on which of the features above it lead
the row towards the leaf, so that a table of all such patterns serves all rows: thousands of rows take a tenth of the
time. The values are those of the model's own ``contributions`` up to rounding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.models import BoostedTrees, LogOddsAverage, ProbabilityForest
from rtop_forecast.models.inputs import read_rows, to_training_order
from rtop_forecast.models.trees.ensemble import filled

__all__ = ["contributions_of_many"]

_CATEGORICAL, _DEFAULT_LEFT, _MISSING_NAN = 1, 2, 2 << 2
_MOST_FEATURES = 16  # above one leaf: patterns fit into two bytes
_WHOLE_TABLE = 10  # features up to which all patterns are computed, not only those that occur
_NEAR = 1e-6  # sums of a booster below which a scale would be uncertain


def contributions_of_many(model: Any, matrix: pd.DataFrame) -> FloatArray:
    """Contributions of a fitted model to many rows, in the order of its features at the fit.

    Parameters
    ----------
    model : RiskModel
        Fitted; of a model that is no average of the library's own, or holds no trees, its own ``contributions``.
    matrix : pandas.DataFrame of shape (n_rows, n_features)

    Returns
    -------
    ndarray of shape (n_rows, n_features)
        Equal to ``model.contributions(matrix).values`` up to rounding.

    References
    ----------
    Lundberg, S. M. et al. (2020). From local explanations to global understanding with explainable AI for trees. Nature
    Machine Intelligence, 2, 56-67.
    Yang, J. (2021). Fast TreeSHAP: accelerating SHAP value computation for trees. arXiv:2109.09847.
    """
    if isinstance(model, LogOddsAverage):
        parts = (contributions_of_many(member, matrix) for _, member in model.members_)
        return np.asarray(sum(w * part for w, part in zip(model.weights_, parts, strict=True)))
    if isinstance(model, (BoostedTrees, ProbabilityForest)):
        found = _of_trees(model, matrix)
        if found is not None:
            return found
    return np.asarray(model.contributions(matrix).values)


def _of_trees(model: BoostedTrees | ProbabilityForest, matrix: pd.DataFrame) -> FloatArray | None:
    """TreeSHAP values, scaled to add up to the log-odds less the baseline; None where trees are of another kind."""
    rows = filled(model, read_rows(model, matrix))
    columns = np.ascontiguousarray(rows.T)
    total = np.zeros_like(columns)
    for text in model.booster_texts_:
        trees = _trees(text)
        if trees is None:
            return None
        for tree in trees:
            if not _add(tree, columns, total):
                return None
    values = to_training_order(model, total.T)
    sums = values.sum(axis=1)
    own = model.contributions(matrix.iloc[:1])
    wanted = model.log_odds(matrix) - own.baseline
    # the scale of a forest goes from probabilities to log-odds, and has no value where a row stands at the baseline
    plain = np.abs(sums) > _NEAR * len(model.booster_texts_)
    scaled = values * np.divide(wanted, sums, out=np.zeros_like(sums), where=plain)[:, None]
    if not plain.all():
        scaled[~plain] = model.contributions(matrix.loc[~plain]).values  # noqa: PD011 (not a DataFrame)
    return np.asarray(scaled)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """One tree; children below 0 are leaves, the leaf ``k`` as ``~k``."""

    features: list[int]
    thresholds: list[float]
    missing_left: list[bool | None]
    children: list[tuple[int, int]]
    shares: list[tuple[float, float]]
    leaf_values: list[float]


def _trees(text: str) -> tuple[_Tree, ...] | None:
    """Trees of a booster's text that have a split; None if one splits by categories or takes zero for missing."""
    trees = []
    for block in re.split(r"^Tree=\d+$", text, flags=re.MULTILINE)[1:]:
        fields = dict(re.findall(r"^(\w+)=(.*)$", block, flags=re.MULTILINE))
        if int(fields["num_leaves"]) < 2:
            continue
        whole = {
            name: [int(one) for one in fields[name].split()]
            for name in ("split_feature", "decision_type", "left_child", "right_child")
        }
        counts = [[float(one) for one in fields[name].split()] for name in ("internal_count", "leaf_count")]
        kinds = whole["decision_type"]
        if any(kind & _CATEGORICAL or (kind >> 2) not in (0, 2) for kind in kinds):
            return None
        children = list(zip(whole["left_child"], whole["right_child"], strict=True))
        cover = [[counts[0][one] if one >= 0 else counts[1][~one] for one in pair] for pair in children]
        if min(map(min, cover)) <= 0:
            return None
        trees.append(
            _Tree(
                features=whole["split_feature"],
                thresholds=[float(one) for one in fields["threshold"].split()],
                missing_left=[bool(kind & _DEFAULT_LEFT) if kind & _MISSING_NAN else None for kind in kinds],
                children=children,
                shares=[
                    (pair[0] / counts[0][node], pair[1] / counts[0][node]) for node, pair in enumerate(cover)
                ],
                leaf_values=[float(one) for one in fields["leaf_value"].split()],
            )
        )
    return tuple(trees)


def _add(tree: _Tree, columns: FloatArray, total: FloatArray) -> bool:
    """Add the values of a tree to those of the features; False if a leaf has too many features above it."""
    for leaf, features, shares, code in _leaves(tree, columns):
        if len(features) > _MOST_FEATURES:
            return False
        table, places = _table(shares, code)
        table *= tree.leaf_values[leaf]
        for values, feature in zip(table, features, strict=True):
            total[feature] += values.take(places)
    return True


def _leaves(
    tree: _Tree, columns: FloatArray
) -> Iterator[tuple[int, list[int], list[float], NDArray[np.uint16]]]:
    """Each leaf with the features above it, the share of training rows that each leads to it, and each row's pattern.

    Bit ``k`` of a pattern says that the row's value of feature ``k`` leads towards the leaf at all of its splits.
    """
    stack: list[tuple[int, list[int], list[float], NDArray[np.uint16]]] = [
        (0, [], [], np.zeros(columns.shape[1], dtype=np.uint16))
    ]
    while stack:
        node, features, shares, code = stack.pop()
        if node < 0:
            yield ~node, features, shares, code
            continue
        feature = tree.features[node]
        goes_left = _goes_left(columns[feature], tree.thresholds[node], tree.missing_left[node])
        for child, share, goes in zip(
            tree.children[node], tree.shares[node], (goes_left, ~goes_left), strict=True
        ):
            if feature in features:
                place = features.index(feature)
                own = shares.copy()
                own[place] *= share
                bit = np.uint16(1 << place)
                stack.append((child, features, own, code & ~(bit * ~goes)))
            else:
                bit = np.uint16(1 << len(features))
                stack.append((child, [*features, feature], [*shares, share], code | bit * goes))


def _goes_left(column: FloatArray, threshold: float, missing_left: bool | None) -> NDArray[np.bool_]:
    missing = np.isnan(column)
    if missing_left is None:
        return np.where(missing, 0.0, column) <= threshold
    return np.where(missing, missing_left, column <= threshold)


def _table(shares: list[float], code: NDArray[np.uint16]) -> tuple[FloatArray, NDArray[np.intp]]:
    """Shapley values of the features above a leaf of value 1 by pattern, and the place of each row's pattern.

    With ``z`` the shares and ``o`` whether a feature leads to the leaf, the value of feature ``f`` is ``(o_f - z_f)``
    times the integral over ``t`` from 0 to 1 of the product over the others of ``t o + (1 - t) z``, a polynomial, which
    Gauss-Legendre points integrate exactly.
    """
    count = len(shares)
    if count <= _WHOLE_TABLE:
        bits, places = _bits(count), code.astype(np.intp)
    else:
        patterns, places = np.unique(code, return_inverse=True)
        bits = ((patterns[None] >> np.arange(count, dtype=np.uint16)[:, None]) & 1).astype(float)
    z = np.array(shares)[:, None]
    points, weights = _points((count + 1) // 2)
    terms = points * bits + (1 - points) * z
    others = terms.prod(axis=1, keepdims=True) / terms
    integrals = (weights @ others.reshape(len(weights), -1)).reshape(bits.shape)
    return (bits - z) * integrals, places


@lru_cache(maxsize=16)
def _bits(count: int) -> FloatArray:
    """All patterns of so many features, one per column."""
    return ((np.arange(1 << count)[None] >> np.arange(count)[:, None]) & 1).astype(float)


@lru_cache(maxsize=16)
def _points(count: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre points and weights between 0 and 1."""
    points, weights = np.polynomial.legendre.leggauss(count)
    return ((points + 1) / 2)[:, None, None], weights / 2
