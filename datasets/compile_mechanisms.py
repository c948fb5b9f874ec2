"""Compile the dated tables of prevention mechanisms in ``datasets/mechanisms``.

    python datasets/compile_mechanisms.py --facts DIR

reads fact tables from DIR and the hand-made ones of ``datasets/annotations`` (withdrawals, corrections), brings them
to one schema and stops when a row has no source. ``mechanisms/tables.csv`` says how far each table goes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError

ROOT = Path(__file__).resolve().parent
COLUMNS = [
    "country_id",
    "iso3",
    "mechanism",
    "status",
    "date",
    "precision",
    "until",
    "found_by",
    "recorded",
    "source",
    "note",
    "until_source",
    "until_note",
]
#: What the facts call a treaty, and its key here.
TREATIES = {
    "Ottawa (mine ban)": "Mine Ban Convention",
    "CCM (cluster munitions)": "Convention on Cluster Munitions",
    "Refugee Convention 1951": "Refugee Convention",
    "Refugee Protocol 1967": "Refugee Protocol",
    "Statelessness 1954": "Convention on stateless persons",
    "Statelessness 1961": "Convention on the reduction of statelessness",
    "UNTOC trafficking protocol": "Trafficking Protocol",
}
UNUSABLE = "UNSOURCED|general knowledge|could not be identified"


def facts(folder: Path, name: str) -> pd.DataFrame:
    """Fact table as strings; empty cells are empty strings."""
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def annotation(name: str) -> pd.DataFrame:
    """Hand-made table as strings."""
    return pd.read_csv(ROOT / "annotations" / name, dtype=str, keep_default_na=False)


def report(line: str) -> None:
    """Say what is left out."""
    sys.stdout.write(f"{line}\n")


def written(name: str, table: pd.DataFrame) -> None:
    """Complete the columns, check the sources, sort and write a table."""
    table = table.copy()
    for column in COLUMNS:
        if column not in table:
            table[column] = ""
    table["found_by"] = table["found_by"].replace("", "stated")
    table["precision"] = [
        _precision(day, given) for day, given in zip(table["date"], table["precision"], strict=True)
    ]
    codes = pd.read_csv(ROOT / "core" / "crosswalk.csv", dtype=str, keep_default_na=False)
    iso3 = (
        codes[codes["system"] == "iso3"]
        .drop_duplicates("country_id", keep="last")
        .set_index("country_id")["code"]
    )
    table["iso3"] = table["country_id"].map(iso3).fillna("")
    bare = table["source"].eq("") | table["source"].str.contains(UNUSABLE) | table["date"].eq("")
    if bare.any():
        message = (
            f"each row needs a date and a source; {int(bare.sum())} of {name} lack one, first "
            f"{table[bare].iloc[0].to_dict()}."
        )
        raise DataIntegrityError(message)
    table = table[COLUMNS].drop_duplicates().sort_values([*COLUMNS[:1], *COLUMNS[2:]], ignore_index=True)
    table.to_csv(ROOT / "mechanisms" / f"{name}.csv", index=False, lineterminator="\n")


def _precision(day: str, given: str) -> str:
    return given or {0: "", 4: "year", 7: "month", 10: "day"}[len(day)]


def reviews(folder: Path) -> None:
    """Universal Periodic Review: one row per state and cycle."""
    table = facts(folder, "upr_reviews.csv")
    scheduled = table["status"] == "scheduled"
    eliminated = table["note"].str.contains("elimination")
    written(
        "universal_periodic_review",
        pd.DataFrame(
            {
                "country_id": table["gwid"],
                "mechanism": "Universal Periodic Review, cycle " + table["cycle"],
                "status": ("scheduled, session " + table["session"]).where(
                    scheduled, "reviewed, session " + table["session"]
                ),
                "date": table["date"].where(table["date"] != "", table["year"]),
                "until": table["end"],
                "found_by": scheduled.map({True: "scheduled", False: ""}).where(
                    ~eliminated, "by elimination"
                ),
                "recorded": table["as_of"],
                "source": table["source"],
                "note": table["note"],
            }
        ),
    )


def treaties(folder: Path) -> None:
    """Deposits of treaties beyond the five of the core table, with withdrawals that were found."""
    table = facts(folder, "treaty_deposits.csv")
    table = table.assign(
        country_id=table["gwid"],
        mechanism=table["item"].replace(TREATIES),
        status="party",
        date=table["date"].where(table["date"] != "", table["year"]),
        until="",
        note=table["act"]
        + table["note"].where(table["note"].str.startswith("only"), "").radd("; ").replace("; ", ""),
        recorded=table["as_of"].str.removeprefix("after "),
    )
    left = annotation("treaty_withdrawals.csv")
    rows = table[[*set(COLUMNS) & set(table.columns)]].copy().reset_index(drop=True)
    rows[["precision", "until_source", "until_note"]] = ""
    rows = rows[rows["country_id"] != ""].reset_index(drop=True)
    added = []
    for one in left.to_dict("records"):
        match = (rows["country_id"] == one["country_id"]) & (rows["mechanism"] == one["mechanism"])
        if one["rejoined"]:
            added.append({**rows[match].iloc[0], "date": one["rejoined"], "until": one["until"],
                          "source": one["source"].split("; ")[0], "note": "acceded again",
                          "until_source": one["source"], "until_note": one["note"]})  # fmt: skip
            continue
        if match.sum() != 1:
            message = f"a withdrawal ends one deposit; {one['mechanism']} of GW {one['country_id']} has {match.sum()}."
            raise DataIntegrityError(message)
        rows.loc[match, ["until", "until_source", "until_note"]] = [one["until"], one["source"], one["note"]]
    written("treaties", pd.concat([rows, pd.DataFrame(added)], ignore_index=True))


def missions(folder: Path) -> None:
    """UN peace operations and special political missions, one row per host state."""
    peace = facts(folder, "peace_operations_un.csv")
    peace = peace[~peace["source"].str.contains(UNUSABLE)]
    peace = pd.concat([peace, annotation("missions_verified.csv")], ignore_index=True).fillna("")
    whole = annotation("mission_names.csv").set_index("acronym")["name"]
    peace["name"] = peace["acronym"].map(whole).fillna(peace["name"])
    table = pd.DataFrame(
        {
            "country_id": peace["gwid"],
            "mechanism": peace["acronym"] + ", " + peace["name"],
            "status": peace["item"],
            "date": _cut(peace["date"], peace["start_precision"]),
            "until": _cut(peace["end"], peace["end_precision"]),
            "recorded": peace["as_of"],
            "source": peace["source"],
            "note": peace["note"],
        }
    )
    written("peace_operations", table[table["date"] != ""])
    political = facts(folder, "special_political_missions_partial.csv")
    known = political["date"].where(political["date"] != "", political["end"])
    table = pd.DataFrame(
        {
            "country_id": political["gwid"],
            "mechanism": political["acronym"] + ", " + political["name"],
            "status": political["item"],
            "date": known.where(known != "", political["as_of"]),
            "precision": (political["date"] == "").map({True: "by", False: ""}),
            "until": political["end"],
            "recorded": political["as_of"],
            "source": political["source"],
            "note": political["note"],
        }
    )
    gone = political["active"].eq("no") & political["end"].eq("")
    report(f"political missions without any end that are no more: {int(gone.sum())} left out")
    written("political_missions", table[~gone])


def _cut(day: pd.Series, precision: pd.Series) -> pd.Series:
    """Day, month or year of an ISO day by its precision."""
    length = precision.map({"month": 7, "year": 4}).fillna(10).astype(int)
    return pd.Series([one[:n] for one, n in zip(day, length, strict=True)], index=day.index)


def council(folder: Path) -> None:
    """Human Rights Council, special procedures and standing invitations, accreditation of national institutions."""
    members = facts(folder, "human_rights_council_partial.csv")
    members = members.assign(country_id=members["gwid"], mechanism="Human Rights Council", status="member")
    members = members.assign(date=members["year"], until=members["year"], recorded=members["year"])
    written("human_rights_council", members)
    standing = facts(folder, "standing_invitations_partial.csv")
    standing = standing.assign(
        country_id=standing["gwid"], mechanism="Standing invitation to special procedures"
    )
    exact = standing["date"] != ""
    standing = standing.assign(
        status="issued",
        date=standing["date"].where(exact, standing["issued_by"]),
        precision=exact.map({True: "", False: "by"}),
        recorded=standing["as_of"],
    )
    written("standing_invitations", standing)
    mandates = facts(folder, "special_procedures_country_mandates_2013.csv")
    mandates = mandates.assign(
        country_id=mandates["gwid"],
        mechanism="Country mandate of a special procedure",
        status="in force",
        precision=mandates["date"].eq("").map({True: "by", False: ""}),
        date=mandates["date"].where(mandates["date"] != "", "2013-01-09"),
        until=mandates["end"],
        recorded="2013-01-09",
    )
    written("country_mandates", mandates)
    bodies = facts(folder, "nhri_accreditation.csv")
    twice = bodies.duplicated(["country_name_as_in_source", "date"], keep=False)
    report(f"accreditation given twice for a year: {int(twice.sum())} rows left out")
    bodies = bodies[~twice & (bodies["gwid"] != "")]
    bodies = bodies.assign(
        country_id=bodies["gwid"],
        mechanism="National human rights institution",
        status=bodies["status"].map(lambda code: "no accredited one" if code == "none" else f"status {code}"),
        recorded="2019",
        until="",
    )
    written("national_institutions", bodies)


def court_and_sanctions(folder: Path) -> None:
    """Situations before the International Criminal Court; sanctions committees of the Security Council."""
    court = facts(folder, "icc_situations.csv")
    court = court[court["gwid"] != ""]
    seen = court["as_of"].str.extract(r"(\d{4}(?:-\d\d)?)")[0]
    court = court.assign(
        country_id=court["gwid"],
        mechanism=court["item"].str.replace("ICC", "International Criminal Court,", regex=False),
        status=court["how"].str.split("; ").str[-1].replace({"ongoing": "under way"}),
        precision=court["date"].eq("").map({True: "by", False: ""}),
        date=court["date"].where(court["date"] != "", seen),
        until="",
        recorded=seen,
        note=court["note"],
    )
    written("criminal_court", court)
    sanctions = facts(folder, "sanctions_committees_current.csv").set_index("gwid")
    checked = annotation("sanctions_verified.csv").set_index("country_id")
    unverified = sanctions["note"].str.contains("general knowledge") & ~sanctions.index.isin(checked.index)
    report(f"sanctions committees whose state could not be verified: {int(unverified.sum())} left out")
    sanctions = sanctions[~unverified]
    rows = pd.DataFrame(
        {
            "country_id": sanctions.index,
            "mechanism": sanctions["item"].to_numpy(),
            "status": "listed",
            "date": sanctions["date"].to_numpy(),
            "recorded": sanctions["as_of"].to_numpy(),
            "source": sanctions["source"].to_numpy(),
            "note": [note if "general" not in note else "" for note in sanctions["note"]],
        }
    ).set_index("country_id", drop=False)
    rows.update(checked[["date", "note"]])
    for one, more in checked["source"].items():
        rows.loc[one, "source"] = f"{rows.loc[one, 'source']}; {more}"
    written("sanctions_committees", rows.reset_index(drop=True))


def plans(folder: Path) -> None:
    """National action plans on women, peace and security."""
    table = facts(folder, "wps_naps_partial.csv")
    span = table["date"].str.contains("/")
    table = table.assign(
        country_id=table["gwid"],
        mechanism="National action plan on women, peace and security",
        status="plan " + table["plan"],
        precision=span.map({True: "by", False: ""}),
        date=table["date"].str.split("/").str[-1],
        until=table["end"],
        recorded=table["as_of"],
    )
    written("women_peace_security", table)


def organisations(folder: Path) -> None:
    """Regional organisations whose members are dated by day or listed on a date, and suspensions; all hand-made."""
    del folder
    members = annotation("regional_members.csv")
    states = pd.read_csv(ROOT / "core" / "crosswalk.csv", dtype=str, keep_default_na=False)
    iso3 = (
        states[states["system"] == "iso3"]
        .drop_duplicates("code", keep="last")
        .set_index("code")["country_id"]
    )
    rows = members.assign(code=members["members"].str.split(" ")).explode("code")
    lost = rows[~rows["code"].isin(iso3.index)]
    if len(lost):
        message = f"members are ISO codes of states; {len(lost)} are not, first {lost['code'].iloc[0]}."
        raise DataIntegrityError(message)
    rows = rows.assign(country_id=rows["code"].map(iso3), mechanism=rows["organisation"])
    written("regional_members", rows.assign(recorded=rows["recorded"]))
    gone = annotation("regional_suspensions.csv")
    written(
        "regional_suspensions", gone.assign(mechanism=gone["organisation"], status="participation suspended")
    )


def main() -> None:
    """Compile every table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--facts", type=Path, required=True, help="folder of fact tables")
    folder = parser.parse_args().facts
    for compile_part in (reviews, treaties, missions, council, court_and_sanctions, plans, organisations):
        compile_part(folder)


if __name__ == "__main__":
    main()
