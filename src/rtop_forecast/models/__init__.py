"""Risk models with the scikit-learn interface.

Every model here follows :class:`RiskModel`: it takes a frame of float features
in which NaN means "not known", imputes and scales inside ``fit``, and answers in
log-odds that split into additive contributions. Importing this package does not
load LightGBM; :class:`BoostedTrees` loads it when it is first fitted or used.

A model is one module, and one line in the stub beside this file. A model that says in ``_saved_state`` what it needs
to predict can then be saved and loaded too.
"""

import lazy_loader

# Modules load on first use; the stub beside this file says where each name is.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
