"""The features, one module per group."""
