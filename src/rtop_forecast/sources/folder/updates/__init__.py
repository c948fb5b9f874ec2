"""Bringing a folder of releases up to date."""
