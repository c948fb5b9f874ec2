"""A researcher's day: her outcome, covariates, models, tables, figures and report, in one script.

Run it in an empty folder. Events and covariates are made up; the names, codes, aggregates and repeats in them are what
such files hold.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import rtop_forecast as rtop

mpl.use("agg")
from matplotlib import pyplot as plt

# Her outcome: expulsions, by names as people write them, dated by days; some go on.

events = pd.DataFrame(
    [
        ("Burma", "2012-06-08", "2013-10-01"), ("Myanmar (Burma)", "2017-08-25", "2019-12-31"),
        ("Congo, DRC", "1999-06-01", "2003-07-18"), ("Dem. Rep. Congo", "2016-08-08", "2018-05-01"),
        ("Zaire", "1993-03-20", "1996-12-31"), ("Côte d’Ivoire", "2002-09-19", "2004-11-09"),
        ("COTE D IVOIRE", "2010-12-01", "2011-04-11"), ("S. Sudan", "2013-12-15", "2018-09-12"),
        ("Sudan", "2003-02-26", "2006-05-05"), ("SDN", "2023-04-15", None),
        ("Central African Rep.", "2012-12-10", "2015-02-01"), ("C.A.R.", "2020-12-17", "2021-03-01"),
        ("Yugoslavia (Serbia)", "1998-02-28", "1999-06-10"), ("Bosnia & Herzegovina", "1992-04-06", "1995-12-14"),
        ("Croatia", "1995-08-04", "1995-08-07"), ("Russian Fed.", "1999-08-26", "2000-02-06"),
        ("Syrian Arab Rep.", "2011-03-15", "2018-12-31"), ("Iraq", "2014-06-10", "2017-07-10"),
        ("Tchad", "2006-02-01", "2008-02-10"), ("Ethiopia", "2020-11-04", "2022-11-02"),
        ("Kenya", "2007-12-30", "2008-02-28"), ("Nigeria", "2013-05-14", "2015-12-31"),
        ("Viet-Nam", "2001-02-02", "2004-04-10"), ("Sri-Lanka", "2006-07-26", "2009-05-18"),
        ("Lao P.D.R.", "1990-01-15", "1992-05-01"), ("Timor-Leste", "2006-04-28", "2006-06-30"),
        ("Bhutan", "1990-09-01", "1992-12-31"), ("Dominican Rep.", "2015-06-17", "2016-02-01"),
        ("Turkey", "1992-08-18", "1995-06-01"), ("Türkiye", "2015-07-24", "2016-12-30"),
        ("Azerbaijan", "2023-09-19", "2023-10-01"), ("Burundi", "2015-04-26", "2016-06-30"),
        ("Rwanda", "1994-04-07", "1994-07-15"), ("Colombia", "2001-05-01", "2003-12-31"),
        ("Colombia", "2001-05-01", "2003-12-31"), ("Hong Kong SAR, China", "2020-06-30", "2020-12-31"),
    ],
    columns=["where", "from", "to"],
)  # fmt: skip
events["from"], events["to"] = pd.to_datetime(events["from"]), pd.to_datetime(events["to"])

panel = rtop.add_events(
    rtop.load_panel(),
    events,
    name="expulsion",
    years=(1989, 2024),
    country="where",
    start="from",
    end="to",
    unmatched="report",
)

# Her covariates: ISO-3 codes, with the World Bank's aggregates, a state before it existed, and rows twice.

rng = np.random.default_rng(2026)
codes = [
    "SDN",
    "SSD",
    "TCD",
    "COD",
    "CAF",
    "MMR",
    "ETH",
    "KEN",
    "NGA",
    "IRQ",
    "SYR",
    "COL",
    "LKA",
    "ROU",
    "ZWE",
    "XKX",
]
codes += ["FRA", "DEU", "IND", "BRA", "WLD", "SSF", "HIC", "HKG"]
covariates = pd.DataFrame(
    [(code, year, rng.gamma(2.0), rng.normal()) for code in codes for year in range(1995, 2024)],
    columns=["iso3c", "date", "drought", "food_price"],
)
covariates = pd.concat([covariates, covariates.sample(40, random_state=1)], ignore_index=True)
panel = rtop.add_variables(
    panel,
    covariates,
    name="climate",
    country="iso3c",
    year="date",
    system="iso3",
    publication_lag_months=4,
    unmatched="report",
)
panel.unmatched.to_csv("not_matched.csv", index=False)

# Features: a selection of the catalogue, her own two, and the history of her own event.

chosen = rtop.describe_features().query("by_default and risk_factor in (1, 2, 4)")["name"]
features = rtop.build_features(
    panel,
    names=list(chosen)[:25],
    own={"climate_drought": 7, "climate_food_price": 7},
    own_history=True,
)
target = rtop.onset_target(panel, event="expulsion", horizon=2)

# Two models, on the same rows.

models = {
    "pipeline": make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.003, max_iter=500),
    ),
    "lightgbm": LGBMClassifier(
        n_estimators=30, num_leaves=4, min_child_samples=60, learning_rate=0.05, random_state=0, verbose=-1
    ),
}
origins = rtop.RollingOrigin(first=2012)
results = {
    name: rtop.backtest(
        model, features, target, origins=origins, calibration_origins=8, explain=True, n_jobs=1
    )
    for name, model in models.items()
}
comparison = rtop.compare(results["pipeline"], results["lightgbm"], names=("pipeline", "lightgbm"), draws=200)
audit = rtop.audit_leakage(features, target, models["pipeline"])

# The forecast with its intervals, and why a state stands where it does.

result = results["pipeline"]
fc = rtop.forecast(
    models["pipeline"], features, target, origin=2024, backtest=result, draws=20, horizons=(1, 2), n_jobs=1
)
attributions = fc.attributions("Soudan", compared_with="own past")
case = result.case("D.R. Congo", 2000, 2022)

# Tables for the paper.

Path("scores.tex").write_text(result.to_latex(draws=200, caption="Scores & intervals"), encoding="utf-8")
Path("comparison.tex").write_text(comparison.to_latex(), encoding="utf-8")

# Four figures on her own axes, as wide as two columns of the journal.

with rtop.plot.column("double"):
    figure, axes = plt.subplots(2, 2, figsize=(7.2, 6.4))
    rtop.plot.ranking(fc, top=12, ax=axes[0, 0])
    rtop.plot.risk_over_time(result, ["D.R. Congo", "Soudan"], forecast=fc, ax=axes[0, 1])
    rtop.plot.reliability(result, bins=6, draws=100, ax=axes[1, 0])
    rtop.plot.waterfall(attributions, by="risk_factor", ax=axes[1, 1])
    for letter, each in zip("abcd", axes.flat, strict=True):
        each.set_title(letter, loc="left", fontweight="bold")
    figure.savefig("figures.pdf")
    figure.savefig("figures.png", dpi=110)
plt.close(figure)

# Saved, read again, and merged with a map by ISO-3.

rtop.save_forecast(fc, "kept")
again = rtop.load_forecast("kept")
rtop.write_tables(again, "tables")
outlines = pd.DataFrame(
    {"ISO_A3": ["SDN", "SSD", "COD", "MMR", "ROU", "ZWE", "XKX", "TLS", "CIV", "GRL"], "geometry": "…"}
)
drawn = outlines.merge(pd.read_csv("tables/ranking.csv"), left_on="ISO_A3", right_on="iso3", how="left")

# The report, of her outcome.

written = rtop.write_report(fc, result, "report")
