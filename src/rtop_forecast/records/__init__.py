"""Saved backtests, forecasts and models, and forecasts locked for a later score."""
