"""
Replicating the Early Warning Project
=====================================

The statistical risk assessment that the Early Warning Project (EWP) of the US Holocaust Memorial Museum
published in 2025, number by number. This needs EWP's public replication files, in a folder that
``RTOP_TEST_DATA`` names.
"""

import os
from pathlib import Path

import pandas as pd

from rtop_forecast.models import GlmnetLogit

folder = Path(os.environ.get("RTOP_TEST_DATA", "../shared/data")) / "ewp2025"
panel = pd.read_csv(folder / "prepared2024predictors-2025-09-03.csv")
coefficients = pd.read_csv(folder / "published" / "coefficients_3Sep2025.csv")
names = coefficients["variable"].tolist()[1:]
print(f"{len(panel):,} state-years, {len(names)} predictors")

# %%
# EWP fits an elastic-net logit with R's glmnet (alpha 0.5, penalty by ten random folds, seed 90035) to the
# rows whose predictors and outcomes are complete up to 2022. ``GlmnetLogit`` follows glmnet's algorithm, its
# stopping rule and R's random numbers.

outcomes = [name for name in panel if name.startswith("mk_onset") and name != "mk_onset_prev_year"]
train = panel[panel["year"] <= 2022]
train = train[train[[*names, *outcomes]].notna().all(axis=1)]
model = GlmnetLogit(seed=90035).fit(train[names], train["mk_onset_1or2"].astype(int))
print(f"{len(train):,} training rows, penalty {model.lambda_min_:.9f}")

# %%
# The coefficients, against those published:

ours = [model.intercept_, *model.coef_]
difference = (pd.Series(ours) - coefficients["coef.full"]).abs().max()
print(f"largest difference of a coefficient: {difference:.1e} (published to four decimals)")

# %%
# The forecasts of 2025-26, against those published:

rows = panel[(panel["year"] == 2024) & panel[names].notna().all(axis=1)]
risk = pd.Series(model.predict_proba(rows[names])[:, 1], index=rows["ewp_name"])
published = pd.read_csv(folder / "published" / "forecasts3Sep2025.csv").set_index("ewp_name")[
    "risk_1or2.from2024"
]
equal = (risk.round(4).reindex(published.index) - published).abs() < 5e-5
print(f"{equal.sum()} of {len(published)} forecasts equal at their four decimals")
published.sort_values(ascending=False).head(10)

# %%
# Where this library differs at each step, and why: :doc:`/ewp_side_by_side`. How the predictors themselves
# are rebuilt from raw releases: :doc:`/ewp_panel`. The whole comparison, with the backtest by R's glmnet:
# ``python benchmarks/ewp_replication.py --data DIR --json``.
