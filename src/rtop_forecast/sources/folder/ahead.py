"""Files of a folder read ahead, by several processes at once; what they find is taken from the cache."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from rtop_forecast.sources.catalogue import maddison, ucdp_acd, ucdp_brd, ucdp_dyadic, wpp
from rtop_forecast.sources.catalogue.ewp_episodes import episode_list
from rtop_forecast.sources.folder.discover import data_files, reader, recognised
from rtop_forecast.sources.folder.parsed import ParsedFiles
from rtop_forecast.storage.cache import is_off

__all__ = ["read_ahead"]

#: What core tables take of a file beside its state-years.
_FOR_CORE_TABLES: dict[str, tuple[Callable[[Path], Any], ...]] = {
    "ewp_events": (episode_list,),
    "maddison": (maddison.table_of,),
    "ucdp_acd": (ucdp_acd.conflict_years,),
    "ucdp_brd": (ucdp_brd.conflict_years,),
    "ucdp_dyadic": (ucdp_dyadic.conflict_years,),
    "wpp": (wpp.area_years,),
}


def read_ahead(folder: str | Path, *, n_jobs: int | None) -> None:
    """Recognise and read the files of a folder, the largest first, and keep what was made of each.

    Whoever asks for a file afterwards finds it in the cache, or meets the same error. Each file is parsed once, since
    it is recognised and read in one go. Nothing is done where nothing is kept, or there is no such folder.

    Parameters
    ----------
    folder : path
    n_jobs : int, optional
        None leaves the choice to ``joblib.parallel_config``.
    """
    folder = Path(folder)
    if is_off() or not folder.is_dir():
        return
    parsed = ParsedFiles(folder)
    paths = [path for path, _, fault in data_files(folder, parsed) if fault is None]
    parsed.save()
    largest_first = sorted(paths, key=lambda path: (-path.stat().st_size, str(path)))
    Parallel(n_jobs=n_jobs, batch_size=1)(delayed(_read)(folder, path) for path in largest_first)


def _read(folder: Path, path: Path) -> None:
    parsed = ParsedFiles(folder)
    # whoever asks for the file meets the fault, and says so
    with suppress(Exception):
        dataset, _ = parsed.of(path, "recognised", partial(recognised, path))
        if dataset is None:
            return
        for read in (reader(dataset).read, *_FOR_CORE_TABLES.get(dataset, ())):
            with suppress(Exception):
                parsed.read(path, dataset, read)
