"""Whom a forecast is compared with: the world, the state's own past, its region, or named states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.checks.arguments import choice, integer, quoted
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.world.states import country, list_states

__all__ = ["Reference", "world_name"]

Kind = Literal["world", "own past", "region", "states"]
_MOST_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Whom a state's forecast is compared with.

    Made by :meth:`world`, :meth:`own_past`, :meth:`region` or :meth:`states`.

    Attributes
    ----------
    kind : {"world", "own past", "region", "states"}
    years : int
        Years before the origin, for the state's own past; else 0.
    group : tuple of str or int
        Named states; else empty.
    SHORTHANDS : tuple of str
        What :meth:`of` takes in place of a reference.

    Examples
    --------
    >>> Reference.own_past(years=5)
    Reference(kind='own past', years=5, group=())
    >>> Reference.of("region") == Reference.region()
    True
    """

    kind: Kind
    years: int = 0
    group: tuple[str | int, ...] = ()

    SHORTHANDS: ClassVar[tuple[str, ...]] = ("world", "own past", "region")

    def __repr__(self) -> str:
        """Fields; of many states, how many."""
        group = repr(self.group) if len(self.group) <= _MOST_SHOWN else f"<{len(self.group)} states>"
        return f"Reference(kind={self.kind!r}, years={self.years}, group={group})"

    def __post_init__(self) -> None:
        """Refuse unknown kinds, impossible numbers of years and what names no state."""
        choice(self.kind, name="kind", options=(*self.SHORTHANDS, "states"))
        if self.kind == "own past":
            integer(self.years, name="years", least=1)
        group: tuple[Any, ...] = self.group
        wrong = [state for state in group if not isinstance(state, str | int) or isinstance(state, bool)]
        if wrong or (self.kind == "states" and not group):
            count = len(group)
            found = (
                f"{len(wrong)} of {count} are neither, first {quoted(wrong[0])}" if wrong else "it has none"
            )
            message = (
                f"a reference of states needs names or Gleditsch-Ward numbers; {found}. "
                'Write Reference.states("Chad", "Egypt").'
            )
            raise InputError(message)

    @classmethod
    def world(cls) -> Reference:
        """All states ranked in the origin year."""
        return cls(kind="world")

    @classmethod
    def own_past(cls, *, years: int = 10) -> Reference:
        """Compare with the state itself in the years before the origin.

        Parameters
        ----------
        years : int
            How many, at least 1; years in which it was not at risk are left out.

        Raises
        ------
        InputError
            If it is not an integer of at least 1.
        """
        return cls(kind="own past", years=years)

    @classmethod
    def region(cls) -> Reference:
        """Compare with the other ranked states of the state's UN subregion, in the origin year."""
        return cls(kind="region")

    @classmethod
    def states(cls, *group: str | int) -> Reference:
        """Compare with named states, in the origin year.

        Parameters
        ----------
        *group : str or int
            Names in any spelling that the state system knows, or Gleditsch-Ward numbers; at least one.

        Raises
        ------
        InputError
            If there is none, or one is neither a string nor an integer.
        """
        return cls(kind="states", group=group)

    @classmethod
    def of(cls, value: Any) -> Reference:
        """Convert a shorthand; a reference stays as it is.

        Parameters
        ----------
        value : Reference or {"world", "own past", "region"}
            ``"own past"`` stands for the ten years before the origin.

        Raises
        ------
        InputError
            If it is neither.
        """
        if isinstance(value, Reference):
            return value
        if isinstance(value, str) and value in cls.SHORTHANDS:
            return {"world": cls.world, "own past": cls.own_past, "region": cls.region}[value]()
        message = (
            f"compared_with must be a Reference or one of {', '.join(cls.SHORTHANDS)}; got {quoted(value)}. "
            'Name states with Reference.states("Chad", "Egypt").'
        )
        raise InputError(message)

    def choose(
        self, keys: pd.DataFrame, *, country_id: int, origin_year: int
    ) -> tuple[NDArray[np.bool_], str]:
        """Choose the state-years to compare with.

        Parameters
        ----------
        keys : pandas.DataFrame of shape (n_rows, 3)
            ``country_id, year, name`` of the state-years at risk.
        country_id : int
            State to compare.
        origin_year : int

        Returns
        -------
        ndarray of shape (n_rows,)
            Whether each row belongs to the reference.
        str
            What they are called: "its own 2014-2023".

        Raises
        ------
        InputError
            If a named state does not exist, with near misses.
        CoverageError
            If no row belongs to it.
        """
        same_year = keys["year"] == origin_year
        match self.kind:
            case "world":
                chosen, name = same_year, world_name(origin_year)
            case "own past":
                first, last = origin_year - self.years, origin_year - 1
                chosen = (keys["country_id"] == country_id) & keys["year"].between(first, last)
                name = f"its own {first}-{last}"
            case "region":
                subregions = list_states().set_index("country_id")["subregion"]
                region = str(subregions.loc[country_id])
                chosen = (
                    same_year
                    & (keys["country_id"].map(subregions) == region)
                    & (keys["country_id"] != country_id)
                )
                name = f"the other states of {region} in {origin_year}"
            case "states":
                ids = [country(state, year=origin_year) for state in self.group]
                chosen = same_year & keys["country_id"].isin(ids)
                name = f"{', '.join(keys.loc[chosen, 'name'])} in {origin_year}"
        if not chosen.any():
            message = (
                f"nothing to compare with: {name} holds no state-year at risk. Choose another reference."
            )
            raise CoverageError(message)
        return chosen.to_numpy(dtype=bool), name


def world_name(origin_year: int) -> str:
    """Name the states ranked in a year, as a reference."""
    return f"the world's states of {origin_year}"
