"""One sentence for each feature of the catalogue: a verb, a direction and a plain unit.

The kind says how the sentence is filled. ``level``: ``{v}`` is the observed value. ``flag``: one sentence for 1, one
for 0. ``ratio``: a quotient of two years. ``change``: a difference, with the unit and the span. ``place``: a scale
without a unit, told as the share of states below.
"""

from __future__ import annotations

LEVEL, FLAG, RATIO, CHANGE, PLACE = "level", "flag", "ratio", "change", "place"

HISTORY: dict[str, tuple[str, ...]] = {
    "mk_ongoing_count": (LEVEL, "Mass killings under way numbered {v}"),
    "mk_state_led_ongoing": (FLAG, "A mass killing led by the state was under way",
                             "No mass killing led by the state was under way"),
    "mk_nonstate_ongoing": (FLAG, "A mass killing by an armed group was under way",
                            "No mass killing by an armed group was under way"),
    "mk_ethnic_ongoing": (FLAG, "A mass killing of one ethnic group was under way",
                          "No mass killing of one ethnic group was under way"),
    "mk_multiethnic_ongoing": (FLAG, "A mass killing of several ethnic groups was under way",
                               "No mass killing of several ethnic groups was under way"),
    "mk_ongoing_years": (LEVEL, "Years of mass killing without a break numbered {v}"),
    "mk_ever": (FLAG, "The state or a predecessor had seen a mass killing since 1946",
                "Neither the state nor a predecessor had seen a mass killing since 1946"),
    "mk_onsets_past": (LEVEL, "Mass killings begun in the state or its predecessors numbered {v}"),
    "mk_onsets_decay10": (LEVEL, "Past beginnings of mass killing, each halved every ten years, add up to {v}"),
    "mk_onsets_decay3": (LEVEL, "Past beginnings of mass killing, each halved every three years, add up to {v}"),
    "mk_ended_decay5": (LEVEL, "Mass killings that ended, each halved every five years, add up to {v}"),
    "mk_onset_since": (LEVEL, "Years since a mass killing last began, or since the record begins, numbered {v}"),
    "mk_ongoing_change3": (CHANGE, "The number of mass killings under way", "", "three years"),
    "coup_attempts_last": (LEVEL, "Coup attempts in the year numbered {v}"),
    "coup_attempts_sum5": (LEVEL, "Coup attempts in five years numbered {v}"),
    "coup_attempts_decay10": (LEVEL, "Coup attempts, each halved every ten years, add up to {v}"),
    "coup_attempts_since": (LEVEL, "Years since the last coup attempt, or since the record begins, numbered {v}"),
    "world_mk_onset_rate10": (LEVEL, "A mass killing began in a share of {v} of the world's states a year"),
    "neighbour_osv_log": (LEVEL, "Attacks on civilians killed {v} people next door (geometric mean)"),
    "neighbour_conflict_share": (LEVEL, "A share of {v} of the neighbours was in armed conflict"),
    "neighbour_mk_share": (LEVEL, "A mass killing was under way in a share of {v} of the neighbours"),
    "neighbour_mk_onsets_decay3": (LEVEL, "Recent beginnings of mass killing next door come to {v} per neighbour"),
    "region_mk_share": (LEVEL, "A mass killing was under way in a share of {v} of the region's other states"),
    "region_coups_decay5": (LEVEL, "Recent coup attempts in the region come to {v} per state"),
    "tmk_ongoing_log": (LEVEL, "Targeted mass killings under way numbered {v}"),
    "tmk_ongoing_decay10": (LEVEL, "Years of targeted mass killing, each halved every ten years, add up to {v}"),
    "tmk_severity": (LEVEL, "The gravest targeted mass killing stood at {v} on a scale of 0 to 8 (8 is gravest)"),
    "tmk_ethnic_log": (LEVEL, "Mass killings that target an ethnic group numbered {v}"),
    "tmk_political_log": (LEVEL, "Mass killings that target a political group numbered {v}"),
    "tmk_stated_intent_log": (LEVEL, "Targeted mass killings with stated intent numbered {v}"),
    "tmk_planned_log": (LEVEL, "Targeted mass killings that were planned numbered {v}"),
    "tmk_government_log": (LEVEL, "Targeted mass killings by the government numbered {v}"),
    "pitf_ongoing_decay10": (LEVEL, "Years of genocide or politicide, each halved every ten years, add up to {v}"),
}  # fmt: skip

CONFLICT: dict[str, tuple[str, ...]] = {
    "ucdp_intensity": (LEVEL, "Armed conflict within the state stood at level {v} (0 none, 1 minor, 2 war)"),
    "ucdp_conflicts": (LEVEL, "Armed conflicts within the state numbered {v}"),
    "ucdp_government_conflict": (FLAG, "An armed conflict over the government was fought",
                                 "No armed conflict over the government was fought"),
    "ucdp_territory_conflict": (FLAG, "An armed conflict over territory was fought",
                                "No armed conflict over territory was fought"),
    "ucdp_interstate": (FLAG, "The state fought another state", "The state fought no other state"),
    "ucdp_conflict_decay5": (LEVEL, "Years of armed conflict, each halved every five years, add up to {v}"),
    "ucdp_war_decay10": (LEVEL, "Years of war, each halved every ten years, add up to {v}"),
    "ucdp_conflict_years": (LEVEL, "Years of armed conflict without a break numbered {v}"),
    "ucdp_conflict_new": (FLAG, "Armed conflict broke out after three quiet years",
                          "No armed conflict broke out after three quiet years"),
    "ucdp_conflict_since": (LEVEL, "Years since the last armed conflict, or since the record begins, numbered {v}"),
    "ucdp_intensity_change1": (CHANGE, "The level of armed conflict", "levels", "a year"),
    "ucdp_battle_deaths_log": (LEVEL, "Battles within the state killed {v} people"),
    "ucdp_battle_deaths_logdecay3": (LEVEL, "Battles killed {v} people, deaths halved every three years"),
    "ucdp_battle_deaths_change1": (RATIO, "Deaths in battle", "a year before"),
    "ucdp_interstate_deaths_log": (LEVEL, "War between states over the territory killed {v} people"),
    "ucdp_dyads": (LEVEL, "Armed groups fighting the government numbered {v}"),
    "ucdp_dyads_change1": (CHANGE, "The number of armed groups fighting the government", "", "a year"),
    "ucdp_conflicts_change3": (CHANGE, "The number of armed conflicts", "", "three years"),
    "ucdp_osv_government_log": (LEVEL, "Governments killed {v} civilians in direct attacks"),
    "ucdp_osv_government_decay3": (LEVEL, "Years with attacks by governments on civilians, halved every three years, "
                                   "add up to {v}"),
    "ucdp_osv_government_deaths_logdecay5": (LEVEL, "Governments killed {v} civilians, deaths halved every five "
                                             "years"),
    "ucdp_osv_government_deaths_change3": (RATIO, "Killings of civilians by governments", "three years before"),
    "ucdp_osv_government_actors_log": (LEVEL, "Governments attacking civilians on the territory numbered {v}"),
    "ucdp_osv_nonstate_log": (LEVEL, "Armed groups killed {v} civilians in direct attacks"),
    "ucdp_osv_nonstate_deaths_logdecay5": (LEVEL, "Armed groups killed {v} civilians, deaths halved every five years"),
    "ucdp_osv_nonstate_deaths_peak3": (LEVEL, "Armed groups killed {v} civilians in the worst of three years"),
    "ucdp_osv_nonstate_deaths_change3": (RATIO, "Killings of civilians by armed groups", "three years before"),
    "ucdp_osv_nonstate_actors_change3": (CHANGE, "The number of armed groups attacking civilians", "", "three years"),
    "ucdp_osv_actors": (LEVEL, "Armed groups attacking civilians numbered {v}"),
    "ucdp_osv_change1": (RATIO, "Killings of civilians", "a year before"),
    "ucdp_osv_trend3": (RATIO, "Killings of civilians", "in the three years before, on average"),
    "ucdp_onesided_new_actors_log": (LEVEL, "Attackers of civilians that had not attacked in five years numbered {v}"),
    "ucdp_onesided_repeat_actors_log": (LEVEL, "Attackers of civilians for a second year running numbered {v}"),
    "ucdp_onesided_new_actors_decay3": (LEVEL, "Years with new attackers of civilians, halved every three years, add "
                                        "up to {v}"),
    "ucdp_dyadic_new_dyads_log": (
        LEVEL,
        "Armed groups fighting the government that had not in five years numbered {v}",
    ),
    "ucdp_dyadic_new_dyads_decay3": (LEVEL, "Years with new armed groups, halved every three years, add up to {v}"),
    "ucdp_nonstate_conflicts_log": (LEVEL, "Conflicts between armed groups numbered {v}"),
    "ucdp_nonstate_deaths_best_log": (LEVEL, "Conflicts between armed groups killed {v} people"),
    "ucdp_nonstate_deaths_best_logdecay3": (LEVEL, "Conflicts between armed groups killed {v} people, deaths halved "
                                            "every three years"),
    "ucdp_nonstate_communal_log": (LEVEL, "Communal conflicts numbered {v}"),
    "ucdp_organizedviolence_civilian_share": (LEVEL, "Civilians made up a share of {v} of those killed"),
    "ucdp_organizedviolence_statebased_dyads_log": (
        LEVEL,
        "Pairs of parties that fought, one or both a state, numbered {v}",
    ),
    "ucdp_organizedviolence_nonstate_dyads_log": (LEVEL, "Pairs of armed groups that fought each other numbered {v}"),
    "ucdp_organizedviolence_onesided_dyads_log": (
        LEVEL,
        "Governments and armed groups that killed civilians numbered {v}",
    ),
    "mass_mobilization_protests_log": (LEVEL, "Protests against the government numbered {v}"),
    "mass_mobilization_violent_protests_log": (LEVEL, "Violent protests against the government numbered {v}"),
    "mass_mobilization_killings_log": (LEVEL, "Protests that the state answered with killings numbered {v}"),
    "awsd_incidents_log": (LEVEL, "Attacks on aid workers numbered {v}"),
    "awsd_killed_log": (LEVEL, "Aid workers killed numbered {v}"),
    "awsd_kidnapped_log": (LEVEL, "Aid workers kidnapped numbered {v}"),
    "awsd_incidents_decay3": (LEVEL, "Years with attacks on aid workers, halved every three years, add up to {v}"),
    "awsd_incidents_change3": (RATIO, "Attacks on aid workers", "three years before"),
}  # fmt: skip
for _kind, _text in (
    ("", "Organized violence on the territory killed {v} people"),
    ("statebased_", "Conflict with a state as a party killed {v} people"),
    ("nonstate_", "Conflict between armed groups killed {v} people"),
    ("onesided_", "Attacks on civilians killed {v} people"),
):
    for _bound in ("low", "high"):
        CONFLICT[f"ucdp_organizedviolence_{_kind}deaths_{_bound}_log"] = (
            LEVEL,
            f"{_text} ({_bound} estimate)",
        )
for _actor, _text in (("governments", "Governments"), ("groups", "Armed groups")):
    for _bound in ("low", "high"):
        CONFLICT[f"ucdp_organizedviolence_onesided_by_{_actor}_{_bound}_log"] = (
            LEVEL,
            f"{_text} killed {{v}} civilians on the territory ({_bound} estimate)",
        )
