"""Each bundled table beside a second source: one module per kind of table, ``comparisons(data, more)`` in each."""
