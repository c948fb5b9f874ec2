"""Independent tasks through joblib, with a progress bar on request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from joblib import Parallel
from tqdm import tqdm


def run(tasks: Iterable[Any], *, count: int, n_jobs: int | None, progress: str | None) -> Sequence[Any]:
    """Results of joblib's delayed calls, in order.

    Parameters
    ----------
    tasks : iterable of delayed calls
    count : int
        Their number.
    n_jobs : int, optional
        None leaves the choice to ``joblib.parallel_config``.
    progress : str, optional
        Caption of a progress bar on stderr; no bar without one.
    """
    results = Parallel(n_jobs=n_jobs, return_as="generator")(tasks)
    return list(tqdm(results, total=count, desc=progress, disable=progress is None, leave=False))
