"""Words, numbers, dates and names of states in the languages of the report."""

from rtop_forecast.language.language import LANGUAGES, Language

__all__ = ["LANGUAGES", "Language"]
