"""The tables beside the core ones, read once more from the raw releases with pandas and rdata alone.

Each function gives, by variable, the values of state-years. Nothing of the library is imported; which state a code
means comes from the repository's own crosswalk, as in the oracle of the features.
"""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import rdata
from feature_world import FIRST, Key, read_world, rows_of

Values = dict[Key, float]
Table = dict[str, Values]

_NOWHERE = {"UNK", "UKN", "XXA", "STA", "VAR", "-", ""}
#: Areas of today that belonged to a state until they were states themselves: state, first year, areas by code.
_PARTS = {
    365: ("RUS", {"EST": 366, "LVA": 367, "LTU": 368, "UKR": 369, "BLR": 370, "MDA": 359, "GEO": 372, "ARM": 371,
                  "AZE": 373, "KAZ": 705, "UZB": 704, "TKM": 701, "KGZ": 703, "TJK": 702}, 1946),
    345: ("SRB", {"MNE": 341, "XKX": 347, "HRV": 344, "SVN": 349, "BIH": 346, "MKD": 343}, 1946),
    340: ("SRB", {"XKX": 347}, 2006),
    315: ("CZE", {"SVK": 317}, 1946),
    530: ("ETH", {"ERI": 531}, 1952),
    625: ("SDN", {"SSD": 626}, 1956),
    770: ("PAK", {"BGD": 771}, 1947),
}  # fmt: skip
_DIVIDED = {"DEU": 1989, "YEM": 1989, "VNM": 1975}
#: V-Dem's numbers of countries whose name means other states in other years.
_VDEM_NUMBERS = {
    "Czechia": "157", "German Democratic Republic": "137", "Germany": "77", "Kosovo": "43",
    "Republic of Vietnam": "35", "Russia": "11", "Serbia": "198", "South Yemen": "23", "Vietnam": "34",
    "Yemen": "14", "Zanzibar": "236",
}  # fmt: skip
_EWP_VDEM_15 = {
    "even_civilrights": "v2clrgunev_ord_is_2", "ses_power_dist": "v2pepwrses", "v2csgender_ord": "v2csgender_ord",
    "e_cow_exports": "e_cow_exports", "e_cow_imports": "e_cow_imports",
}  # fmt: skip
_EWP_WDI = {
    "wdi.trade.new": "NE.TRD.GNFS.ZS", "wdi.gdppc.new": "NY.GDP.PCAP.KD", "wdi.gdppcgrow.new": "NY.GDP.PCAP.KD.ZG",
    "wdi.popsize.new": "SP.POP.TOTL", "wdi.imrate.new": "SP.DYN.IMRT.IN",
}  # fmt: skip


class FurtherTables:
    """Reads the releases of a data folder, by the name of the bundled table."""

    def __init__(self, data: Path) -> None:
        self.data, self.world = data, read_world()
        self._starts = {int(row["country_id"]): row["start"] for row in rows_of("states")}

    def read(self, name: str, columns: Iterable[str]) -> Table:
        """Values of the columns of a bundled table, under the bundle's names."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind, _, release = name.partition("-") if not name.startswith("ucdp") else name.rpartition("-")
            prefix = kind.replace("-", "_")
            wanted = [column.removeprefix(f"{prefix}_") for column in columns]
            found = getattr(self, f"_{prefix}")(release, wanted)
        return {f"{prefix}_{column}": values for column, values in found.items()}

    def _place(self, rows: Iterable[tuple[object, int, float]], system: str) -> Values:
        found: Values = {}
        for code, year, value in rows:
            state = self.world.who(system, code, int(year)) if value == value and year >= FIRST else None
            if state is not None:
                found[state, int(year)] = float(value)
        return found

    # --- tables of values ----------------------------------------------------------------------------------------

    def _idmc(self, release: str, wanted: list[str]) -> Table:
        frame = rdata.read_rda(self.data / "humanitarian" / "idmc.rda")["idmc"]
        frame = frame[(frame["year"] < frame["year"].max()) & ~frame["coo_iso"].isin(_NOWHERE)]
        return {"stock": self._place(_cells(frame, "coo_iso", "year", "total"), "iso3")}

    def _maddison(self, release: str, wanted: list[str]) -> Table:
        frame = pd.read_csv(self.data / "ewp2025" / "inputs" / "maddison.csv")
        frame = frame[frame["mad_pop"].notna()].drop_duplicates()
        unions = {
            "Former USSR": (365, 1946, 1990), "Former Yugoslavia": (345, 1946, 1990),
            "Czechoslovakia": (315, 1946, 1992),
            "Sudan (Former)": (625, 1956, 2010), "U.R. of Tanzania: Mainland": (510, 1961, 1963),
        }  # fmt: skip
        since = {
            "Germany": 1990, "Viet Nam": 1976, "Yemen": 1990, "Russian Federation": 1991, "Serbia": 2008,
            "Pakistan": 1971, "Czech Republic": 1993,
        }  # fmt: skip
        found: Table = {"population": {}, "gdp_per_head": {}}
        for row in frame.to_dict("records"):
            area, year = row["country"], int(row["year"])
            if year < FIRST:
                continue
            if area in unions:
                state, first, last = unions[area]
                place = state if first <= year <= last else None
            else:
                place = None if year < since.get(area, 0) else self.world.who("name", area, year)
            for column, name in (("mad_pop", "population"), ("mad_gdppc", "gdp_per_head")):
                if place is not None and row[column] == row[column]:
                    found[name][place, year] = float(row[column])
        return found

    def _vdem(self, release: str, wanted: list[str]) -> Table:
        if release == "12":
            frame = pd.read_csv(self.data / "vdem" / "vdem_v12_1969_2021_official_names.csv")
            rated = self._vdem("15", ["v2x_polyarchy"])[
                "v2x_polyarchy"
            ]  # filled upstream: years rated alone count
            rows = {name: self._place(_cells(frame, "country_id", "year", name), "vdem") for name in wanted}
            return {
                name: {key: v for key, v in values.items() if key in rated} for name, values in rows.items()
            }
        if release == "15":
            file = rdata.read_rda(self.data / "vdem" / "vdem_simple.rda")["vdem_simple"]
            simple = [name for name in wanted if name in file.columns]
            found = {name: self._place(_cells(file, "country_id", "year", name), "vdem") for name in simple}
            subset = rdata.read_rda(self.data / "ewp2025" / "inputs" / "vdem.Rdata")["vdem"]
            renamed = {new: old for old, new in _EWP_VDEM_15.items()}
            return found | self._by_name(subset, {n: renamed[n] for n in wanted if n not in simple})
        file = {"11": "ewp2025/inputs/vdem11.Rdata", "13-e_pop": "vdem/ewp2023_vdem_v13.Rdata"}[release]
        frame = next(iter(rdata.read_rda(self.data / file).values()))
        return self._by_name(frame, {name: name for name in wanted})

    def newer_ratings(self, path: Path, columns: Iterable[str]) -> Table:
        """Ratings of a table of some of V-Dem's indices, under the bundle's names."""
        frame = pd.read_csv(path)
        names = {column: column.removeprefix("vdem_") for column in columns}
        return self._by_name(frame, names)

    def _by_name(self, frame: pd.DataFrame, columns: dict[str, str]) -> Table:
        """Values of a table with V-Dem's names of countries."""
        found: Table = {}
        for name, column in columns.items():
            found[name] = {}
            for country, year, value in _cells(frame, "country_name", "year", column):
                number = _VDEM_NUMBERS.get(str(country))
                state = self.world.who("vdem" if number else "name", number or country, int(year))
                if state is not None and value == value and year >= FIRST:
                    found[name][state, int(year)] = float(value)
        return found

    # --- areas of today ------------------------------------------------------------------------------------------

    def _wdi(self, release: str, wanted: list[str]) -> Table:
        if release == "ewp2025":
            frame = pd.read_csv(
                self.data / "ewp2025" / "inputs" / "wdi.csv", keep_default_na=False, na_values=[""]
            )
            cells = {new: list(_cells(frame, "iso3c", "year", old)) for old, new in _EWP_WDI.items()}
        else:
            names = {"2019": "oil_rents_perc", "2024": "worldbankdevelopment"}
            name = names.get(release, "API_NY.GDP.MKTP.CD_DS2_en_csv_v2_4898871")
            above = 0 if release in names else 4
            wide = pd.read_csv(
                self.data / "economy" / f"{name}.csv", encoding="latin-1", dtype=str, skiprows=above
            )
            series = "Series Code" if "Series Code" in wide else "Indicator Code"
            years = [column for column in wide.columns if column[:4].isdigit()]
            cells = {
                code: [
                    (row["Country Code"], int(column[:4]), pd.to_numeric(row[column], errors="coerce"))
                    for row in wide[wide[series] == code].to_dict("records")
                    for column in years
                ]
                for code in wanted
            }
        return {
            code: self._of_today(cells[code], "worldbank", summed=code == "SP.POP.TOTL") for code in wanted
        }

    def _wpp(self, release: str, wanted: list[str]) -> Table:
        frame = pd.read_csv(self.data / "ewp2025" / "inputs" / "un_imr_clean.csv")
        return {"infant_mortality": self._of_today(list(_cells(frame, "iso3c", "year", "un_imr")), "iso3")}

    def _of_today(self, cells: list[tuple[Any, int, float]], system: str, *, summed: bool = False) -> Values:
        """Values of areas of today, where the state had that territory at the end of the year, or summed over it."""
        found: Values = {}
        by_area = {(str(area), int(year)): float(value) for area, year, value in cells if value == value}
        for (area, year), value in by_area.items():
            state = self.world.who(system, area, year) if year >= FIRST else None
            if state is not None and year > _DIVIDED.get(area, 0) and not self._lost(state, year):
                found[state, year] = value
        for state, (core, _, _) in _PARTS.items() if summed else ():
            for year in range(FIRST, 2026):
                areas = self._lost(state, year)
                values = [by_area.get((area, year)) for area in (core, *areas)]
                if areas and (state, year) in self.world.exists and None not in values:
                    found[state, year] = sum(values)
        return found

    def _lost(self, state: int, year: int) -> list[str]:
        """Areas of today outside the state that it held at the end of the year."""
        _, parts, since = _PARTS.get(state, ("", {}, 9999))
        return [area for area, one in parts.items() if year >= since and self._starts[one] > f"{year}-12-31"]

    def _wgi(self, release: str, wanted: list[str]) -> Table:
        frame = rdata.read_rda(self.data / "governance" / "wgi.rda")["wgi"]
        columns = {"va_est": "Estimate", "va_se": "StdErr"}
        return {n: self._place(_cells(frame, "wb_code", "year", c), "worldbank") for n, c in columns.items()}

    # --- displaced people ----------------------------------------------------------------------------------------

    def _unhcr(self, release: str, wanted: list[str]) -> Table:
        flows = rdata.read_rda(self.data / "humanitarian" / "population.rda")["population"]
        flows = flows[flows["year"] < flows["year"].max()]
        before = {"SRB": (2006, "YUG"), "RUS": (1991, "SUN"), "CZE": (1993, "CSK")}
        found: Table = {}
        for name in wanted:
            column, code = (
                name.removeprefix("hosted_"),
                "coa_iso" if name.startswith("hosted_") else "coo_iso",
            )
            values: Values = {}
            for (area, year), total in flows.groupby([code, "year"])[column].sum(min_count=1).items():
                old = before.get(area)
                area = old[1] if old and year < old[0] else area
                state = None if area in _NOWHERE else self.world.who("iso3", area, int(year))
                if state is not None and total == total:
                    values[state, int(year)] = float(total)
            start = min(year for (_, year), value in values.items() if value > 0)
            found[name] = {key: value for key, value in values.items() if key[1] >= start}
        return found

    # --- UCDP ----------------------------------------------------------------------------------------------------

    def _located(self, cell: object, year: int) -> list[int]:
        states = (self.world.who("ucdp", code.strip(), year) for code in str(cell).split(","))
        return list(dict.fromkeys(state for state in states if state is not None))

    def _ucdp_acd(self, release: str, wanted: list[str]) -> Table:
        rows = pd.read_csv(self.data / "ucdp" / "UcdpPrioConflict_v23_1.csv", dtype=str).to_dict("records")
        return self._conflicts(
            [
                {
                    "year": int(row["year"]), "place": row["gwno_loc"], "type": int(row["type_of_conflict"]),
                    "about": int(row["incompatibility"]), "intensity": int(row["intensity_level"]),
                }
                for row in rows
            ]
        )  # fmt: skip

    def _ucdp_brd(self, release: str, wanted: list[str]) -> Table:
        path = self.data / "ewp2025" / "inputs" / "BattleDeaths_v25_1.csv"
        return self._conflicts(list(_of_dyads(pd.read_csv(path, dtype=str))))

    def _ucdp_dyadic(self, release: str, wanted: list[str]) -> Table:
        frame = pd.read_csv(self.data / "ucdp" / "Dyadic_v24_1.csv", dtype=str)
        table = self._conflicts(list(_of_dyads(frame)))
        inside = frame[frame["type_of_conflict"].isin(["3", "4"])]
        table["new_dyads"], _ = self._newcomers(inside, "dyad_id", "gwno_loc", 1946)
        for key in table["conflicts"]:  # a year with fighting between states alone has no dyad within
            if key[1] >= 1951:
                table["new_dyads"].setdefault(key, 0.0)
        return table

    def _conflicts(self, conflicts: list[dict[str, Any]]) -> Table:
        table: dict[str, dict[Key, float]] = defaultdict(lambda: defaultdict(float))
        for one in conflicts:
            if one["type"] == 1:
                continue
            inside = one["type"] in (3, 4)
            for state in self._located(one["place"], one["year"]):
                key = (state, one["year"])
                facts = {
                    "conflicts": inside, "wars": inside and one["intensity"] == 2,
                    "dyads": inside * one.get("dyads", 0), "battle_deaths": inside * one.get("deaths", 0),
                    "interstate_deaths": (not inside) * one.get("deaths", 0),
                }  # fmt: skip
                for name, value in facts.items():
                    table[name][key] += value
                highest = {
                    "intensity": one["intensity"] if inside else 0, "interstate": one["type"] == 2,
                    "government": inside and one["about"] in (2, 3), "territory": inside and one["about"] in (1, 3),
                }  # fmt: skip
                for name, value in highest.items():
                    table[name][key] = max(table[name][key], float(value))
        return {name: dict(values) for name, values in table.items()}

    def _newcomers(self, frame: pd.DataFrame, who: str, place: str, first: int) -> tuple[Values, Values]:
        active = {
            (str(row[who]), state, int(row["year"]))
            for row in frame.to_dict("records")
            for state in self._located(row[place], int(row["year"]))
        }
        new: dict[Key, float] = defaultdict(float)
        again: dict[Key, float] = defaultdict(float)
        for party, state, year in active:
            if year >= first + 5:
                new[state, year] += not any((party, state, y) in active for y in range(year - 5, year))
            if year > first:
                again[state, year] += (party, state, year - 1) in active
        return dict(new), dict(again)

    def _ucdp_onesided(self, release: str, wanted: list[str]) -> Table:
        """Actors by place; an estimate with several places is divided by the year's one-sided deaths there."""
        frame = rdata.read_rds(self.data / "ucdp" / "OneSided_v25_1.rds")
        by_place = {
            (int(row["country_id"]), int(row["year"])): {
                name: float(row[f"onesided_by_{name}"] or 0)
                for name in ("own_government", "governments", "groups")
            }
            for row in rows_of("organized_violence")
        }
        table: dict[str, dict[Key, float]] = defaultdict(lambda: defaultdict(float))
        for row in frame.to_dict("records"):
            year, government = int(row["year"]), int(row["is_government_actor"]) == 1
            home = set(self._located(row["gwnoa"], year)) if government else set()
            states = self._located(row["gwno_location"], year)
            weights = [self._weight(by_place.get((s, year), {}), government, s in home) for s in states]
            deaths = _divided(int(row["best_fatality_estimate"]), weights)
            kind = "government" if government else "nonstate"
            for state, part in zip(states, deaths, strict=True):
                key = (state, year)
                table[f"{kind}_deaths"][key] += part
                table[f"{kind}_actors"][key] += 1
                table["shared_deaths"][key] += part if len(states) > 1 else 0
        table["new_actors"], table["repeat_actors"] = self._newcomers(
            frame, "actor_id", "gwno_location", 1989
        )
        return {name: dict(values) for name, values in table.items()}

    @staticmethod
    def _weight(here: dict[str, float], government: bool, at_home: bool) -> float:
        if not government:
            return here.get("groups", 0.0)
        own = here.get("own_government", 0.0)
        return own if at_home else max(here.get("governments", 0.0) - own, 0.0)

    def _ucdp_nonstate(self, release: str, wanted: list[str]) -> Table:
        frame = pd.read_csv(self.data / "ucdp" / "Nonstate_v23_1.csv", dtype=str)
        table: dict[str, dict[Key, float]] = defaultdict(lambda: defaultdict(float))
        kinds = {"1": "formal", "2": "informal", "3": "communal"}
        for row in frame.drop_duplicates(["dyad_id", "year"]).to_dict("records"):
            codes = list(dict.fromkeys(code.strip() for code in row["gwno_location"].split(",")))
            for state in self._located(row["gwno_location"], int(row["year"])):
                key = (state, int(row["year"]))
                table["conflicts"][key] += 1
                for kind, name in kinds.items():
                    table[name][key] += row["org"] == kind
                for name in ("best", "low", "high"):
                    table[f"deaths_{name}"][key] += float(row[f"{name}_fatality_estimate"]) / len(codes)
                table["deaths_shared"][key] += (
                    float(row["best_fatality_estimate"]) / len(codes) if len(codes) > 1 else 0
                )
        return {name: dict(values) for name, values in table.items()}


def _divided(total: int, weights: list[float]) -> list[int]:
    """Whole parts of a total in proportion to weights; the largest remainders are rounded up, the first of equals."""
    if not sum(weights) > 0:
        weights = [1.0] * len(weights)
    quotas = [total * weight / sum(weights) for weight in weights]
    parts = [math.floor(quota + 1e-9) for quota in quotas]
    order = sorted(range(len(quotas)), key=lambda i: (-(quotas[i] - parts[i]), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _of_dyads(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Conflict-years of a table of dyad-years."""
    for (_, year), rows in frame.groupby(["conflict_id", "year"]):
        numbers = {name: rows[name].astype(int) for name in ("type_of_conflict", "incompatibility")}
        one = {
            "year": int(year), "place": rows["gwno_loc"].iloc[0], "type": int(numbers["type_of_conflict"].max()),
            "about": int(numbers["incompatibility"].max()), "dyads": rows["dyad_id"].nunique(),
        }  # fmt: skip
        if "bd_best" in rows:
            deaths = int(rows["bd_best"].astype(int).sum())
            yield one | {"deaths": deaths, "intensity": 2 if deaths >= 1000 else 1}
        else:
            yield one | {"intensity": int(rows["intensity_level"].astype(int).max())}


def _cells(frame: pd.DataFrame, code: str, year: str, value: str) -> Iterable[tuple[Any, int, float]]:
    """Code, year and value of each row that has a number."""
    rows = frame[[code, year, value]].copy()
    rows[value] = pd.to_numeric(rows[value], errors="coerce")
    for one, when, number in rows.dropna().itertuples(index=False, name=None):
        yield (int(one) if isinstance(one, float) else one), int(when), float(number)
