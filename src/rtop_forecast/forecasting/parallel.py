"""Independent tasks through joblib, with progress on request."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from joblib import Parallel

from rtop_forecast.display import with_progress


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
        Caption of the progress on stderr; none is shown without one.
    """
    results = Parallel(n_jobs=n_jobs, return_as="generator")(tasks)
    try:
        return list(with_progress(results, count=count, caption=progress))
    finally:
        # after an interruption or a fault the processes end here, and joblib has no more to say about it
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*tasks which", category=UserWarning)
            results.close()
