"""Hair follicles: growth, regression, rest and emptiness, under immune attack, blood supply and wounds (R24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.core import Column, ColumnAgent, Population
from mendsim.abm.draws import normals, uniforms
from mendsim.common.purposes import FOLLICLE, HAIR_CYCLE, KENOGEN

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

ANAGEN, CATAGEN, TELOGEN, KENOGEN_STAGE = 0, 1, 2, 3
STAGES = ("anagen", "catagen", "telogen", "kenogen")
_HOURS_PER_DAY, _UM_PER_MM = 24.0, 1e3


class Follicle(ColumnAgent):
    """A hair follicle. Those of one ``place`` share the surroundings of a bulb in the section."""

    x_um = Column("f8", unit="um", doc="position along the section")
    y_um = Column("f8", unit="um", doc="position across the section")
    bulb_depth_um = Column("f8", unit="um", doc="depth of the bulb in anagen below the skin surface")
    place = Column("i4", unit="1", doc="number of its place")
    stage = Column("i1", unit="1", doc="0 anagen, 1 catagen, 2 telogen, 3 kenogen (empty)")
    remaining_d = Column("f8", unit="d", doc="time left of its stage at the usual pace")
    shaft_um = Column("f8", unit="um", doc="length of the hair from its root, 0 without one")
    attacked = Column("i1", unit="1", doc="1 if immune attack ended its last anagen")


def places(model: HealingModel) -> NDArray[np.float64]:
    """X, y and depth of the anagen bulb of each place, ``(n_places, 3)`` um; follicles of a place share them."""
    hairs = model.population(Follicle)
    _, first = np.unique(hairs["place"], return_index=True)
    return np.stack([hairs[name][first] for name in ("x_um", "y_um", "bulb_depth_um")], axis=1)


def antigen(model: HealingModel) -> NDArray[np.float64]:
    """Share of the follicles of each place that show antigen to T cells: those in anagen, ``(n_places,)``.

    References
    ----------
    Paus, Bulfone-Paus, Bertolini (2018) J Investig Dermatol Symp Proc 19:S12, doi:10.1016/j.jisp.2017.10.014
    """
    hairs = model.population(Follicle)
    count = np.bincount(hairs["place"])
    shown: NDArray[np.float64] = np.bincount(hairs["place"], hairs["stage"] == ANAGEN, len(count)) / np.maximum(
        count, 1
    )
    return shown


def _mean_d(model: HealingModel) -> NDArray[np.float64]:
    """Mean duration of each stage, days; anagen lasts so long that the site has its share of follicles in it."""
    p, share = model.parameters, model.site.anagen_fraction
    catagen, telogen, kenogen = (p[f"follicle.{stage}_d"] for stage in STAGES[1:])
    between = catagen + telogen + p["follicle.kenogen_share"] * kenogen
    return np.array([between * share / (1.0 - share), catagen, telogen, kenogen])


def durations_d(
    model: HealingModel, ids: NDArray[np.int64], stages: NDArray[np.int_], *, under_way: bool = False
) -> NDArray[np.float64]:
    """Draw how long stages last, days: log-normal with mean and standard deviation of each stage.

    A stage that is found ``under_way`` is more likely a long one, by its length.
    """
    p, mean = model.parameters, _mean_d(model)
    sd = np.array(
        [p["follicle.anagen_sd_ratio"] * mean[ANAGEN], *(p[f"follicle.{stage}_sd_d"] for stage in STAGES[1:])]
    )
    variance = np.log1p((sd / mean) ** 2)[stages]
    z = normals(model.seed, ids, model.step_index, HAIR_CYCLE)
    middle = (0.5 if under_way else -0.5) * variance
    drawn: NDArray[np.float64] = mean[stages] * np.exp(np.sqrt(variance) * z + middle)
    return drawn


def stages_at_rest(model: HealingModel, n: int, anagen_share: float) -> NDArray[np.int_]:
    """Stages of ``n`` follicles: a share in anagen, the others by how long their stages last."""
    mean = _mean_d(model) * np.array([0.0, 1.0, 1.0, model.parameters["follicle.kenogen_share"]])
    others = np.cumsum(np.r_[anagen_share, (1.0 - anagen_share) * mean[1:] / mean.sum()])
    return np.searchsorted(others, (np.arange(n) + 0.5) / n).clip(0, KENOGEN_STAGE)


def supply(model: HealingModel) -> NDArray[np.float64]:
    """How well the papilla of each place is fed: by oxygen and by flow, each against healthy skin; 1 at rest."""
    p = model.parameters
    oxygen, usual = model.sample(model.oxygen, _points(model, 1.0)), model.bulb_oxygen_mmhg
    flow, half = model.vessels.papilla_flow(), p["follicle.flow_half_effect_ratio"]
    enough = p["follicle.oxygen_half_effect_mmhg"]
    fed: NDArray[np.float64] = oxygen / (enough + oxygen) * (enough + usual) / usual
    return fed * flow * (1.0 + half) / (half + flow)


def oxygen_mmhg(model: HealingModel) -> NDArray[np.float64]:
    """Oxygen at the bulb of each place."""
    return model.sample(model.oxygen, _points(model, 1.0))


def wound_signal(model: HealingModel) -> NDArray[np.float64]:
    """How strongly wounds call resting follicles of each place to grow, 0 to 1.

    Macrophages that come to wounds make TNF; follicles sum it up over about a millimetre and answer together.

    References
    ----------
    Chen et al. (2015) Cell 161:277, doi:10.1016/j.cell.2015.02.016 (range, all or none); Wang et al. (2017) Nat Commun
    8:14091, doi:10.1038/ncomms14091 (macrophages, TNF)
    """
    p, cells = model.parameters, model.leukocytes
    newcomers = cells.inflammatory.concentration
    if not newcomers.any():
        return np.zeros(len(places(model)))
    germs = _points(model, p["follicle.telogen_depth_ratio"])
    near = np.stack([cells.mean_around(newcomers, germ, p["follicle.quorum_um"]) for germ in germs])
    x = (near / p["follicle.quorum_macrophages_per_mm3"]) ** p["follicle.quorum_steepness"]
    called: NDArray[np.float64] = x / (1.0 + x)
    return called


def attack(model: HealingModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How strongly cytokine of T cells acts on follicles of each place in anagen, and on those at rest, 0 to 1.

    T cells of a patch are active around follicles in anagen alone, while a section shows the mean of a cohort: those in
    anagen get it all.
    """
    p = model.parameters
    at_bulb = model.sample(model.cytokine, _points(model, 1.0))
    at_germ = model.sample(model.cytokine, _points(model, p["follicle.telogen_depth_ratio"]))
    shown = antigen(model) if model.initial_state.is_alopecia else np.ones(len(at_bulb))
    own = np.divide(at_bulb, shown, out=at_bulb.copy(), where=shown > 0.0)
    half, steepness = p["follicle.attack_half_effect_ng_per_ml"], p["follicle.attack_steepness"]
    bulb, germ = ((cytokine / half) ** steepness for cytokine in (own, at_germ))
    return bulb / (1.0 + bulb), germ / (1.0 + germ)


def _points(model: HealingModel, depth_ratio: float) -> NDArray[np.float64]:
    """Points on the axis of each place from the corner of the lattice, ``(n_places, 3)`` um."""
    at = places(model)
    at[:, 2] = at[:, 2] * depth_ratio + model.lattice.air_sites * model.lattice.spacing_um
    return at


def cycle(model: HealingModel) -> None:
    """Let hair grow, and stages pass.

    A stage lasts as drawn when it began. Attack ends anagen early; it and poor supply hold back follicles that rest or
    are empty, and wounds call them. A hair is shed when a new one starts or its follicle stays empty, and breaks at the
    end of catagen if attack ended its growth.
    """
    hairs, p = model.population(Follicle), model.parameters
    if hairs.n_rows == 0:
        return
    days = model.step_h / _HOURS_PER_DAY
    place, stage = hairs["place"], hairs["stage"]
    fed = supply(model)
    at_bulb, at_germ = attack(model)
    free = (fed * (1.0 - at_germ))[place]
    growing = stage == ANAGEN
    hairs["shaft_um"][growing] += p["follicle.hair_growth_mm_per_d"] * _UM_PER_MM * days * fed[place[growing]]
    waiting = stage >= TELOGEN
    hairs["remaining_d"][...] -= days * np.where(waiting, free, 1.0)
    rate = np.where(growing, p["follicle.attack_per_d"] * at_bulb[place], 0.0)
    rate += np.where(waiting, p["follicle.wound_anagen_per_d"] * wound_signal(model)[place] * free, 0.0)
    draw = uniforms(model.seed, hairs.uid, model.step_index, FOLLICLE)
    pushed = draw < -np.expm1(-rate * days)
    moves = np.flatnonzero(pushed | (hairs["remaining_d"] <= 0.0))
    if len(moves):
        _change(model, hairs, moves, pushed[moves])


def _change(model: HealingModel, hairs: Population, rows: NDArray[np.int64], pushed: NDArray[np.bool_]) -> None:
    stage = hairs["stage"]
    before = stage[rows].astype(int)
    empties = (
        uniforms(model.seed, hairs.uid[rows], model.step_index, KENOGEN) < model.parameters["follicle.kenogen_share"]
    )
    after = np.select(
        [before == ANAGEN, before == CATAGEN, (before == TELOGEN) & empties & ~pushed],
        [CATAGEN, TELOGEN, KENOGEN_STAGE],
        ANAGEN,
    )
    hairs["attacked"][rows] = np.where(before == ANAGEN, pushed, hairs["attacked"][rows])
    sheds = (before == TELOGEN) | ((before == CATAGEN) & (hairs["attacked"][rows] == 1))
    hairs["shaft_um"][rows[sheds]] = 0.0
    stage[rows] = after
    hairs["remaining_d"][rows] = durations_d(model, hairs.uid[rows], after)


def observe(model: HealingModel) -> dict[str, float]:
    """Hair now: stages, and hairs that stand out of the skin."""
    hairs, p, n = model.population(Follicle), model.parameters, len(model.population(Follicle))
    if n == 0:
        nothing = dict.fromkeys([f"{stage}_fraction" for stage in STAGES], float("nan"))
        return {**nothing, "follicle_count": 0, "hair_density_per_cm2": 0.0, "hair_length_mm": float("nan")}
    out = hairs["shaft_um"] - hairs["bulb_depth_um"]
    seen = out >= p["follicle.counted_mm"] * _UM_PER_MM
    return {
        **{f"{name}_fraction": float(np.mean(hairs["stage"] == k)) for k, name in enumerate(STAGES)},
        "follicle_count": n,
        "hair_density_per_cm2": 100.0 * model.site.follicles_per_mm2 * float(np.mean(seen)),
        "hair_length_mm": float(np.sum(np.sort(out[seen]))) / max(int(seen.sum()), 1) / _UM_PER_MM,
    }
