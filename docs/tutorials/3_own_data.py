"""
Your own data
=============

Add variables of your own beside the bundled ones: any code system, with a publication lag, so that no
forecast uses a value before it was out. The numbers here are made up.
"""

import numpy as np
import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit

# %%
# A table of country-years with ISO-3 codes, as many sources come.

rng = np.random.default_rng(0)
codes = ["SDN", "TCD", "ETH", "KEN", "MMR", "COL", "FRA", "IND"]
years = range(1990, 2025)
drought = pd.DataFrame([(code, year) for code in codes for year in years], columns=["country", "year"])
drought["drought"] = rng.gamma(2.0, 1.0, len(drought)).round(2)

# %%
# The publication lag has no default: a guess would let the future in. Here values come out nine months after
# the year, too late for a forecast issued in June, so row t will hold the value of t - 1 with its age beside
# it.

panel = rtop.add_variables(
    rtop.load_panel(), drought, name="climate", system="iso3", publication_lag_months=9
)
features = rtop.build_features(panel, own={"climate_drought": 7})
kenya = (features.frame["name"] == "Kenya") & (features.frame["year"] == 2020)
print("row 2020 holds", features.frame.loc[kenya, "climate_drought"].item())
print("of the year before:", drought.query("country == 'KEN' and year == 2019")["drought"].item())
print("age in years:", features.ages.loc[kenya, "climate_drought"].item())

# %%
# States without a value stay in: missing is missing, never zero. Models impute inside their training rows.

print(f"{features.frame['climate_drought'].notna().mean():.0%} of state-years have a value")

# %%
# Does it help? Compare on the same rows, with intervals from resampling countries.

target = rtop.onset_target(panel)
model = ElasticNetLogit(lam=0.3, scaled=True)
origins = rtop.RollingOrigin(first=2008)
with_it = rtop.backtest(model, features, target, origins=origins, calibration_origins=10)
without = rtop.backtest(model, rtop.build_features(panel), target, origins=origins, calibration_origins=10)
print(rtop.compare(with_it, without, names=("with drought", "without")).summary())

# %%
# Does it leak? The audit scrambles the future, shifts columns and looks for features that know too much.

report = rtop.audit_leakage(features, target, model)
print(report.summary())
