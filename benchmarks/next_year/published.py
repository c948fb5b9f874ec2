"""Forms in which publishers offer known datasets: files as they are, each to be read or refused."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path

from next_year.cases import FOREIGN, OURS, REFUSED, SKIPPED, UNREAD, WRONG, Case, innermost, raise_own
from rtop_forecast.sources.folder.discover import discover, reader, recognised_as

#: Dataset of each real file, and whether it is one that no reader can use.
FILES = {
    "variants/Heba-Atef99_Refugee_Analysis__population.csv": ("unhcr", False),
    "variants/mghazlett_ASU_metrics2__Archigos_4.1_stata14.dta": ("", True),
    "variants/mghazlett_ASU_metrics2__p5v2018.xls": ("polity5", True),
    "variants/tjbrailey_SegmentalAutonomy__ucdp-prio-acd-191.xlsx": ("ucdp_acd", False),
    "variants/williamsca_UrbanizationCauseConsequence__8041acb0-4ab2-423f-8259-afbda01dee20_Data.csv": (
        "wdi",
        False,
    ),
    "variants/williamsca_UrbanizationCauseConsequence__wgidataset.xlsx": ("wgi", False),
    "variants/xmarquez_democracyData__polity5_panel.sav": ("polity5", False),
    "ucdp/organizedviolencecy_v25_1.csv": ("ucdp_organizedviolence", False),
    "ucdp/ucdp_ged_country_monthly_v251.csv": ("ucdp_ged_months", False),
    "ucdp/GEDevent_v26_0_2.xlsx": ("ucdp_ged", False),
    "ucdp/ged_candidate_2025_country_month_by_type.csv": ("ucdp_ged_months", False),
    "ucdp/ucdpbrds.rda": ("ucdp_brd", True),
    "vdem/ert_v15.csv": ("ert", False),
    "vdem/vdem_core_v16_slim_juno.csv": ("vdem", False),
}
READ = "read"


def listed(path: Path) -> bool:
    """Whether a folder that holds the file lists it."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / path.name
        shutil.copy(path, copy)
        return copy in discover(name).names


def published_cases(more: Path, only: set[str]) -> list[Case]:
    """Try the readers on each of these files."""
    return [
        _case(more / name, dataset, useless)
        for name, (dataset, useless) in FILES.items()
        if dataset in only or len(only) > 30
    ]


def _case(path: Path, dataset: str, useless: bool) -> Case:
    def case(outcome: str, detail: str) -> Case:
        file = path.name.rsplit("__", 1)[-1]
        return Case(dataset=dataset, file=file, form="as published", outcome=outcome, detail=detail[:300])

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            name = recognised_as(path)
            table = None if name is None else reader(name).read(path)
    except OURS as error:
        return case(REFUSED, str(error.args[0]))
    except Exception as error:  # what is measured: an error that is none of ours
        raise_own(error)
        return case(FOREIGN, f"{type(error).__name__}: {error} [{innermost(error)}]")
    if table is None and not listed(path):
        return case(SKIPPED, "the folder does not list the file")
    if table is None:
        return case(UNREAD, "no use" if useless else "should be read")
    wrong = useless or name != dataset
    return case(WRONG if wrong else READ, f"as {name}: {table.summary().splitlines()[0]}")
