"""The features, one module per group."""

#: Groups in the order of the catalogue; each has its module of the same name, which lists its ``FEATURES``.
GROUPS = (
    "history",
    "conflict",
    "violence",
    "neighbours",
    "structure",
    "governance",
    "institutions",
    "groups",
    "rights",
    "politics",
    "economy",
    "displacement",
    "atrocities",
)
