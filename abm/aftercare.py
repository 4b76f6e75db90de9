"""What is put on treated skin afterwards: treatments as data, and which of them lie on the skin now."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """One treatment; fields are named as in ``aftercare.toml``, with their units."""

    name: str
    water_resistance_h_per_m: float
    kill_per_h: float
    crawl_factor: float


@cache
def aftercare_table() -> Parameters:
    """Every number of every treatment, keyed ``treatment.quantity``."""
    return Parameters.load(Path(__file__).parent / "aftercare.toml")


@cache
def load_treatments() -> dict[str, Treatment]:
    """Return every treatment by name."""
    table = aftercare_table()
    known = {each.name for each in fields(Treatment)}
    names = sorted({key.split(".")[0] for key in table})
    return {name: Treatment(name=name, **{k: v for k, v in table.group(name).items() if k in known}) for name in names}


def treatment_by_name(name: str) -> Treatment:
    """Return one treatment; an unknown name is an error that lists the choices."""
    try:
        return load_treatments()[name]
    except KeyError:
        allowed = choices(load_treatments())
        raise InputError("unknown aftercare", key="treatment", value=name, allowed=allowed) from None


@dataclass
class Aftercare:
    """Treatments that lie on the skin, each until its hour. Different ones act together.

    A treatment that is put on again before it has worn off counts until the later of the two ends.
    """

    end_h: dict[str, float] = field(default_factory=dict)

    def apply(self, name: str, now_h: float, duration_h: float) -> None:
        """Put a treatment on the skin.

        Raises
        ------
        InputError : an unknown treatment, or a time that is not above 0.
        """
        treatment = treatment_by_name(name)
        if not duration_h > 0.0:
            raise InputError("aftercare must last", key="duration", value=f"{duration_h:g} h", allowed="> 0 h")
        self.end_h[treatment.name] = max(self.end_h.get(name, now_h), now_h + duration_h)

    def wear_off(self, now_h: float) -> None:
        """Forget what has come to its end."""
        self.end_h = {name: end for name, end in self.end_h.items() if end > now_h}

    def on(self, now_h: float) -> list[Treatment]:
        """Treatments on the skin at a time, in order of name."""
        return [treatment_by_name(name) for name in sorted(self.end_h) if self.end_h[name] > now_h]

    def water_resistance_h_per_m(self, now_h: float) -> float:
        """Resistance of all films to water vapour."""
        return sum(each.water_resistance_h_per_m for each in self.on(now_h))

    def crawl_factor(self, now_h: float) -> float:
        """Product of the factors on crawling at an open bed."""
        product = 1.0
        for each in self.on(now_h):
            product *= each.crawl_factor
        return product

    def kill_per_h(self, now_h: float, step_h: float) -> float:
        """Mean rate at which bacteria are killed over the coming step, by what lies on the skin."""
        return sum(each.kill_per_h * min(1.0, (self.end_h[each.name] - now_h) / step_h) for each in self.on(now_h))
