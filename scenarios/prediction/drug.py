"""What following a drug costs."""

from __future__ import annotations

import math

from mendsim.abm.drugs.drug import drug_of
from mendsim.scenarios.border import drug_numbers
from mendsim.scenarios.prediction.sample import Size, costs
from mendsim.scenarios.schema import DrugEvent, InjectionEvent, Scenario

_SHORTEST_H, _SHARE_OF_AGE = 1.0 / 60.0, 0.1
"""Substeps of `mendsim.abm.drugs.transport`: a tenth of the time since the drug was given, at least a minute."""


def drug_s(scenario: Scenario, size: Size) -> float:
    """Time for following the drug of a scenario through its steps [s]; particles stay where they are."""
    given = [event for event in scenario.events if isinstance(event, DrugEvent | InjectionEvent)]
    if not diffuses(scenario):
        return 0.0
    cost, drug = costs(), drug_of(given[0].drug, drug_numbers(scenario, given[0].drug))
    lasting = any(event.concentration_ug_per_ml > drug["solubility_ug_per_ml"] for event in given)
    spent, donor_end_h = 0.0, 0.0
    for number, event in enumerate(given):
        following = given[number + 1].at_h if number + 1 < len(given) else math.inf
        if isinstance(event, DrugEvent):
            donor_end_h = min(event.at_h + event.duration_h, following)
        # Crystals dissolve for weeks; what is left of a solution is soon too little to follow.
        end_h = math.inf if lasting else max(donor_end_h, event.at_h) + cost["drug.tail_h"]
        end_h = min(end_h, following, scenario.follow_up_h)
        under_h = min(max(donor_end_h, event.at_h), end_h)
        easy = 1.0 if not scenario.patient.excised else cost["drug.easy"]
        spent += easy * _steps_s(0.0, under_h - event.at_h, scenario.step_h)
        spent += cost["drug.easy"] * _steps_s(under_h - event.at_h, end_h - event.at_h, scenario.step_h)
    return spent * size.sites * (cost["drug.block"] if size.block else 1.0)


def diffuses(scenario: Scenario) -> bool:
    """Whether a scenario gives a drug that diffuses."""
    names = [event.drug for event in scenario.events if isinstance(event, DrugEvent | InjectionEvent)]
    return bool(names) and not drug_of(names[0], drug_numbers(scenario, names[0])).is_particles


def _steps_s(begin_h: float, end_h: float, step_h: float) -> float:
    """Time for one site of a section under a donor, from one time to another after the drug was given [s]."""
    cost = costs()
    steps = max(0, round((end_h - begin_h) / step_h))
    substeps = 0
    for number in range(steps):
        now_h = begin_h + number * step_h
        if _SHARE_OF_AGE * now_h >= step_h:
            substeps += steps - number
            break
        substeps += _substeps(now_h, now_h + step_h)
    return cost["drug.media_s"] * steps + cost["drug.substep_s"] * substeps


def _substeps(now_h: float, until_h: float) -> int:
    count = 0
    while now_h < until_h - 1e-9:
        longest = max(_SHORTEST_H, _SHARE_OF_AGE * now_h)
        now_h += (until_h - now_h) / math.ceil((until_h - now_h) / longest - 1e-9)
        count += 1
    return count
