"""From features and labels to backtests and forecasts; every fit uses only what was known at its origin."""
