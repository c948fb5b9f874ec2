"""Varieties of Democracy: ratings per country and year, from every form in which releases are found.

The official country-year table (CSV, Parquet or R, official column names), an R object with the identifier
block and the high-level indices, and the subsets in the Early Warning Project's inputs, where columns were renamed
or recoded.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.catalogue.vdem_forms import EWP_NAMES, IDENTIFIERS, PARTIAL, form, load
from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import before_panel
from rtop_forecast.sources.reading.matching import merge_unmatched, with_country_id
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import publication_lag

__all__ = ["DEFAULT_VARIABLES", "EWP_NAMES", "RANGES", "read", "recognise"]


#: Official names read by default: what speaks to the risk factors of the UN Framework. Names of expert-coded
#: ratings stand for the measurement model's point estimate; ``_ord`` is its ordinal form in the words of the
#: codebook, ``_codelow`` and ``_codehigh`` bound one standard deviation.
DEFAULT_VARIABLES = (
    "v2x_polyarchy", "v2x_polyarchy_codelow", "v2x_polyarchy_codehigh", "v2x_libdem", "v2x_libdem_codelow",
    "v2x_libdem_codehigh", "v2x_partipdem", "v2x_delibdem", "v2x_egaldem", "v2x_regime", "v2x_liberal", "v2x_rule",
    "v2x_jucon", "v2xlg_legcon", "v2x_clphy", "v2x_clpol", "v2x_clpriv", "v2x_civlib", "v2x_cspart", "v2xcs_ccsi",
    "v2x_freexp_altinf", "v2x_frassoc_thick", "v2xel_frefair", "v2x_corr", "v2x_pubcorr", "v2x_execorr",
    "v2x_neopat", "v2x_ex_military", "v2x_ex_party", "v2x_ex_hereditary", "v2xeg_eqprotec", "v2xeg_eqaccess",
    "v2xeg_eqdr", "v2xpe_exlsocgr", "v2xpe_exlpol", "v2xpe_exlecon", "v2xcl_disc", "v2xcl_rol", "v2x_horacc",
    "v2x_veracc", "v2x_diagacc", "v2clkill", "v2clkill_ord", "v2cltort", "v2cltort_ord", "v2clrspct",
    "v2clrspct_ord", "v2cltrnslw", "v2clacfree", "v2clrelig", "v2clrelig_ord", "v2clsocgrp", "v2clsocgrp_ord",
    "v2clrgunev", "v2clrgunev_ord", "v2clfmove", "v2cldmovem", "v2cldmovew", "v2cldiscm", "v2cldiscw",
    "v2clacjust", "v2clstown", "v2svstterr", "v2svdomaut", "v2svinlaut", "v2stfisccap", "v2stcritrecadm",
    "v2juhcind", "v2juncind", "v2juhccomp", "v2jureform", "v2jureform_ord", "v2jupurge", "v2jupoatck", "v2jupack",
    "v2csreprss", "v2csreprss_ord", "v2cseeorgs", "v2csrlgrep", "v2csantimv", "v2csgender", "v2csgender_ord",
    "v2mecenefm", "v2mecenefm_ord", "v2meharjrn", "v2meslfcen", "v2psparban", "v2psparban_ord", "v2psoppaut",
    "v2psbars", "v2pepwrses", "v2pepwrsoc", "v2pepwrsoc_ord", "v2pepwrgen", "v2exl_legitideol", "v2exl_legitlead",
    "v2exl_legitperf", "v2exl_legitratio", "v2elirreg", "v2elintim", "v2elpeace", "v2elboycot", "v2smgovshut",
    "v2smpolhate", "v2smpolsoc", "v2cacamps", "v2caviol", "v2camobauto", "v2camobcons", "v2caassemb",
    "v2regsupgroupssize", "e_pop", "e_gdppc", "e_gdp", "e_migdppc", "e_migdpgro", "e_cow_exports", "e_cow_imports",
    "e_total_resources_income_pc", "e_total_oil_income_pc", "e_civil_war", "e_miinteco", "e_miinterc", "e_pt_coup",
    "e_polity2", "e_peaveduc", "e_peinfmor", "e_wb_pop",
)  # fmt: skip

#: Admissible values of the variables this library bundles, bounds inclusive.
RANGES = {
    "v2clkill_ord_is_0": (0, 1),
    "v2clsocgrp_ord_is_0": (0, 1),
    "v2clrgunev_ord_is_2": (0, 1),
    "v2csreprss_ord": (0, 4),
    "v2pepwrsoc_ord": (0, 4),
    "v2psparban_ord": (0, 4),
    "v2jureform_ord": (0, 2),
    "v2clrelig_ord": (0, 4),
    "v2xcl_disc": (0, 1),
    "v2csgender_ord": (0, 4),
    "v2mecenefm_ord": (0, 4),
    "v2x_polyarchy": (0, 1),
    "v2x_libdem": (0, 1),
}

#: Recodes of official ordinals that the bundled ratings use.
RECODES = {
    "v2clkill_ord_is_0": ("v2clkill_ord", 0),
    "v2clsocgrp_ord_is_0": ("v2clsocgrp_ord", 0),
    "v2clrgunev_ord_is_2": ("v2clrgunev_ord", 2),
}

#: Ratings of elections, which V-Dem gives in years of elections only.
ELECTION_RATINGS = ("v2elirreg", "v2elintim", "v2elpeace", "v2elboycot")

#: V-Dem's numbers of countries whose name means different states in different years.
_NUMBERS = {
    "Czechia": "157", "German Democratic Republic": "137", "Germany": "77", "Kosovo": "43",
    "Republic of Vietnam": "35", "Russia": "11", "Serbia": "198", "South Yemen": "23", "Vietnam": "34",
    "Yemen": "14", "Zanzibar": "236",
}  # fmt: skip


#: Version 9 was the first that ended in 2018; one has come out every year since.
_FIRST_KNOWN, _YEAR_BEFORE_VERSION_0 = 2018, 2009


def recognise(path: str | Path) -> bool:
    """Whether a file is one of the forms, by its column names."""
    return form(path) is not None


def read(path: str | Path, *, variables: list[str] | None = None) -> SourceTable:
    """State-years of V-Dem ratings.

    Parameters
    ----------
    path : path
        Official country-year table (``V-Dem-CY-Full+Others-v15.csv``, or as Parquet, rds or RData), the R object
        ``vdem_simple``, a subset of the Early Warning Project (``vdem.Rdata``), or a table of some indices under
        V-Dem's own names, with its names of countries: it is partial, and adds its newer years to a fuller
        release.
    variables : list of str, optional
        Official names to keep; by default those of :data:`DEFAULT_VARIABLES` that the file has: variables come
        and go between versions (e_migdppc and e_migdpgro ended with version 11).

    Returns
    -------
    SourceTable
        Ratings under their official names, and the recodes of :data:`RECODES` under names that say what they
        are, as ``v2clkill_ord_is_0``. Absence of a row is missing, never zero. The release is
        V-Dem's version number, by the last year covered. Ratings of elections (:data:`ELECTION_RATINGS`) stand in
        years of elections alone, also where a copy of a release carries them forward. The columns of a big CSV
        file are kept as a Parquet copy in the cache folder.

    Raises
    ------
    InputError
        If a variable is asked for that the file does not hold, or an R file is given without `rdata`.
    DataIntegrityError
        If a rating is not a number, the file's name tells another version than its last year, or two rows claim
        one state-year.

    References
    ----------
    Coppedge, M., et al. (2025). V-Dem Country-Year Dataset v15. Varieties of Democracy Project.
    https://doi.org/10.23696/vdemds25
    """
    path = Path(path)
    wanted = list(DEFAULT_VARIABLES if variables is None else variables)
    sources = [RECODES[name][0] for name in wanted if name in RECODES]
    elections = ELECTION_RATINGS if set(wanted) & set(ELECTION_RATINGS) else ()
    frame, system = load(path, list(dict.fromkeys([*wanted, *sources, *elections])))
    frame = _recoded(_elections_only(years(frame, "year", path=path)))
    frame = frame.drop(columns=[name for name in elections if name not in wanted and name in frame])
    offered = [name for name in frame.columns if name not in IDENTIFIERS and name not in ("code", "year")]
    names = offered if variables is None else list(variables)
    absent = [name for name in names if name not in offered]
    if absent:
        message = (
            f"{path.name} lacks {len(absent)} of the variables asked for, first {absent[0]!r}: it was dropped "
            "from this version or is spelt otherwise; see the version's codebook."
        )
        raise InputError(message)
    _refuse_infinite(frame, names, path)
    frame, early = before_panel(frame, code="code")
    if frame.empty or not names:
        message = f"{path.name} holds no rating from 1946 on. Use the official country-year table."
        raise DataIntegrityError(message)
    release = _release(path, int(frame["year"].max()))
    matched, unmatched = _resolved(frame, system)
    data = _one_per_state_year(path, matched, names)
    coverage = {
        name: (int(valued.min()), int(valued.max()))
        for name in names
        if len(valued := data.loc[data[name].notna(), "year"])
    }
    return SourceTable(
        source=f"vdem-{release}",
        release=release,
        data=data[["country_id", "year", *coverage]],
        coverage=coverage,
        zero_inside=frozenset(),
        partial=form(path) == PARTIAL,
        publication_lag_months=publication_lag("vdem"),
        unmatched=merge_unmatched([unmatched, early]),
    )


def _recoded(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the recodes that can be made of the columns there."""
    made = {
        new: (frame[old] == level).astype("float64").where(frame[old].notna())
        for new, (old, level) in RECODES.items()
        if old in frame.columns and new not in frame.columns
    }
    return pd.concat([frame, pd.DataFrame(made, index=frame.index)], axis=1)


def _elections_only(frame: pd.DataFrame) -> pd.DataFrame:
    """Ratings of elections in the years in which one was rated, where a copy of a release has filled the others.

    Copies made for models carry a rating forward to the next election and write 0 before the first: then no year
    lacks one. An election shows as a change of any of the ratings; the first year of a country cannot show one.
    """
    filled = [name for name in ELECTION_RATINGS if name in frame and frame[name].notna().all()]
    if not filled:
        return frame
    ordered = frame.sort_values(["code", "year"], kind="stable")
    changed = ordered[filled].ne(ordered.groupby("code")[filled].shift()).any(axis=1)
    rated = changed & (ordered["code"] == ordered["code"].shift()) & (ordered[filled] != 0).any(axis=1)
    return frame.assign(**{name: frame[name].where(rated.reindex(frame.index)) for name in filled})


def _refuse_infinite(frame: pd.DataFrame, names: list[str], path: Path) -> None:
    wrong = np.isinf(frame[names].to_numpy(dtype=float, na_value=np.nan))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        message = (
            f"{path.name}: ratings must be finite; {int(wrong.sum())} are not, first {names[column]!r} in row "
            f"{row + 1}. Download the official file again."
        )
        raise DataIntegrityError(message)


def _release(path: Path, last: int) -> str:
    """Version by the last year; a name that tells another one is refused."""
    release = str(last - _YEAR_BEFORE_VERSION_0) if last >= _FIRST_KNOWN else f"to{last}"
    named = re.search(r"(?:^|[^a-zA-Z0-9])v(\d{1,2})(?!\d)", path.stem)
    if named and last >= _FIRST_KNOWN and named[1] != release:
        message = (
            f"{path.name}: version {named[1]} should end in {int(named[1]) + _YEAR_BEFORE_VERSION_0}, but the file "
            f"ends in {last}, as version {release} does. It was renamed or cut; download the version again."
        )
        raise DataIntegrityError(message)
    return release


def _resolved(frame: pd.DataFrame, system: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Resolve by V-Dem's number, or by its country name where that has one meaning in all years."""
    if system == "vdem":
        return with_country_id(frame, code="code", system="vdem")
    dated = frame["code"].isin(_NUMBERS)
    parts = [
        with_country_id(
            frame[dated].assign(code=lambda f: f["code"].map(_NUMBERS)), code="code", system="vdem"
        ),
        with_country_id(frame[~dated], code="code", system="name"),
    ]
    matched = pd.concat([part[0] for part in parts], ignore_index=True)
    return matched, merge_unmatched([part[1] for part in parts])


def _one_per_state_year(path: str | Path, matched: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    repeated = matched.duplicated(["country_id", "year"], keep=False)
    if repeated.any():
        first = matched.loc[repeated].iloc[0]
        message = (
            f"{Path(path).name}: {int(repeated.sum())} rows share a state-year with another, first "
            f"{first['code']!r} "
            f"in {first['year']} (GW {first['country_id']}). Remove one of each pair."
        )
        raise DataIntegrityError(message)
    return matched[["country_id", "year", *names]]
