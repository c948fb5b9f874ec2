"""Checks of arguments: each returns the value in its own type, or says what it must be."""
