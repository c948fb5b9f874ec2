"""EWP's inputs under EWP's own numbers: the columns ``ccode`` of its files, and its renumbering of the others."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pandas as pd

from rtop_forecast.sources.catalogue.ucdp_brd import dyad_years
from rtop_forecast.sources.catalogue.vdem_forms import EWP_NAMES
from rtop_forecast.sources.reading.files import read_csv, read_r

__all__ = ["TheirInputs"]

#: Countries that HIEF names otherwise than EWP's sheet of names does.
_HIEF_NAMES = {
    "Cote d'Ivoire": 437, "Democratic People's Republic of Korea": 731, "Democratic Republic of Vietnam": 816,
    "German Democratic Republic": 265, "German Federal Republic": 255, "Republic of Korea": 732,
    "Republic of Vietnam": 817, "USSR": 365, "Yemen Arab Republic": 678, "Yemen PDR": 680, "Yugoslavia": 345,
    "Myanmar": 775,
}  # fmt: skip
_YEMEN_FROM = 1990


class TheirInputs:
    """EWP's inputs, each keyed by EWP's ``ccode`` and the year, one row of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inputs = folder / "inputs"

    def coded(self, name: str, column: str) -> pd.DataFrame:
        """Table of one variable from a file that has EWP's number beside each row."""
        frame = read_csv(self.inputs / name)[["ccode", "year", column]]
        return frame[frame["ccode"].notna() & frame[column].notna()].astype({"ccode": "int64"})

    @cached_property
    def vdem(self) -> pd.DataFrame:
        """V-Dem's subset; West Germany, 260 there, becomes 255, and South Yemen ends with 1989."""
        frame = read_r(self.inputs / "vdem.Rdata")["vdem"]
        names = {old: new for old, new in EWP_NAMES.items() if old in frame.columns}
        frame = frame[["COWcode", "year", *names]].rename(columns={**names, "COWcode": "ccode"})
        frame = frame.astype({"ccode": "int64", "year": "int64"})
        frame["ccode"] = frame["ccode"].mask(frame["ccode"].eq(260) & frame["year"].between(1949, 1990), 255)
        return frame[~(frame["ccode"].eq(680) & frame["year"].ge(_YEMEN_FROM))]

    @cached_property
    def maddison(self) -> pd.DataFrame:
        """Population and GDP per head; Yemen is the North before 1990."""
        frame = read_csv(self.inputs / "maddison.csv")
        return frame[frame["ccode"].notna()].astype({"ccode": "int64"})

    @cached_property
    def hief(self) -> pd.DataFrame:
        """Fractionalization; names as in EWP's sheet, and the Soviet Union's row for 1991."""
        sheet = read_csv(self.folder / "countrynamesheet_complete.csv")
        codes = dict(zip(sheet["country"], sheet["ccode"], strict=True))
        codes |= dict(zip(sheet["ewp_name"], sheet["ccode"], strict=True)) | _HIEF_NAMES
        frame = read_csv(self.inputs / "HIEF_data.csv", encoding="latin-1")
        frame = frame.rename(columns={"Year": "year", "EFindex": "efindex"})
        frame["ccode"] = frame["Country"].map(codes)
        frame = frame[frame["ccode"].notna() & ~(frame["Country"].eq("Russia") & frame["year"].eq(1991))]
        return _united_yemen(frame.astype({"ccode": "int64"})).drop_duplicates(["ccode", "year"])

    @cached_property
    def epr(self) -> pd.DataFrame:
        """Discriminated population; Germany and Serbia under one number, and Serbia's row for 2006."""
        frame = read_csv(self.inputs / "epr-data.csv").rename(columns={"countries_gwid": "ccode"})
        frame = frame[~(frame["ccode"].eq(345) & frame["year"].eq(2006))]
        frame["ccode"] = frame["ccode"].replace({260: 255, 340: 345})
        return _united_yemen(frame)[["ccode", "year", "discrimpop"]]

    @cached_property
    def battle_deaths(self) -> pd.DataFrame:
        """Deaths in conflicts within states, by place; Yemen is 679 in all years."""
        dyads, _ = dyad_years(self.inputs / "BattleDeaths_v25_1.csv")
        inside = dyads[dyads["type_of_conflict"] >= 3].assign(ccode=lambda f: f["gwno_loc"].astype("int64"))
        inside["ccode"] = inside["ccode"].replace({678: 679, 340: 345, 260: 255})
        return inside.groupby(["ccode", "year"])["bd_best"].sum().reset_index()


def _united_yemen(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the North's row to united Yemen from 1990."""
    united = frame["ccode"].eq(678) & frame["year"].ge(_YEMEN_FROM)
    return frame.assign(ccode=frame["ccode"].mask(united, 679))
