"""Forecast the risk of mass atrocities, country by country and year by year.

Every number says what was known when. See :func:`load_panel` for where to start.
"""

from importlib.metadata import version

import lazy_loader

__version__ = version("rtop-forecast")

# Modules load on first use, so that the import stays light; the stub beside this file says where each name is.
__getattr__, __dir__, _names = lazy_loader.attach_stub(__name__, __file__)
__all__ = ["__version__", *_names]
