"""Variables behind the features, read once more from the raw files by code that shares nothing with the library.

What stands in a folder of releases is read from the publishers' files with pandas and rdata alone.
"""

from __future__ import annotations

import csv
import re
import warnings
from collections import defaultdict
from pathlib import Path

import pandas as pd
import rdata
from feature_events import EventReader
from feature_world import FIRST, ROOT, rows_of

V_DEM_12 = """
    v2x_rule v2juhcind v2x_jucon v2clrspct v2svstterr v2x_corr v2clkill v2cltort v2pepwrsoc v2cltrnslw v2x_ex_military
    v2csantimv v2cseeorgs v2csrlgrep v2x_cspart v2x_freexp_altinf v2clsocgrp v2clacjust v2x_civlib v2meharjrn
    v2x_frassoc_thick v2elintim
"""


class Reader(EventReader):
    """Reads everything into ``series``."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.ratings()
            self.newer_ratings()
            self.polity()
            self.rights()
            self.groups()
            self.politics()
            self.economy()
            self.military()
            self.people()
            self.atrocities()

    # --- V-Dem and Polity ----------------------------------------------------------------------------------------

    def ratings(self):
        """V-Dem 12, and two ratings of V-Dem 15."""
        names = V_DEM_12.split()
        elections = ["v2elirreg", "v2elintim", "v2elpeace", "v2elboycot"]
        frame = pd.read_csv(self.data / "vdem" / "vdem_v12_1969_2021_official_names.csv")
        frame = frame[["country_id", "year", *dict.fromkeys([*names, *elections])]].sort_values(
            ["country_id", "year"]
        )
        # the copy carries ratings of elections forward and has 0 before the first: an election shows as a change
        before: dict[int, tuple] = {}
        rated = []
        for row in frame[["country_id", *elections]].itertuples(index=False):
            now = tuple(row[1:])
            rated.append(row[0] in before and now != before[row[0]] and any(now))
            before[row[0]] = now
        frame["v2elintim"] = frame["v2elintim"].where(rated)
        for name, values in self.place(frame, "vdem", "country_id", "year", names).items():
            self.add(f"vdem_{name}", "vdem", values)
        simple = rdata.read_rda(self.data / "ewp2025" / "inputs" / "vdem.Rdata")
        table = max(simple.values(), key=len)
        table = table[table["year"] >= FIRST]
        dated = {
            "Czechia": "157",
            "German Democratic Republic": "137",
            "Germany": "77",
            "Kosovo": "43",
            "Yemen": "14",
            "Republic of Vietnam": "35",
            "Russia": "11",
            "Serbia": "198",
            "South Yemen": "23",
            "Vietnam": "34",
            "Zanzibar": "236",
        }
        for column, name in (("ses_power_dist", "v2pepwrses"), ("even_civilrights", "v2clrgunev_ord_is_2")):
            values = {}
            for country, year, value in (
                table[["country_name", "year", column]].dropna().itertuples(index=False)
            ):
                code = dated.get(str(country))
                state = self.world.who("vdem" if code else "name", code or country, int(year))
                if state is not None:
                    values[state, int(year)] = float(value)
            self.add(f"vdem_{name}", "vdem", values)

    def newer_ratings(self):
        """Years after V-Dem 12, from the repository's table of some of V-Dem 16's indices."""
        table = pd.read_parquet(ROOT / "datasets" / "further" / "vdem-16.parquet")
        for name in [column for column in table.columns if column in self.series]:
            rows = table[["country_id", "year", name]].dropna()
            one = self.series[name]
            one.seam, one.last = int(rows["year"].min()), int(rows["year"].max())
            one.values.update({(int(s), int(y)): float(v) for s, y, v in rows.itertuples(index=False)})

    def polity(self):
        """Polity5."""
        polity = pd.read_csv(self.data / "governance" / "polity.csv", encoding="latin-1")
        polity = polity[polity["year"] >= FIRST]
        last = self.full_year(polity["year"])
        polity = polity[polity["year"] <= last]
        special = {"xconst": "xconst", "durable": "durable"}
        for column in special:
            polity[column] = polity[column].where(~polity[column].isin([-66, -77, -88]))
        polity["interregnum"] = (polity["polity"] == -77).astype(float).where(polity["polity"].notna())
        polity["transition"] = (polity["polity"] == -88).astype(float).where(polity["polity"].notna())
        wanted = ["xconst", "durable", "interregnum", "transition"]
        polity = polity[polity[["xconst", "durable", "polity"]].notna().any(axis=1)]
        for name, values in self.place(polity, "polity", "ccode", "year", wanted).items():
            self.add(f"polity5_{name}", "polity5", values)

    # --- human rights --------------------------------------------------------------------------------------------

    def rights(self):
        """Political Terror Scale, CIRIGHTS, Freedom House."""
        pts = pd.read_csv(self.data / "human_rights" / "PTS-2024.csv", encoding="latin-1")
        pts = pts.rename(columns={"PTS_A": "pts_a", "PTS_S": "pts_s", "PTS_H": "pts_h", "Year": "year"})
        for name in ("pts_a", "pts_s", "pts_h"):
            pts[name] = pd.to_numeric(pts[name], errors="coerce")
        pts = pts[pts[["pts_a", "pts_s", "pts_h"]].notna().any(axis=1)]
        federation = pts["Country"].str.contains("Yugoslavia, Socialist")
        shared = set(pts.loc[federation, "year"])
        early = (
            pts["Country"].eq("Yugoslavia, Federal Republic of")
            & (pts["year"] < 1992)
            & pts["year"].isin(shared)
        )
        pts = pts[~early]
        last = pts.groupby("Country")["year"].max()
        chosen = {}
        for row in pts.to_dict("records"):
            number, year = row["COW_Code_N"], int(row["year"])
            state = (
                self.world.who("cow", int(number), year)
                if number == number and str(number).strip() not in ("", "NA")
                else self.world.who("name", row["Country"], year)
            )
            if state is not None and (
                (state, year) not in chosen or last[row["Country"]] > last[chosen[state, year]["Country"]]
            ):
                chosen[state, year] = row
        for name in ("pts_a", "pts_s"):
            self.add(f"pts_{name}", "pts", {key: row[name] for key, row in chosen.items()})
        columns = {
            "Physical Integrity Rights Index": "physint",
            "Extrajudicial Killings": "kill",
            "Disappearances": "disap",
            "Torture": "tort",
            "Judicial Independence": "injud",
        }
        cirights = pd.read_excel(
            self.data / "human_rights" / "cirights_v3.12.10.24.xlsx", engine="calamine"
        ).rename(columns=columns)
        for name in columns.values():
            values = pd.to_numeric(cirights[name], errors="coerce")
            cirights[name] = values.where(values >= 0)
        rated = [c for c in cirights.columns[8:] if "Worker" not in str(c)]
        scored = cirights[rated].apply(pd.to_numeric, errors="coerce")
        cirights = cirights[scored.where(scored >= 0).notna().any(axis=1)]
        for name, values in self.place(cirights, "name", "country", "year", list(columns.values())).items():
            self.add(f"cirights_{name}", "cirights", values)
        house = rdata.read_rda(self.data / "governance" / "fh.rda")["fh"]
        for name, values in self.place(house, "name", "fh_country", "year", ["pr", "cl"]).items():
            self.add(f"freedom_house_{name}", "freedom_house", values)

    # --- ethnic groups -------------------------------------------------------------------------------------------

    def groups(self):
        """Ethnic Power Relations, one group and year at a time, and the index of fractionalisation."""
        inside = {"MONOPOLY", "DOMINANT", "SENIOR PARTNER", "JUNIOR PARTNER"}
        outside = {"POWERLESS", "DISCRIMINATED", "SELF-EXCLUSION"}
        status: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
        size: dict[tuple[int, int, int], float] = {}
        with (self.data / "governance" / "EPR-2021.csv").open(encoding="utf-8-sig") as handle:
            for row in csv.DictReader(handle):
                for year in range(int(row["from"]), int(row["to"]) + 1):
                    group = (int(row["gwid"]), int(row["gwgroupid"]))
                    status[group][year] = row["status"].strip().upper()
                    size[(*group, year)] = float(row["size"])
        table: dict[tuple[int, int], list[tuple[str, float, bool]]] = defaultdict(list)
        for (state, group), history in status.items():
            for year, now in history.items():
                lost = any(
                    history.get(y) in outside and history.get(y - 1) in inside
                    for y in range(year - 4, year + 1)
                )
                table[state, year].append((now, size[state, group, year], now in outside and lost))
        columns: dict[str, dict[tuple[int, int], float]] = defaultdict(dict)
        for key, members in table.items():
            relevant = [s for now, s, _ in members if now in inside | outside]
            excluded = [s for now, s, _ in members if now in outside]
            columns["excluded"][key] = sum(excluded)
            columns["discriminated"][key] = sum(s for now, s, _ in members if now == "DISCRIMINATED")
            columns["largest_excluded"][key] = max(excluded, default=0.0)
            columns["dominant"][key] = sum(s for now, s, _ in members if now in ("MONOPOLY", "DOMINANT"))
            columns["downgraded_5y"][key] = sum(s for _, s, lost in members if lost)
            columns["excluded_groups"][key] = len(excluded)
            columns["relevant_groups"][key] = len(relevant)
            if sum(relevant) > 0:
                columns["fractionalization"][key] = 1 - sum(s * s for s in relevant) / sum(relevant) ** 2
        frame = pd.DataFrame(
            [
                {"gwid": s, "year": y, **{n: columns[n].get((s, y), float("nan")) for n in columns}}
                for s, y in table
            ]
        )
        for name, values in self.place(frame, "gw", "gwid", "year", list(columns)).items():
            self.add(f"epr_{name}", "epr", values)
        hief = pd.read_csv(self.data / "ewp2025" / "inputs" / "HIEF_data.csv", encoding="latin-1")
        united = (hief["Country"] == "Yemen Arab Republic") & (hief["Year"] > 1990)
        hief["Country"] = hief["Country"].mask(united, "Yemen")
        self.add("hief_efindex", "hief", self.place(hief, "name", "Country", "Year", ["EFindex"])["EFindex"])

    # --- elections, leaders, protest -----------------------------------------------------------------------------

    def politics(self):
        """REIGN's lists and the Mass Mobilization data."""
        votes = pd.read_csv(self.data / "governance" / "electionlist_3_21.csv", encoding="latin-1", dtype=str)
        votes["event"] = [" ".join(str(e).lower().replace(",", " ").split()) for e in votes["event"]]
        votes = votes[~votes["event"].str.startswith("upcoming")]
        votes["year"] = votes["elec_year"].astype(int)
        held = votes["event"].str.startswith("vote")
        last = self.full_year(votes.loc[held, "year"])
        votes = votes[(votes["year"] <= last)]
        seen, counts, unknown, listed = set(), defaultdict(lambda: defaultdict(float)), set(), set()
        for row in votes.to_dict("records"):
            state = self.world.who("cow", row["ccode"], row["year"])
            if state is None:
                continue
            listed.add(state)
            key = (state, row["year"])
            ballot = (row["ccode"], row["year"], row["electionnumber"], row["type"], row["event"])
            counts["postponed"][key] += row["event"] in ("delay", "delay announced", "deadline not met")
            if row["event"].startswith("vote") and ballot not in seen and row["type"].strip() != "R":
                counts["elections"][key] += 1
                counts["irregular"][key] += str(row["regular"]).strip() == "N"
                if str(row["regular"]) == "nan":
                    unknown.add(key)
            seen.add(ballot)
        for name in ("elections", "irregular", "postponed"):
            values = dict(counts[name])
            if name == "irregular":
                values |= dict.fromkeys(unknown, float("nan"))
            self.add(
                f"reign_elections_{name}",
                "reign_elections",
                values,
                first=1946,
                last=last,
                zero=True,
                states=listed,
            )
            if name == "irregular":
                self.series["reign_elections_irregular"].values.update(dict.fromkeys(unknown, float("nan")))
        self.leaders()
        self.protests()

    def protests(self):
        """Mass Mobilization: protests, of them violent, of them answered with killings."""
        protests = rdata.read_rda(self.data / "governance" / "mmALL_073120_csv.RData")["mmALL_073120_csv"]
        protests = protests[protests["year"].notna()].drop_duplicates("id")
        last = self.full_year(protests["year"].astype(int))
        responses = [f"stateresponse{i}" for i in range(1, 8)]
        sums = defaultdict(lambda: [0.0, 0.0, 0.0])
        for row in protests.to_dict("records"):
            year = int(row["year"])
            state = self.world.who("name", row["country"], year) if year <= last else None
            if state is None:
                continue
            protest = row["protest"] == 1
            total = sums[state, year]
            total[0] += protest
            total[1] += protest and row["protesterviolence"] == 1
            total[2] += protest and any(str(row[c]).strip() == "killings" for c in responses)
        for place, name in enumerate(("protests", "violent_protests", "killings")):
            values = {key: total[place] for key, total in sums.items()}
            self.add(f"mass_mobilization_{name}", "mass_mobilization", values)

    def leaders(self):
        """REIGN's leaders: who holds office on 31 December, who came in the year."""
        spells = pd.read_csv(self.data / "governance" / "leaderlist_3_21.csv", encoding="latin-1")
        spells = spells.drop_duplicates(["ccode", "leadid", "syear", "smonth"])
        spells["eyear"] = spells["eyear"].where(spells["eyear"] != -99)
        last = int(spells["syear"].max()) - 1
        rows = []
        for code, own in spells.groupby("ccode"):
            own = own.sort_values(["syear", "smonth"], kind="stable")
            for year in range(1950, last + 1):
                inside = [
                    s
                    for s in own.to_dict("records")
                    if s["syear"] <= year and (s["eyear"] != s["eyear"] or year < s["eyear"])
                ]
                new = int((own["syear"] == year).sum())
                if inside or new:
                    holder = inside[-1] if inside else None
                    military = float("nan") if holder is None else holder["militarycareer"]
                    rows.append(
                        {
                            "ccode": code,
                            "year": year,
                            "changes": float(new),
                            "tenure": year - holder["syear"] if holder else float("nan"),
                            "military": float("nan") if military == -99 else military,
                        }
                    )
        names = ["changes", "tenure", "military"]
        for name, values in self.place(pd.DataFrame(rows), "cow", "ccode", "year", names).items():
            self.add(f"reign_leaders_{name}", "reign_leaders", values)

    # --- economy -------------------------------------------------------------------------------------------------

    def economy(self):
        """World Development Indicators and military expenditure."""
        table = pd.read_csv(
            self.data / "ewp2025" / "inputs" / "wdi.csv", keep_default_na=False, na_values=[""]
        )
        for column, code in (
            ("wdi.gdppc.new", "NY.GDP.PCAP.KD"),
            ("wdi.gdppcgrow.new", "NY.GDP.PCAP.KD.ZG"),
            ("wdi.trade.new", "NE.TRD.GNFS.ZS"),
        ):
            self.present(code, [(r["iso3c"], int(r["year"]), r[column]) for r in table.to_dict("records")])
        for file, code in (
            ("worldbankdevelopment", "NY.GDP.TOTL.RT.ZS"),
            ("oil_rents_perc", "NY.GDP.PETR.RT.ZS"),
        ):
            wide = pd.read_csv(self.data / "economy" / f"{file}.csv", encoding="latin-1", dtype=str)
            wide.columns = [column.removeprefix("ï»¿") for column in wide.columns]
            wide = wide[wide["Series Code"] == code]
            cells = [
                (row["Country Code"], int(column[:4]), pd.to_numeric(row[column], errors="coerce"))
                for row in wide.to_dict("records")
                for column in wide.columns
                if column[:4].isdigit()
            ]
            self.present(code, cells)

    def military(self):
        """SIPRI's military expenditure."""
        sheets = pd.read_excel(
            self.data / "economy" / "SIPRI-Milex-data-1948-2023.xlsx",
            sheet_name=None,
            header=None,
            engine="calamine",
        )
        for pattern, name in (
            ("Constant (", "constant_usd"),
            ("Share of GDP", "share_gdp"),
            ("Per capita", "per_capita_usd"),
        ):
            sheet = next(sheet for title, sheet in sheets.items() if title.startswith(pattern))
            top = next(i for i, cell in enumerate(sheet[0]) if str(cell).strip() == "Country")
            years = {
                j: int(float(cell))
                for j, cell in sheet.loc[top].items()
                if re.fullmatch(r"(19|20)\d\d(\.0)?", str(cell))
            }
            rows = [
                {
                    "country": str(line[0]).strip(),
                    "year": year,
                    "value": pd.to_numeric(line[j], errors="coerce"),
                }
                for line in sheet.loc[top + 1 :].to_dict("records")
                for j, year in years.items()
            ]
            rows = [row for row in rows if row["value"] == row["value"]]
            self.add(
                f"sipri_{name}",
                "sipri",
                self.place(pd.DataFrame(rows), "name", "country", "year", ["value"])["value"],
            )

    def present(self, code, cells):
        """World Bank's areas, where the state's territory at the end of the year was the present one."""
        heirs = {
            365: (1946, [369, 370, 359, 366, 367, 368, 372, 371, 373, 705, 704, 701, 703, 702]),
            345: (1946, [341, 347, 344, 349, 346, 343]),
            340: (2006, [347]),
            315: (1946, [317]),
            530: (1952, [531]),
            625: (1956, [626]),
            770: (1947, [771]),
        }
        dates = {int(r["country_id"]): r["start"] for r in rows_of("states")}
        divided = {"DEU": 1989, "YEM": 1989, "VNM": 1975}
        values = {}
        for area, year, value in cells:
            state = self.world.who("worldbank", area, year)
            if state is None or value != value or year <= divided.get(area, 0):
                continue
            since, parts = heirs.get(state, (0, []))
            if year >= since and any(dates[part] > f"{year}-12-31" for part in parts):
                continue
            values[state, year] = value
        self.add(f"wdi_{code}", "wdi", values)
