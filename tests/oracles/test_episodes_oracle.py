"""State-years of episodes recomputed one state, year and episode at a time."""

from __future__ import annotations

from rtop_forecast.world.episodes import episode_state_years, load_episodes
from rtop_forecast.world.states import list_states, state_years

FIRST, LAST = 1945, 2024


def slow_state_years(rows, existing):
    """Dictionary of (state, year) to its counts, by the rule as the card words it."""
    result = {}
    for state, year in existing:
        mine = []
        for row in rows:
            end = LAST if row["end_year"] is None else row["end_year"]
            if not row["start_year"] <= year <= end:
                continue
            if (row["country_id"], year) in existing:
                if row["country_id"] == state:
                    mine.append(row)
            elif state in row["inheritors"]:
                mine.append(row)
        groups = [row["ethnic_groups"] for row in mine]
        result[state, year] = {
            "onsets": sum(row["start_year"] == year for row in mine),
            "ongoing": len(mine),
            "ended": sum(row["end_year"] == year for row in mine),
            "state_led_onset": int(any(row["state_led"] and row["start_year"] == year for row in mine)),
            "nonstate_onset": int(any(not row["state_led"] and row["start_year"] == year for row in mine)),
            "state_led_ongoing": int(any(row["state_led"] for row in mine)),
            "nonstate_ongoing": int(any(not row["state_led"] for row in mine)),
            "nonethnic_ongoing": int(0 in groups),
            "ethnic_ongoing": int(1 in groups),
            "multiethnic_ongoing": int(2 in groups),
        }
    return result


def test_equal_to_the_slow_way():
    episodes = load_episodes()
    rows = [
        {
            "country_id": int(row.country_id),
            "inheritors": {int(part) for part in row.inheritor_ids.split(";") if part},
            "start_year": int(row.start_year),
            "end_year": None if row.end_year is None or row.end_year != row.end_year else int(row.end_year),
            "state_led": bool(row.state_led),
            "ethnic_groups": None if row.ethnic_groups != row.ethnic_groups else int(row.ethnic_groups),
        }
        for row in episodes.astype({"end_year": "float64", "ethnic_groups": "float64"}).itertuples(
            index=False
        )
    ]
    years = state_years(first=FIRST + 1, last=LAST)
    existing = set(zip(years["country_id"].tolist(), years["year"].tolist(), strict=True))
    # the state system starts in 1946; in the year before, its states that had begun by then
    existing |= {(row.country_id, FIRST) for row in list_states().itertuples() if row.start.year <= FIRST}
    slow = slow_state_years(rows, existing)
    fast = episode_state_years(episodes, first=FIRST, last=LAST).set_index(["country_id", "year"])
    columns = list(next(iter(slow.values())))
    assert {
        key: dict(zip(columns, row, strict=True))
        for key, row in zip(fast.index.tolist(), fast[columns].to_numpy().tolist(), strict=True)
    } == slow
