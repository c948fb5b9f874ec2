"""Products by blocks of rows are those of the whole matrix."""

from __future__ import annotations

import numpy as np
import pytest

from rtop_forecast.models.logit.row_blocks import RowBlocks, one_thread


def sample(n_columns, n_rows):
    rng = np.random.default_rng(n_columns * n_rows)
    return rng.normal(size=(n_columns, n_rows)), rng.random(n_rows)


# One block and a part of one; several, the last of them partly filled; more than are weighted at once; more columns
# than one tile takes.
@pytest.mark.parametrize(
    ("n_columns", "n_rows"), [(1, 1), (3, 7), (5, 600), (20, 601), (40, 8001), (70, 25_000)]
)
def test_products_are_those_of_the_whole_matrix(n_columns, n_rows):
    columns, weight = sample(n_columns, n_rows)
    blocks = RowBlocks(columns)
    longer = blocks.padded(weight)
    for used in {1, n_columns // 2 + 1, n_columns}:
        part = columns[:used]
        scale = n_rows * np.finfo(float).eps
        gram = blocks.gram(longer, used=used)
        np.testing.assert_allclose(gram, (part * weight) @ part.T, rtol=0, atol=10 * scale)
        np.testing.assert_allclose(blocks.dot(longer, used=used), part @ weight, rtol=0, atol=10 * scale)
        coef = np.arange(1.0, used + 1)
        combined = blocks.combine(coef)
        np.testing.assert_allclose(combined[:n_rows], coef @ part, rtol=1e-12, atol=1e-10)
        assert (combined[n_rows:] == 0.0).all()


def test_columns_change_places():
    columns, weight = sample(6, 700)
    blocks = RowBlocks(columns)
    blocks.swap(1, 4)
    blocks.swap(2, 2)
    order = [0, 4, 2, 3, 1, 5]
    np.testing.assert_allclose(
        blocks.dot(blocks.padded(weight), used=6), columns[order] @ weight, rtol=0, atol=1e-11
    )


def test_vectors_are_split_as_the_rows_are():
    columns, _ = sample(2, 1300)
    blocks = RowBlocks(columns, dtype=np.float32)
    split = blocks.split(columns)
    assert split.dtype == blocks.values.dtype == np.float32
    np.testing.assert_array_equal(split, blocks.values)


def test_blas_has_one_thread_within():
    from threadpoolctl import threadpool_info

    with one_thread():
        assert {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"} == {1}
