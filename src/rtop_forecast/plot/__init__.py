"""Figures of results for papers and notebooks; public as ``rtop.plot``.

Each function takes a result first and ``ax=`` by keyword, draws into that axes or into a new figure, and returns the
axes. Fonts, colours, lines and frames are those of ``matplotlib.rcParams``; :func:`column` is a style for the columns
of a journal. No function sets a title, and none changes a setting that outlives it. Matplotlib is loaded when the first
figure is drawn.
"""

import lazy_loader

# Modules load on first use; the stub beside this file says where each name is.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
