"""
Coverage of the data
====================

Which states and years the sources of a panel cover.
"""

import matplotlib.pyplot as plt

import rtop_forecast as rtop

plt.rcParams.update(rtop.plot.column("single"))

panel = rtop.load_panel()

# %%
# A row for each source: the share of states with a value, on average over its variables. What lies outside coverage is
# missing and never zero.

axes = rtop.plot.coverage(panel)

# %%
# Or for variables of your choice.

names = [
    "mk_ongoing",
    "ucdp_osv_government_deaths",
    "vdem_v2x_polyarchy",
    "maddison_gdp_per_head",
    "treaty_rome",
]
axes = rtop.plot.coverage(panel, variables=names)
