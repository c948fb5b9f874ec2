"""Logistic models: elastic nets, additive terms and the history of a state."""
