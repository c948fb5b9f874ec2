"""
All of it your own
==================

Your outcome, your covariates and your model, from two CSV files to a ranking and a report. The files
``my_events.csv`` and ``my_covariates.csv`` beside this script are made up.
"""

from pathlib import Path

import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import rtop_forecast as rtop

here = Path(__file__).parent / "data" if "__file__" in globals() else Path("data")
events = pd.read_csv(here / "my_events.csv")
covariates = pd.read_csv(here / "my_covariates.csv").rename(columns={"iso3": "country"})

# %%
# The panel: bundled variables, your events by country name, your covariates by ISO-3 code.

panel = rtop.load_panel()
panel = rtop.add_events(panel, events, name="pogrom", years=(1985, 2024))
panel = rtop.add_variables(panel, covariates, name="survey", system="iso3", publication_lag_months=5)

# %%
# Features of the catalogue and your own two, each under a risk factor of the UN Framework.

features = rtop.build_features(panel, own={"survey_trust": 6, "survey_protests": 8})
target = rtop.onset_target(panel, event="pogrom", horizon=2)
print(target.summary())

# %%
# Your model: any scikit-learn pipeline.

model = make_pipeline(
    SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), LogisticRegression(C=0.003)
)
origins = rtop.RollingOrigin(first=2010)
result = rtop.backtest(model, features, target, origins=origins, calibration_origins=10)
print(result.summary())

# %%
# The ranking and the report.

fc = rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20)
rtop.write_report(fc, result, "pogroms-2025")
fc.ranking().head(10)[["rank", "name", "prob", "prob_low", "prob_high", "rank_low", "rank_high"]].round(4)
