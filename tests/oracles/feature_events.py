"""Displacement, attacks on aid workers, other lists of atrocities and UCDP's actors, read from the raw files."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import rdata
from feature_world import CoreReader, Key


class EventReader(CoreReader):
    """Reads what happened and whom it drove away."""

    # --- people --------------------------------------------------------------------------------------------------

    def people(self):
        """UNHCR, IDMC and attacks on aid workers."""
        flows = rdata.read_rda(self.data / "humanitarian" / "population.rda")["population"]
        flows = flows[flows["year"] < flows["year"].max()]
        nowhere = {"UNK", "UKN", "XXA", "STA", "VAR", "-", ""}
        old = {"SRB": (2006, "YUG"), "RUS": (1991, "SUN"), "CZE": (1993, "CSK")}
        for column, code, name in (
            ("refugees", "coo_iso", "refugees"),
            ("asylum_seekers", "coo_iso", "asylum_seekers"),
            ("idps", "coo_iso", "idps"),
            ("refugees", "coa_iso", "hosted_refugees"),
        ):
            totals = flows.groupby([code, "year"])[column].sum(min_count=1)
            values = {}
            for (area, year), total in totals.items():
                before = old.get(area)
                area = before[1] if before and year < before[0] else area
                state = None if area in nowhere else self.world.who("iso3", area, int(year))
                if state is not None:
                    values[state, int(year)] = total
            start = min(year for (_, year), value in values.items() if value > 0)
            self.add(f"unhcr_{name}", "unhcr", {k: v for k, v in values.items() if k[1] >= start})
        idmc = rdata.read_rda(self.data / "humanitarian" / "idmc.rda")["idmc"]
        idmc = idmc[(idmc["year"] < idmc["year"].max()) & ~idmc["coo_iso"].isin(nowhere)]
        self.add("idmc_stock", "idmc", self.place(idmc, "iso3", "coo_iso", "year", ["total"])["total"])
        attacks = pd.read_csv(self.data / "humanitarian" / "security_incidents.csv", keep_default_na=False)
        last = self.full_year(attacks["Year"].astype(int))
        sums = {name: defaultdict(float) for name in ("incidents", "killed", "kidnapped")}
        for row in attacks.to_dict("records"):
            code, name, year = str(row["Country Code"]).strip(), str(row["Country"]).strip(), int(row["Year"])
            name = "Russia" if name == "Chechnya" else name
            state = self.world.who("iso2", code, year) if code else self.world.who("name", name, year)
            if state is not None and year <= last:
                sums["incidents"][state, year] += 1
                sums["killed"][state, year] += int(row["Total killed"])
                sums["kidnapped"][state, year] += int(row["Total kidnapped"])
        for name, values in sums.items():
            self.add(f"awsd_{name}", "awsd", values, first=1997, last=last, zero=True)

    # --- atrocities and actors -----------------------------------------------------------------------------------

    def atrocities(self):
        """Targeted mass killing, PITF, and UCDP's actors, dyads and non-state conflicts."""
        tmk = pd.read_excel(
            self.data / "human_rights" / "tmk_events_release_1.1.xls", engine="calamine", dtype=object
        )
        tmk = tmk[pd.to_numeric(tmk["tmk"]) == 1].drop_duplicates(["tmk_id", "year", "tmk.st"])
        last = int(pd.to_numeric(tmk["year"]).max())
        names = ("ongoing", "government", "planned", "stated_intent", "ethnic", "political")
        sums = {name: defaultdict(float) for name in names}
        grade: dict[Key, float] = {}
        for row in tmk.to_dict("records"):
            year = int(row["year"])
            state = (
                self.world.who("cow", int(row["pl.ccode"]), year)
                if row["pl.ccode"] == row["pl.ccode"]
                else None
            )
            if state is None:
                continue
            key = (state, year)
            sums["ongoing"][key] += 1
            sums["government"][key] += int(row["is.government.actor"])
            sums["planned"][key] += int(row["intent.4.a.actor.org.pln"])
            sums["stated_intent"][key] += int(row["intent.4.b.actor.stat.int"])
            for kind, name in (("eth", "ethnic"), ("pol", "political")):
                sums[name][key] += any(
                    str(row[f"group{i}.tmk.{kind}"]).replace(".0", "") == "1" for i in range(1, 6)
                )
            value = pd.to_numeric(row["tmk.ordinal"], errors="coerce")
            grade[key] = value if value != value else max(grade.get(key, value), value)
            if grade.get(key) != grade.get(key):
                grade[key] = float("nan")
        for name, values in sums.items():
            self.add(f"tmk_{name}", "tmk", values, first=1946, last=last, zero=True)
        self.add("tmk_severity", "tmk", grade, first=1946, last=last, zero=True)
        self.series["tmk_severity"].values.update({k: v for k, v in grade.items() if v != v})
        pitf = pd.read_excel(self.data / "human_rights" / "genocide_politicide.xls", engine="calamine")
        values = {
            (state, int(r.YEAR)): 1.0
            for r in pitf.itertuples()
            if (state := self.world.who("pitf", r.SCODE, int(r.YEAR))) is not None
        }
        self.add("pitf_ongoing", "pitf", values, first=1955, last=int(pitf["YEAR"].max()), zero=True)
        self.actors()

    def actors(self):
        """Who is new and who goes on, of actors and of dyads; conflicts between armed groups."""
        one_sided = rdata.read_rds(self.data / "ucdp" / "OneSided_v25_1.rds")
        dyads = pd.read_csv(self.data / "ucdp" / "Dyadic_v24_1.csv", dtype=str)
        for frame, who, place, first, dataset in (
            (one_sided, "actor_id", "gwno_location", 1989, "ucdp_onesided"),
            (dyads[dyads["type_of_conflict"].isin(["3", "4"])], "dyad_id", "gwno_loc", 1946, "ucdp_dyadic"),
        ):
            active = {
                (str(row[who]), state, int(row["year"]))
                for row in frame.to_dict("records")
                for code in str(row[place]).split(",")
                if (state := self.world.who("ucdp", code.strip(), int(row["year"]))) is not None
            }
            new, repeat = defaultdict(float), defaultdict(float)
            for actor, state, year in active:
                new[state, year] += not any((actor, state, y) in active for y in range(year - 5, year))
                repeat[state, year] += (actor, state, year - 1) in active
            last = int(pd.to_numeric(frame["year"]).max())
            late = {k: v for k, v in new.items() if k[1] >= first + 5}
            if dataset == "ucdp_onesided":
                self.add("ucdp_onesided_new_actors", dataset, late, first=first + 5, last=last, zero=True)
                later = {k: v for k, v in repeat.items() if k[1] > first}
                self.add("ucdp_onesided_repeat_actors", dataset, later, first=first + 1, last=last, zero=True)
            else:
                self.add("ucdp_dyadic_new_dyads", dataset, late, first=first + 5, last=last, zero=True)
        nonstate = pd.read_csv(self.data / "ucdp" / "Nonstate_v23_1.csv", dtype=str)
        sums = {name: defaultdict(float) for name in ("conflicts", "communal", "deaths_best")}
        for row in nonstate.drop_duplicates(["dyad_id", "year"]).to_dict("records"):
            codes = list(dict.fromkeys(code.strip() for code in row["gwno_location"].split(",")))
            for code in codes:
                state = self.world.who("ucdp", code, int(row["year"]))
                if state is not None:
                    sums["conflicts"][state, int(row["year"])] += 1
                    sums["communal"][state, int(row["year"])] += row["org"] == "3"
                    sums["deaths_best"][state, int(row["year"])] += float(
                        row["best_fatality_estimate"]
                    ) / len(codes)
        last = int(nonstate["year"].astype(int).max())
        for name, values in sums.items():
            self.add(f"ucdp_nonstate_{name}", "ucdp_nonstate", values, first=1989, last=last, zero=True)
