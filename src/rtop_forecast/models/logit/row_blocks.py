"""Few columns of many rows, cut into blocks of rows so short that BLAS multiplies them without copying them first.

OpenBLAS has kernels for products of up to a million multiplications that read their operands where they lie. At 24
to 40 columns and 8,000 rows a Gram matrix added up from such products takes two thirds of the time of one product
over all rows.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import numpy as np
import scipy.linalg.blas  # noqa: F401 (a BLAS of its own, which must be there when libraries are looked for)
from threadpoolctl import ThreadpoolController

from rtop_forecast.checks.arrays import FloatArray

__all__ = ["RowBlocks", "one_thread"]

_ROWS = 600  # of a block at most; with _TILE and 100 columns still below a million multiplications
_TILE = 16  # columns on the left of a product, so that most of what symmetry gives is not computed
_TILES = 4
_BLOCKS_AT_ONCE = 32  # weighted together: more need more memory, fewer more calls


class RowBlocks:
    """Columns over rows; vectors over the rows are as long as all blocks, zero beyond the last row.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)
    dtype : {np.float64, np.float32}
        In which products are computed.

    Attributes
    ----------
    values : ndarray of shape (n_blocks, n_columns, n_rows_of_a_block)
    """

    def __init__(self, columns: FloatArray, *, dtype: type[np.floating] = np.float64) -> None:
        n_columns, n_rows = columns.shape
        n_blocks = -(-n_rows // _ROWS)
        height = -(-n_rows // n_blocks)
        height += -height % 8  # rows of a block that BLAS takes in whole vectors
        n_blocks = -(-n_rows // height)
        self.n_rows, self.values = n_rows, np.zeros((n_blocks, n_columns, height), dtype=dtype)
        whole = n_rows // height
        self.values[:whole] = (
            columns[:, : whole * height].reshape(n_columns, whole, height).transpose(1, 0, 2)
        )
        if whole < n_blocks:
            self.values[whole, :, : n_rows - whole * height] = columns[:, whole * height :]
        self._weighted = np.empty_like(self.values[:_BLOCKS_AT_ONCE])

    def padded(self, vector: FloatArray) -> FloatArray:
        """Lengthen a vector over the rows by zeros."""
        length = self.values.shape[0] * self.values.shape[2]
        return np.concatenate([vector, np.zeros(length - len(vector))])

    def split(self, vectors: FloatArray) -> FloatArray:
        """Vectors over the rows, one per row of a matrix, by block: shape (n_blocks, n_vectors, n_rows_of_a_block)."""
        n_blocks, _, height = self.values.shape
        longer = np.zeros((len(vectors), n_blocks * height), dtype=self.values.dtype)
        longer[:, : self.n_rows] = vectors
        return np.ascontiguousarray(longer.reshape(len(vectors), n_blocks, height).transpose(1, 0, 2))

    def swap(self, first: int, second: int) -> None:
        """Let two columns change places."""
        if first != second:
            self.values[:, [first, second]] = self.values[:, [second, first]]

    def combine(self, coef: FloatArray) -> FloatArray:
        """Linear combination of the first columns, over the rows."""
        combination: FloatArray = np.matmul(coef, self.values[:, : len(coef)]).reshape(-1)
        return combination

    def dot(self, vector: FloatArray, *, used: int) -> FloatArray:
        """Product of each of the first columns with a vector over the rows."""
        n_blocks, _, height = self.values.shape
        parts = np.matmul(self.values[:, :used], vector.reshape(n_blocks, height, 1))
        product: FloatArray = parts.sum(axis=0)[:, 0]
        return product

    def gram(self, weight: FloatArray, *, used: int) -> FloatArray:
        """Weighted products of the first columns with each other."""
        n_blocks, _, height = self.values.shape
        weights = weight.reshape(n_blocks, 1, height)
        tile = max(_TILE, -(-used // _TILES))
        gram = np.zeros((used, used), dtype=self.values.dtype)
        for begin in range(0, n_blocks, _BLOCKS_AT_ONCE):
            plain = self.values[begin : begin + _BLOCKS_AT_ONCE, :used]
            weighted = self._weighted[: len(plain), :used]
            np.multiply(plain, weights[begin : begin + _BLOCKS_AT_ONCE], out=weighted)
            for top in range(0, used, tile):
                rows = slice(top, top + tile)
                gram[rows, top:] += (plain[:, rows] @ weighted[:, top:].transpose(0, 2, 1)).sum(axis=0)
        for top in range(tile, used, tile):
            gram[top:, top - tile : top] = gram[top - tile : top, top:].T
        return gram


def one_thread() -> AbstractContextManager[Any]:
    """Let BLAS use one thread.

    How threads split a product shows in its last bits, and in small products threads wait for each other.
    """
    limiter: AbstractContextManager[Any] = _libraries().limit(limits=1)
    return limiter


@cache
def _libraries() -> ThreadpoolController:
    """Find the BLAS libraries; it takes as long as some fits."""
    return ThreadpoolController()
