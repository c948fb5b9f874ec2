"""The panel from the bundled tables, or from a folder of releases beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rtop_forecast.checks.arguments import (
    calendar_year,
    flag,
    job_count,
    path_argument,
    string_mapping,
    strings,
)
from rtop_forecast.errors import InputError
from rtop_forecast.panel.build import FIRST_YEAR
from rtop_forecast.panel.panel import Panel
from rtop_forecast.panel.variables import Variable
from rtop_forecast.panel.vintages import Vintage
from rtop_forecast.sources.reading.months import MonthTable
from rtop_forecast.storage.cache import nothing_kept
from rtop_forecast.storage.digests import folder_digest
from rtop_forecast.storage.plain import ARROW
from rtop_forecast.storage.remembered import READERS, bundle_digest, remembered
from rtop_forecast.world.provisional import ProvisionalEpisodes, last_coded_year, load_provisional_episodes

__all__ = ["load_panel"]


def load_panel(  # noqa: PLR0913 (public entry point)
    *,
    data_dir: str | Path | None = None,
    releases: Mapping[str, str] | None = None,
    vintages: Sequence[str] = (),
    first: int = FIRST_YEAR,
    last: int | None = None,
    provisional: bool | str | Path = False,
    cache: bool = True,
    n_jobs: int | None = None,
) -> Panel:
    """Panel from the bundled tables, and from releases of your own.

    Parameters
    ----------
    data_dir : path, optional
        Folder of official releases, recognised by content. Each core table that they can rebuild in full, and
        that then reaches as far as the bundled one, is rebuilt from them; every further variable they hold
        is added as ``<dataset>_<name>``, in the place of the bundled one if it covers that one's years.
        ``panel.origin`` says so table by table, ``panel.files`` file by file, with the reason.
    releases : dict of str to str, optional
        Release to take of a dataset where a folder holds several, as ``{"vdem": "14"}``; by default the
        newest. A release asked for takes the place of bundled values even if they reach further, and is refused if it
        lacks a variable that the panel would then hold of another release.
    vintages : sequence of str, optional
        Datasets of which every release in the folder is kept beside the newest, as ``["vdem"]``, for
        :meth:`Panel.as_of` and ``backtest(..., vintages="real_time")``. ``"ewp_events"`` needs no folder: the bundled
        list of episodes says what its editions added later.
    first, last : int
        First and last year.
    provisional : bool or path
        Whether the project's provisional list of episodes stands beside the list of episodes, or a list of your own in
        the same form; see :func:`rtop_forecast.load_provisional_episodes`. It says which episodes are under way after
        the list's last year, and changes no variable, no outcome and no training row.
    cache : bool
        Whether what was read before from the same files is taken from the cache folder, and what is read now kept
        there; see :class:`rtop_forecast.ResultCache`. The panel is the same either way.
    n_jobs : int, optional
        Processes that read the files of ``data_dir`` for the first time; None leaves the choice to
        ``joblib.parallel_config``. Without the cache one process reads them.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If the folder does not exist, holds no release that is recognised or lacks one asked for, or that one lacks a
        variable; if a dataset with vintages is unknown or needs a folder, or its release is picked too; if a row of the
        provisional list breaks a rule, or the panel's list of episodes is not the one that it stands beside.
    """
    first = calendar_year(first, name="first")
    last = None if last is None else calendar_year(last, name="last")
    vintages = strings(vintages, name="vintages")
    n_jobs = job_count(n_jobs)
    releases = None if releases is None else string_mapping(releases, name="releases")
    for dataset in vintages:
        if dataset in (releases or {}):
            message = f"the release of {dataset} is picked; its vintages would not be used. Leave out one of the two."
            raise InputError(message)
    beside = _asked_list(provisional)

    def made() -> Panel:
        from rtop_forecast.panel import made as making  # the readers are not needed for a panel that was kept

        panel = making.load(data_dir=data_dir, releases=releases, first=first, last=last, n_jobs=n_jobs)
        return making.with_kept_vintages(panel, vintages, data_dir=data_dir) if vintages else panel

    if not flag(cache, name="cache"):
        with nothing_kept():
            return _with_list(made(), beside)
    try:
        data = _digest_of(data_dir)
    except OSError:  # a folder that does not exist is refused, a file that may not be read is listed
        return _with_list(made(), beside)
    parts = {
        "bundle": bundle_digest(),
        "data": data,
        "releases": releases,
        "vintages": vintages,
        "years": [first, last],
    }
    classes = (Panel, Variable, Vintage, MonthTable)
    panel = remembered("panel", parts, made, code=(*READERS, "panel"), classes=classes, form=ARROW)
    return _with_list(panel, beside)


def _asked_list(provisional: bool | str | Path) -> ProvisionalEpisodes | None:
    """Provisional list that was asked for."""
    if isinstance(provisional, bool):
        return load_provisional_episodes() if provisional else None
    return load_provisional_episodes(provisional)


def _with_list(panel: Panel, beside: ProvisionalEpisodes | None) -> Panel:
    """Panel with a provisional list beside its list of episodes."""
    if beside is None:
        return panel
    held = panel.variables["mk_ongoing"]
    if held.last_year != last_coded_year():
        message = (
            f"a provisional list stands beside the list of episodes that codes the years up to {last_coded_year()}; "
            f"the panel's, {held.source}, codes them up to {held.last_year}. Leave the provisional list out, or "
            f"take the edition that ends in {last_coded_year()}."
        )
        raise InputError(message)
    return replace(
        panel, provisional=beside, hashes={**panel.hashes, f"provisional/{beside.name}": beside.sha256}
    )


def _digest_of(data_dir: str | Path | None) -> str | None:
    """Hash of a folder's files."""
    if data_dir is None:
        return None
    folder = path_argument(data_dir, name="the data folder")
    if not folder.is_dir():
        raise FileNotFoundError
    return folder_digest(folder)
