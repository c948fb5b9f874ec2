"""Leakage audit: whether anything in features, labels, model or calibration knows the future."""
