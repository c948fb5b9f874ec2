"""Public figures, each in the module that defines it; :mod:`lazy_loader` reads this file."""

from .columns import Column as Column
from .columns import column as column
from .forecasts import ranking as ranking
from .forecasts import risk_over_time as risk_over_time
from .maps import world_map as world_map
from .panels import coverage as coverage
from .peers import against_peer as against_peer
from .reasons import change_waterfall as change_waterfall
from .reasons import factor_heatmap as factor_heatmap
from .reasons import waterfall as waterfall
from .record import expected_observed as expected_observed
from .record import murphy as murphy
from .record import recall_curve as recall_curve
from .record import reliability as reliability
