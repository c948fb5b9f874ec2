"""
Your own outcome
================

Forecast events that you coded yourself: a list with countries by name and years is enough. The events here
are made up.
"""

import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit

# %%
# One row per event: where, when it began and when it ended. An event that goes on has no end. Say which years
# your coding covers: outside them values are missing, inside them the absence of an event means no event.

events = pd.DataFrame(
    {
        "country": [
            "Burma",
            "Ivory Coast",
            "Zaire",
            "Sudan",
            "Chad",
            "Kenya",
            "Syria",
            "Yemen",
            "South Sudan",
            "Ethiopia",
        ],
        "start_year": [1990, 2002, 1993, 2003, 2006, 2007, 2011, 2014, 2013, 2020],
        "end_year": [1992, 2004, 1997, 2005, 2008, 2008, 2018, 2020, 2016, 2022],
    }
)
panel = rtop.add_events(rtop.load_panel(), events, name="expulsion", years=(1985, 2024))
panel.unmatched.tail(3)

# %%
# Names mean what they meant in their year: Burma, Zaire and the Ivory Coast are found. A name that is not
# found is refused with the nearest names; nothing is dropped silently.

try:
    rtop.add_events(
        rtop.load_panel(),
        pd.DataFrame({"country": ["Sudna"], "start_year": [2003], "end_year": [2005]}),
        name="typo",
        years=(1985, 2024),
    )
except rtop.InputError as error:
    print(error)

# %%
# The target is then one of yours, with any horizon, for onsets or for years under way.

target = rtop.onset_target(panel, event="expulsion", horizon=3)
print(target.summary())

# %%
# Ten events are few. A model with strong shrinkage and wide intervals is what such data can support.

features = rtop.build_features(panel)
model = ElasticNetLogit(lam=0.3, scaled=True)
origins = rtop.RollingOrigin(first=2010, horizon=3)
result = rtop.backtest(model, features, target, origins=origins, calibration_origins=10)
print(result.summary())

# %%
# The forecast, and how the model judged one state before its event.

fc = rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20)
print(fc.summary())
print(result.case("Ethiopia", 2015, 2021).summary())
