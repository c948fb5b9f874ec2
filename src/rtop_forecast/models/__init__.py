"""Risk models with the scikit-learn interface.

Every model here follows :class:`RiskModel`: it takes a frame of float features
in which NaN means "not known", imputes and scales inside ``fit``, and answers in
log-odds that split into additive contributions. The stub beside this file says
where each name is; a module loads on first use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
