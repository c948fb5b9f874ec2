"""Features recomputed one state and one year at a time, by the words of the catalogue and not by its code."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import median

from feature_rows import NAN, YEARS, Rows, known
from feature_world import FIRST

Value = Callable[[int, int], float]  # of a state in a year
GOVERNMENTS, GROUPS = "ucdp_osv_government_deaths", "ucdp_osv_nonstate_deaths"

# Longest age of a level in years, by what it measures.
FLOW, STATE, STRUCTURE = 3, 5, 15
V_DEM_LEVELS = """
    v2clkill_ord_is_0 v2clsocgrp_ord_is_0 v2clrelig_ord v2pepwrsoc_ord v2csreprss_ord v2xcl_disc v2mecenefm_ord
    v2psparban_ord v2jureform_ord v2x_polyarchy v2x_rule v2juhcind v2x_jucon v2clrspct v2svstterr v2x_corr v2clkill
    v2cltort v2pepwrses v2pepwrsoc v2cltrnslw v2x_ex_military v2csantimv v2cseeorgs v2csrlgrep v2x_cspart
    v2x_freexp_altinf v2clsocgrp v2clacjust v2clrgunev_ord_is_2
"""
V_DEM_CHANGES = """
    v2x_polyarchy:1 v2x_polyarchy:5 v2csreprss_ord:3 v2xcl_disc:3 v2clkill:3 v2x_civlib:1 v2x_civlib:5 v2juhcind:3
    v2meharjrn:3 v2x_frassoc_thick:3
"""
BY_PLACE = """
    statebased_dyads nonstate_dyads onesided_dyads deaths_low deaths_high statebased_deaths_low statebased_deaths_high
    nonstate_deaths_low nonstate_deaths_high onesided_deaths_low onesided_deaths_high onesided_by_governments_low
    onesided_by_governments_high onesided_by_groups_low onesided_by_groups_high
"""


def any_(x: float) -> float:
    """1 if positive, else 0; unknown stays unknown."""
    return float(x > 0) if known(x) else NAN


class Kinds:
    """The usual kinds of features of one variable."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.obs = rows, rows.observed

    def level(self, name: str, limit: float = math.inf, f: Callable[[float], float] = float) -> Value:
        """Latest value, if it is young enough."""

        def value(s: int, y: int) -> float:
            x, age = self.rows.carried(name, s, y)
            return f(x) if known(x) and age < limit else NAN

        return value

    def logs(self, name: str, limit: float = math.inf) -> Value:
        """log(1 + x) of the latest value."""
        return self.level(name, limit, math.log1p)

    def difference(self, name: str, years: int, f: Callable[[float], float] = float) -> Value:
        """Difference of two observed years."""

        seam = self.rows.series[name].seam

        def value(s: int, y: int) -> float:
            now, then = self.obs(name, s, y), self.obs(name, s, y - years)
            newest = y - self.rows.delay(name)
            if seam is not None and newest - years < seam <= newest:
                return NAN
            return f(now) - f(then) if known(now) and known(then) else NAN

        return value

    def window(self, name: str, years: int, f: Callable[[list[float]], float]) -> Value:
        """Something of the observed values of the last years; missing without the newest."""

        def value(s: int, y: int) -> float:
            found = [x for back in range(years) if known(x := self.obs(name, s, y - back))]
            return f(found) if known(self.obs(name, s, y)) else NAN

        return value

    def seen(self, name: str) -> Value:
        """Observed values of a variable."""
        return lambda s, y: self.obs(name, s, y)

    def fading(self, x: Value, half_life: float, f: Callable[[float], float] = float) -> Value:
        """Sum of the past, each year halved every half-life."""
        memory: dict[int, dict[int, float]] = {}

        def value(s: int, y: int) -> float:
            if s not in memory:
                total, begun, memory[s] = 0.0, False, {}
                for year in YEARS:
                    now = x(s, year)
                    total = total * 0.5 ** (1 / half_life) + (f(now) if known(now) else 0.0)
                    begun = begun or known(now)
                    memory[s][year] = total if begun else NAN
            return memory[s][y] if self.rows.exists(s, y) else NAN

        return value

    def years_with(self, name: str, half_life: int) -> Value:
        """Faded years in which there was any."""
        total = self.fading(self.seen(name), half_life, any_)
        return lambda s, y: total(s, y) if known(self.obs(name, s, y)) else NAN

    def log_faded(self, name: str, half_life: int) -> Value:
        """log(1 + faded sum)."""
        total = self.fading(self.seen(name), half_life)
        return lambda s, y: math.log1p(total(s, y)) if known(self.obs(name, s, y)) else NAN

    def since(self, name: str) -> Value:
        """log(1 + years since the last positive value, or since the record begins)."""

        def value(s: int, y: int) -> float:
            if not known(self.obs(name, s, y)):
                return NAN
            first = next(year for year in YEARS if known(self.obs(name, s, year)))
            last = max((year for year in range(FIRST, y + 1) if self.obs(name, s, year) > 0), default=first)
            return math.log1p(y - max(last, first))

        return value

    def spell(self, x: Value) -> Value:
        """log(1 + years of an unbroken run up to this one)."""

        def value(s: int, y: int) -> float:
            length = 0
            while y - length in YEARS and x(s, y - length) > 0:
                length += 1
            return math.log1p(length) if known(x(s, y)) else NAN

        return value

    def others(self, x: Value, which: Callable[[int, int], list[int]]) -> Value:
        """Mean over other states."""
        memory: dict[tuple[int, int], float] = {}

        def one(s: int, y: int) -> float:
            if (s, y) not in memory:
                memory[s, y] = x(s, y) if self.rows.exists(s, y) else NAN
            return memory[s, y]

        def value(s: int, y: int) -> float:
            found = [v for other in which(s, y) if known(v := one(other, y))]
            return sum(found) / len(found) if found else NAN

        return value

    def borders(self, s: int, y: int) -> list[int]:
        """Land neighbours of the year."""
        return self.rows.world.neighbours.get((s, y), [])

    def region(self, s: int, _y: int) -> list[int]:
        """Other states of the subregion."""
        subregion = self.rows.world.subregion
        return [other for other in self.rows.states if other != s and subregion[other] == subregion[s]]


def features(rows: Rows) -> dict[str, Value]:
    """Every feature of the catalogue by name, as a function of state and year."""
    kinds = Kinds(rows)
    others = (politics, economy, people, lists)
    parts = (mass_killing, conflict, one_sided, by_place, structure, ratings, groups, *others)
    return {name: value for part in parts for name, value in part(kinds).items()}


def mass_killing(k: Kinds) -> dict[str, Value]:
    """Episodes, in the state, next door, in the region and in the world."""
    obs = k.obs

    def under_way(s: int, y: int) -> float:
        """Count an episode until three quiet years have shown that it is over."""
        return obs("mk_ongoing", s, y) + sum(x for back in (1, 2) if known(x := obs("mk_ended", s, y - back)))

    def with_property(name: str) -> Value:
        def value(s: int, y: int) -> float:
            return max((min(x, 1.0) for back in range(3) if known(x := obs(name, s, y - back))), default=NAN)

        return value

    def any_under_way(s: int, y: int) -> float:
        return any_(under_way(s, y))

    world: dict[int, float] = {}

    def world_rate(_s: int, y: int) -> float:
        for year in YEARS if not world else ():
            found = [x for s in k.rows.states if known(x := obs("mk_onset", s, year))]
            world[year] = sum(found) / len(found)
        rates = [world[year] for year in range(y - 9, y + 1) if year in world]
        return sum(rates) / len(rates)

    onsets = k.seen("mk_onsets")
    kinds = ("state_led", "nonstate", "ethnic", "multiethnic")
    return {
        "mk_ongoing_count": under_way,
        **{f"mk_{kind}_ongoing": with_property(f"mk_{kind}_ongoing") for kind in kinds},
        "mk_ongoing_years": k.spell(under_way),
        "mk_ever": k.level("mk_ever"),
        "mk_onsets_past": k.logs("mk_begun"),
        "mk_onsets_decay10": k.fading(onsets, 10),
        "mk_onsets_decay3": k.fading(onsets, 3),
        "mk_ended_decay5": k.fading(lambda s, y: obs("mk_ended", s, y - 3), 5),
        "mk_onset_since": k.since("mk_onset"),
        "mk_ongoing_change3": lambda s, y: under_way(s, y) - under_way(s, y - 3),
        "world_mk_onset_rate10": world_rate,
        "neighbour_mk_share": k.others(any_under_way, k.borders),
        "neighbour_mk_onsets_decay3": k.others(k.fading(onsets, 3), k.borders),
        "region_mk_share": k.others(any_under_way, k.region),
    }


def conflict(k: Kinds) -> dict[str, Value]:
    """Armed conflict and coups."""
    obs = k.obs

    def active(s: int, y: int) -> float:
        return any_(obs("ucdp_intensity", s, y))

    def new(s: int, y: int) -> float:
        now, before = active(s, y), [active(s, y - back) for back in (1, 2, 3)]
        if not known(now):
            return NAN
        if now == 0 or 1.0 in before:
            return 0.0
        return 1.0 if before == [0.0, 0.0, 0.0] else NAN

    def coups(s: int, y: int) -> float:
        return sum(x for back in range(5) if known(x := obs("coup_attempts", s, y - back)))

    attempts = k.seen("coup_attempts")
    return {
        **{
            f"ucdp_{name}": k.level(f"ucdp_{name}")
            for name in ("intensity", "conflicts", "interstate", "dyads")
        },
        "ucdp_government_conflict": k.level("ucdp_government"),
        "ucdp_territory_conflict": k.level("ucdp_territory"),
        "ucdp_conflict_decay5": k.fading(active, 5),
        "ucdp_war_decay10": k.fading(k.seen("ucdp_wars"), 10, any_),
        "ucdp_conflict_years": k.spell(active),
        "ucdp_conflict_new": new,
        "ucdp_conflict_since": k.since("ucdp_intensity"),
        "ucdp_intensity_change1": k.difference("ucdp_intensity", 1),
        "ucdp_dyads_change1": k.difference("ucdp_dyads", 1),
        "ucdp_conflicts_change3": k.difference("ucdp_conflicts", 3),
        "ucdp_battle_deaths_log": k.logs("ucdp_battle_deaths"),
        "ucdp_interstate_deaths_log": k.logs("ucdp_interstate_deaths"),
        "ucdp_battle_deaths_change1": k.difference("ucdp_battle_deaths", 1, math.log1p),
        "ucdp_battle_deaths_logdecay3": k.log_faded("ucdp_battle_deaths", 3),
        "neighbour_conflict_share": k.others(active, k.borders),
        "coup_attempts_last": k.level("coup_attempts"),
        "coup_attempts_sum5": coups,
        "coup_attempts_decay10": k.fading(attempts, 10),
        "coup_attempts_since": k.since("coup_attempts"),
        "region_coups_decay5": k.others(k.fading(attempts, 5), k.region),
    }


def one_sided(k: Kinds) -> dict[str, Value]:
    """Violence against civilians by governments and armed groups."""
    obs = k.obs

    def both(s: int, y: int) -> float:
        return math.log1p(obs(GOVERNMENTS, s, y) + obs(GROUPS, s, y))

    return {
        "ucdp_osv_government_log": k.logs(GOVERNMENTS),
        "ucdp_osv_nonstate_log": k.logs(GROUPS),
        "ucdp_osv_government_decay3": k.fading(k.seen(GOVERNMENTS), 3, any_),
        "ucdp_osv_change1": lambda s, y: both(s, y) - both(s, y - 1),
        "ucdp_osv_trend3": lambda s, y: both(s, y) - sum(both(s, y - back) for back in (1, 2, 3)) / 3,
        "ucdp_osv_actors": k.level("ucdp_osv_nonstate_actors"),
        "ucdp_osv_government_actors_log": k.logs("ucdp_osv_government_actors"),
        "ucdp_osv_nonstate_actors_change3": k.difference("ucdp_osv_nonstate_actors", 3),
        "neighbour_osv_log": k.others(both, k.borders),
        f"{GOVERNMENTS}_logdecay5": k.log_faded(GOVERNMENTS, 5),
        f"{GROUPS}_logdecay5": k.log_faded(GROUPS, 5),
        f"{GROUPS}_peak3": k.window(GROUPS, 3, lambda found: math.log1p(max(found))),
        f"{GOVERNMENTS}_change3": k.difference(GOVERNMENTS, 3, math.log1p),
        f"{GROUPS}_change3": k.difference(GROUPS, 3, math.log1p),
    }


def structure(k: Kinds) -> dict[str, Value]:
    """Population, infant mortality, age of the state, treaties."""
    mortality = k.level("infant_mortality", STATE, math.log)
    middle: dict[int, float] = {}

    def relative(s: int, y: int) -> float:
        if y not in middle:
            latest = k.level("infant_mortality", f=math.log)
            found = [x for other in k.rows.states if known(x := latest(other, y))]
            middle[y] = median(found) if found else NAN
        return mortality(s, y) - middle[y]

    def share(s: int, y: int) -> float:
        treaties = [f"treaty_{name}" for name in ("genocide", "iccpr", "cat", "cerd", "rome")]
        found = [x for name in treaties if known(x := k.rows.carried(name, s, y)[0])]
        return sum(found) / len(found) if found else NAN

    founded = k.rows.world.founded
    return {
        "population_log": k.level("population", STATE, math.log),
        "infant_mortality_log": mortality,
        "infant_mortality_relative": relative,
        "infant_mortality_change5": k.difference("infant_mortality", 5, math.log),
        "state_age_log": lambda s, y: math.log1p(y - founded[s]),
        "state_new": lambda s, y: float(y - founded[s] < 10),
        "treaty_share": share,
        "treaty_genocide": k.level("treaty_genocide"),
        "treaty_iccpr": k.level("treaty_iccpr"),
    }


def ratings(k: Kinds) -> dict[str, Value]:
    """V-Dem, Polity5, and coded reports on human rights."""
    out = {f"vdem_{name}": k.level(f"vdem_{name}", STATE) for name in V_DEM_LEVELS.split()}
    for entry in V_DEM_CHANGES.split():
        name, years = entry.split(":")
        out[f"vdem_{name}_change{years}"] = k.difference(f"vdem_{name}", int(years))
    out["vdem_v2x_polyarchy_extreme"] = k.level("vdem_v2x_polyarchy", STATE, lambda x: (x - 0.5) ** 2)
    out["vdem_v2elintim"] = k.level("vdem_v2elintim", 1)
    out["polity5_xconst"] = k.level("polity5_xconst", STATE)
    out["polity5_durable_log"] = k.logs("polity5_durable", FLOW)
    for name in ("interregnum", "transition"):
        out[f"polity5_{name}_decay5"] = k.years_with(f"polity5_{name}", 5)
    yearly = (
        "pts_pts_s",
        "pts_pts_a",
        *(f"cirights_{n}" for n in ("physint", "kill", "disap", "tort", "injud")),
    )
    out |= {name: k.level(name, FLOW) for name in yearly}
    out["pts_pts_s_mean5"] = k.window("pts_pts_s", 5, lambda found: sum(found) / len(found))
    for name in ("pts_pts_s", "cirights_physint", "freedom_house_cl"):
        out[f"{name}_change3"] = k.difference(name, 3)
    return out | {name: k.level(name, STATE) for name in ("freedom_house_pr", "freedom_house_cl")}


def groups(k: Kinds) -> dict[str, Value]:
    """Ethnic groups and their power."""
    shares = (
        "excluded",
        "discriminated",
        "largest_excluded",
        "dominant",
        "downgraded_5y",
        "fractionalization",
    )
    return {
        **{f"epr_{name}": k.level(f"epr_{name}", STRUCTURE) for name in shares},
        **{
            f"epr_{name}_log": k.logs(f"epr_{name}", STRUCTURE)
            for name in ("excluded_groups", "relevant_groups")
        },
        "epr_excluded_change5": k.difference("epr_excluded", 5),
        "hief_efindex": k.level("hief_efindex", STRUCTURE),
    }


def politics(k: Kinds) -> dict[str, Value]:
    """Elections, leaders, protest."""
    elections = [f"reign_elections_{name}" for name in ("elections", "irregular", "postponed")]
    protests = [f"mass_mobilization_{name}" for name in ("protests", "violent_protests", "killings")]
    leaders = ["reign_leaders_changes", "reign_leaders_tenure"]
    return {
        **{f"{name}_log": k.logs(name) for name in elections},
        **{f"{name}_log": k.logs(name, FLOW) for name in (*leaders, *protests)},
        "reign_leaders_military": k.level("reign_leaders_military", FLOW),
    }


def economy(k: Kinds) -> dict[str, Value]:
    """Income, growth, trade, rents, military spending."""
    growth = "wdi_NY.GDP.PCAP.KD.ZG"
    return {
        "wdi_gdp_per_head_log": k.logs("wdi_NY.GDP.PCAP.KD", STATE),
        "wdi_growth": k.level(growth, FLOW),
        "wdi_growth_mean3": k.window(growth, 3, lambda found: sum(found) / len(found)),
        "wdi_trade_log": k.logs("wdi_NE.TRD.GNFS.ZS", STATE),
        "wdi_resource_rents_log": k.logs("wdi_NY.GDP.TOTL.RT.ZS", STATE),
        "wdi_oil_rents_log": k.logs("wdi_NY.GDP.PETR.RT.ZS", STATE),
        "sipri_share_gdp": k.level("sipri_share_gdp", STATE),
        "sipri_per_capita_usd_log": k.logs("sipri_per_capita_usd", STATE),
        "sipri_constant_usd_change3": k.difference("sipri_constant_usd", 3, math.log1p),
    }


def people(k: Kinds) -> dict[str, Value]:
    """Displacement and attacks on aid workers."""
    rows = k.rows

    def per_head(*names: str) -> Value:
        def value(s: int, y: int) -> float:
            people_, behind = rows.carried("population", s, y)
            recent = [x for name in names for x, age in [rows.carried(name, s, y)] if known(x) and age < FLOW]
            if not recent or not known(people_) or (len(names) == 1 and behind >= FLOW):
                return NAN
            return math.log1p(1e5 * max(recent) / people_)

        return value

    stocks = ("refugees", "asylum_seekers", "idps", "hosted_refugees")
    return {
        **{f"unhcr_{name}_per_head": per_head(f"unhcr_{name}") for name in stocks},
        "displaced_per_head": per_head("unhcr_idps", "idmc_stock"),
        "unhcr_refugees_change1": k.difference("unhcr_refugees", 1, math.log1p),
        "unhcr_refugees_change5": k.difference("unhcr_refugees", 5, math.log1p),
        "unhcr_idps_change1": k.difference("unhcr_idps", 1, math.log1p),
        **{f"awsd_{name}_log": k.logs(f"awsd_{name}") for name in ("incidents", "killed", "kidnapped")},
        "awsd_incidents_decay3": k.years_with("awsd_incidents", 3),
        "awsd_incidents_change3": k.difference("awsd_incidents", 3, math.log1p),
    }


def lists(k: Kinds) -> dict[str, Value]:
    """Other lists of atrocities, actors, and conflict between armed groups."""
    tmk = ("ongoing", "ethnic", "political", "stated_intent", "planned", "government")
    actors = ("onesided_new_actors", "onesided_repeat_actors", "dyadic_new_dyads")
    nonstate = ("conflicts", "deaths_best", "communal")
    return {
        **{f"tmk_{name}_log": k.logs(f"tmk_{name}") for name in tmk},
        "tmk_ongoing_decay10": k.years_with("tmk_ongoing", 10),
        "tmk_severity": k.level("tmk_severity"),
        "pitf_ongoing_decay10": k.years_with("pitf_ongoing", 10),
        **{f"ucdp_{name}_log": k.logs(f"ucdp_{name}") for name in actors},
        "ucdp_onesided_new_actors_decay3": k.years_with("ucdp_onesided_new_actors", 3),
        "ucdp_dyadic_new_dyads_decay3": k.years_with("ucdp_dyadic_new_dyads", 3),
        **{f"ucdp_nonstate_{name}_log": k.logs(f"ucdp_nonstate_{name}") for name in nonstate},
        "ucdp_nonstate_deaths_best_logdecay3": k.log_faded("ucdp_nonstate_deaths_best", 3),
    }


def by_place(k: Kinds) -> dict[str, Value]:
    """Organized violence where people died: civilians among them, dyads, the least and the most that is reported."""
    table = "ucdp_organizedviolence_"

    def civilians(s: int, y: int) -> float:
        killed = k.obs(f"{table}deaths", s, y)
        return k.obs(f"{table}civilian_deaths", s, y) / killed if killed > 0 else NAN

    return {
        f"{table}civilian_share": civilians,
        **{f"{table}{name}_log": k.logs(f"{table}{name}") for name in BY_PLACE.split()},
    }
