"""R's random permutation, so that folds drawn in R can be drawn here.

``set.seed`` scrambles the seed with a linear congruential generator and fills the state of the Mersenne
Twister; ``sample`` (since R 3.6, sample.kind "Rejection") draws integers from random bits and rejects
those that are too large. See R's help page ``Random``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rtop_forecast.errors import InputError

__all__ = ["r_permutation"]

_MULTIPLIER, _WORD = 69_069, 0xFFFFFFFF
_SCRAMBLES, _STATE = 50, 624
_TO_UNIT = 2.3283064365386963e-10  # 2^-32
_CHUNK = 16  # bits taken from one draw
_BLOCK = 4096  # draws made at once


def r_permutation(n: int, *, seed: int) -> NDArray[np.intp]:
    """Return what R gives for ``set.seed(seed); sample(n)``, counted from 0.

    Parameters
    ----------
    n : int
        Number of items, at least 1.
    seed : int
        As for ``set.seed``.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    InputError
        If ``n`` is not positive.

    References
    ----------
    Matsumoto, M., & Nishimura, T. (1998). Mersenne Twister. ACM Transactions on Modeling and Computer Simulation,
    8, 3-30.

    Examples
    --------
    >>> (r_permutation(10, seed=42) + 1).tolist()
    [1, 5, 10, 8, 2, 4, 6, 9, 7, 3]
    """
    if n < 1:
        message = f"n must be at least 1; got {n}."
        raise InputError(message)
    draws = _chunks(_twister(seed))
    left = list(range(n))
    out = []
    for limit in range(n, 0, -1):
        place = _below(limit, draws)
        out.append(left[place])
        left[place] = left[limit - 1]
    return np.array(out, dtype=np.intp)


def _twister(seed: int) -> np.random.MT19937:
    value = int(seed) & _WORD
    for _ in range(_SCRAMBLES):
        value = (_MULTIPLIER * value + 1) & _WORD
    words = []
    for _ in range(_STATE + 1):
        value = (_MULTIPLIER * value + 1) & _WORD
        words.append(value)
    generator = np.random.MT19937(0)
    state = generator.state
    # The first word is the position in the state, which starts at its end.
    state["state"] = {"key": np.array(words[1:], dtype=np.uint32), "pos": _STATE}
    generator.state = state
    return generator


def _chunks(generator: np.random.MT19937) -> Iterator[int]:
    """Sixteen random bits after the other, made from R's uniform numbers."""
    while True:
        uniform = generator.random_raw(_BLOCK) * _TO_UNIT
        yield from (uniform * (1 << _CHUNK)).astype(np.int64).tolist()


def _below(limit: int, chunks: Iterator[int]) -> int:
    """Integer from 0 to ``limit`` - 1."""
    bits = (limit - 1).bit_length()
    mask = (1 << bits) - 1
    value = limit
    if bits < _CHUNK:  # one chunk is enough
        while value >= limit:
            value = next(chunks) & mask
        return value
    while value >= limit:
        value = 0
        for _ in range(0, bits + 1, _CHUNK):
            value = (value << _CHUNK) + next(chunks)
        value &= mask
    return value
