"""CIRIGHTS: human rights scored from yearly reports, by country and year."""

from __future__ import annotations

from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]

SOURCE = CountryYears(
    dataset="cirights",
    title="CIRIGHTS",
    description="""
        File: `cirights_v3.12.10.24.xlsx` or another version, also as CSV. Laws and workers' rights are not read.

        - `kill`, `disap`, `tort`, `polpris`: extrajudicial killing, disappearance, torture and political
          imprisonment; 0 frequent, 1 occasional, 2 none. `physint` is their sum, 0 to 8.
        - `overall` (0 to 100), `repression` (0 to 17), `civpol` (0 to 6): indices.
        - `assn`, `formov`, `dommov`, `speech`, `elecsd`, `rel_free`, `injud` (0 to 2), `wopol`, `ngo`, `trial`
          (0 to 3): assembly, foreign and domestic movement, speech, electoral self-determination, religion, judicial
          independence, women's political rights, human rights organisations, fair trial.
        - `brutality`: 1 if extrajudicial killing is frequent and so is at least one of disappearance, torture and
          political imprisonment, else 0. `intensity` (1 to 3): how many of these three are; missing without such an
          atrocity, and in older versions.

        Higher is better, except for `brutality` and `intensity`. A report that says nothing is an empty cell in
        version 3.12; the codes of older versions for that (-999), for foreign rule (-66) and for no government (-77)
        are missing too. Scores are as published, also where a sum is not that of its parts (13 state-years).

        Atrocities: Cingranelli, D., Mark, S., Garvey, J. B., Hutt, J., & Lee, Y. (2022). A brutality-based approach
        to identifying state-led atrocities. Journal of Conflict Resolution, 66(9), 1676-1702.
    """,
    marks=frozenset({"ciri", "cow", "Physical Integrity Rights Index", "Extrajudicial Killings"}),
    columns={
        "Overall Human Rights Score": Column("overall", (0, 100)),
        "Physical Integrity Rights Index": Column("physint", (0, 8)),
        "Repression Index": Column("repression", (0, 17)),
        "Civil and Political Rights Index": Column("civpol", (0, 6)),
        "Brutality-based Atrocity": Column("brutality", (0, 1)),
        "Atrocity Intensity": Column("intensity", (1, 3), optional=True),
        "Disappearances": Column("disap", (0, 2)),
        "Extrajudicial Killings": Column("kill", (0, 2)),
        "Political Imprisonment": Column("polpris", (0, 2)),
        "Torture": Column("tort", (0, 2)),
        "Freedom of Assembly and Association": Column("assn", (0, 2)),
        "Freedom of Foreign Movement": Column("formov", (0, 2)),
        "Freedom of Domestic Movement": Column("dommov", (0, 2)),
        "Freedom of Speech": Column("speech", (0, 2)),
        "Electoral Self-determination": Column("elecsd", (0, 2)),
        "Religious Freedom": Column("rel_free", (0, 2)),
        "Judicial Independence": Column("injud", (0, 2)),
        "Women's Political Rights": Column("wopol", (0, 3)),
        "Human Rights NGO Freedom": Column("ngo", (0, 3)),
        "Right to a Fair Trial": Column("trial", (0, 3)),
    },
    codes=(("country", "name"),),  # the column `cow` holds numbers of other systems too (342 for Serbia)
    missing=(-999, -99, -77, -66, "NA"),
    version=r"v(\d+(?:\.\d+)+)",
)
