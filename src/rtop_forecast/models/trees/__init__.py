"""Forests and boosted trees."""
