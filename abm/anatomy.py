"""Builds a skin site on the lattice: stacks of keratinocytes, matrix, cells of the dermis, follicles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.agents import follicle, keratinocyte, t_cell
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.follicle import Follicle
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.draws import uniforms
from mendsim.abm.tissue import CELL_KIND, DERMIS, HYPODERMIS, Tissue
from mendsim.abm.vessels.anatomy import ARTERIOLE
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.purposes import ANATOMY, PLACEMENT

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel
    from mendsim.abm.site import SkinSite

_SETTLING_STEP_H = 2.0
_BEFORE_THE_START = 2**31
# fractions that spread whole numbers evenly over 0 to 1, each in its own order
_GOLDEN, _SILVER, _THIRD = 0.5 * (np.sqrt(5.0) - 1.0), np.sqrt(2.0) - 1.0, np.sqrt(3.0) - 1.0


def _ridges(lattice: Lattice, site: SkinSite) -> NDArray[np.float64]:
    """Height of the border of epidermis and dermis, ``(ny, nx)``: 1 at the bottom of a ridge, -1 at a papilla's tip."""
    phase_x = 2.0 * np.pi * lattice.x_um / site.rete_ridge_period_um
    phase_y = 2.0 * np.pi * lattice.y_um / site.rete_ridge_period_um
    wave: NDArray[np.float64] = np.cos(phase_x)[None, :] * np.cos(phase_y)[:, None]
    return wave


def stem_cell_niche(lattice: Lattice, site: SkinSite, share: float) -> NDArray[np.bool_]:
    """Columns whose basal site is a niche of stem cells, ``(ny, nx)``: the share nearest to the tips of papillae.

    References
    ----------
    Jones, Harper, Watt (1995) Cell 80:83-93, doi:10.1016/0092-8674(95)90453-0
    """
    wave = _ridges(lattice, site)
    return wave <= np.quantile(wave, share)


def build_tissue(lattice: Lattice, site: SkinSite) -> Tissue:
    """Lay the border of epidermis and dermis with its rete ridges under a flat surface.

    The mean depth of the border is the number of keratinocytes over each site of surface; ridges are a cosine.
    """
    area_mm2 = (lattice.spacing_um * 1e-3) ** 2
    mean_sites = (site.nucleated_cells_per_mm2 + site.corneocytes_per_mm2) * area_mm2
    ridge_sites = 0.5 * site.rete_ridge_depth_um / lattice.spacing_um
    wave = _ridges(lattice, site)
    bed = lattice.air_sites + np.rint(mean_sites + ridge_sites * wave).astype(np.int32)
    bottom = (
        lattice.air_sites
        + round(site.dermis_um / lattice.spacing_um)
        + np.rint(np.full_like(wave, mean_sites)).astype(np.int32)
    )
    if bed.max() >= lattice.nz:
        raise InputError(
            "the section is too shallow for its epidermis",
            key="depth",
            value=lattice.nz * lattice.spacing_um,
            allowed=f"> {bed.max() * lattice.spacing_um:g} um with air",
        )
    return Tissue(lattice, bed, np.minimum(bottom, lattice.nz))


def stack_targets(lattice: Lattice, site: SkinSite, tissue: Tissue) -> NDArray[np.float64]:
    """Cells of intact epidermis over each column, ``(ny, nx)``, so that the surface is flat and the mean right."""
    area_mm2 = (lattice.spacing_um * 1e-3) ** 2
    depth = (tissue.bed_z - lattice.air_sites).astype(np.float64)
    return depth * (site.nucleated_cells_per_mm2 + site.corneocytes_per_mm2) * area_mm2 / depth.mean()


def basal_levels(tissue: Tissue) -> NDArray[np.int64]:
    """Cells of each column that touch the dermis, below or beside, in intact skin, ``(ny, nx)``."""
    bed = tissue.bed_z
    padded = np.pad(bed, 1, mode="edge")
    shallowest = np.minimum.reduce([padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1]])
    return np.maximum(1, (bed - shallowest).astype(np.int64))


def homeostasis(model: HealingModel) -> tuple[float, NDArray[np.float64], NDArray[np.float64], float]:
    """Transit time and crowding constants for which the intact epidermis stands still.

    Corneocytes stay for their transit time, so their number gives the production; the number of cells between
    gives the time they take to ripen. Each column's half-effect number of layers follows from the condition that its
    basal cells produce just that (a one-dimensional root, by bisection).

    Returns
    -------
    transit_h : time from the basal layer to cornification, h.
    half_layers : ``(ny, nx)``, layers at which a basal cell's cycle runs at half its fastest rate.
    ripening_layers : ``(ny, nx)``, living cells of each column above its basal ones.
    corneum_layers : mean corneocytes of a column.
    """
    p, site, tissue = model.parameters, model.site, model.tissue
    area_mm2 = (model.lattice.spacing_um * 1e-3) ** 2
    corneum_h = 24.0 * site.stratum_corneum_transit_d
    targets, basal = stack_targets(model.lattice, site, tissue), basal_levels(tissue)
    corneocytes = site.corneocytes_per_mm2 * area_mm2
    transit_h = corneum_h * (site.nucleated_cells_per_mm2 * area_mm2 - basal.mean()) / corneocytes
    production = (targets - basal) / (transit_h + corneum_h)
    fastest, steepness = 1.0 / p["keratinocyte.wound_cycle_h"], p["keratinocyte.crowding_steepness"]
    low, high = np.full(targets.shape, 1e-3), np.full(targets.shape, 1e3)
    for _ in range(60):
        half = np.sqrt(low * high)
        rate = np.zeros(targets.shape)
        for level in range(int(basal.max())):
            layers = np.maximum(targets - 1.0 - level, 0.0)
            rate += np.where(level < basal, fastest / (1.0 + (layers / half) ** steepness), 0.0)
        low, high = np.where(rate < production, half, low), np.where(rate < production, high, half)
    ripening = (targets - basal) * transit_h / (transit_h + corneum_h)
    return transit_h, np.sqrt(low * high), ripening, corneocytes


def populate_epidermis(model: HealingModel) -> None:
    """Stack keratinocytes in the steady state: ages are spread evenly from the basal layer to the surface."""
    lattice, tissue, p = model.lattice, model.tissue, model.parameters
    targets, basal = stack_targets(lattice, model.site, tissue), basal_levels(tissue)
    column = np.arange(lattice.ny * lattice.nx, dtype=np.int64).reshape(lattice.ny, lattice.nx)
    dither = np.modf(_GOLDEN * column)[0]
    height = np.minimum(np.floor(targets + dither).astype(np.int64), tissue.bed_z)
    height = np.maximum(height, basal)
    corneum = 24.0 * model.site.stratum_corneum_transit_d
    share = corneum / (corneum + model.transit_h)
    y, x, level = (
        a.ravel()
        for a in np.meshgrid(np.arange(lattice.ny), np.arange(lattice.nx), np.arange(height.max()), indexing="ij")
    )
    inside = level < height[y, x]
    y, x, level = y[inside], x[inside], level[inside]
    above = np.maximum(height - basal, 1)[y, x]
    start = np.modf(_SILVER * column.ravel() + 0.5)[0]
    age = (level - basal[y, x] + start[y * lattice.nx + x]) / above
    is_basal = level < basal[y, x]
    is_corneocyte = ~is_basal & (age >= 1.0 - share)
    maturity = np.where(
        is_basal,
        0.0,
        np.where(is_corneocyte, 1.0, (age / (1.0 - share)) ** (p["keratinocyte.ripening_steepness"] + 1.0)),
    )
    kind = np.select(
        [is_basal, is_corneocyte, maturity >= p["keratinocyte.granular_maturity"]],
        [CELL_KIND["basal"], CELL_KIND["corneocyte"], CELL_KIND["granular"]],
        CELL_KIND["spinous"],
    )
    z = tissue.bed_z[y, x] - 1 - level
    cells = Keratinocyte.create_agents(
        model,
        len(z),
        iz=z,
        iy=y,
        ix=x,
        kind=kind,
        maturity=maturity,
        integrity=np.where(level == height[y, x] - 1, 1.0 - start[y * lattice.nx + x], 1.0),
        divisions_left=np.arange(len(z)) % (int(p["keratinocyte.amplifying_divisions"]) + 1),
        cycle=np.modf(_THIRD * np.arange(len(z)))[0],
    )
    tissue.occupant[z, y, x] = cells.uids


def settle_epidermis(model: HealingModel) -> None:
    """Let the epidermis live until it is renewed once, so that it starts in its own steady state.

    Its draws are those of steps that no run reaches.
    """
    step_h, model.step_h = model.step_h, _SETTLING_STEP_H
    for step in range(round((24.0 * model.site.stratum_corneum_transit_d + model.transit_h) / _SETTLING_STEP_H)):
        model.step_index = _BEFORE_THE_START + step
        keratinocyte.divide(model)
        keratinocyte.level(model)
        keratinocyte.differentiate(model)
        keratinocyte.shed(model)
        model.compact()
    model.step_h, model.step_index = step_h, 0
    model.population(Keratinocyte)["born_h"][...] = 0.0


def _scatter(model: HealingModel, n: int, purpose_step: int) -> tuple[NDArray[np.float64], ...]:
    """Positions of ``n`` cells spread evenly over the dermis, with jitter inside each cell's share of the sites."""
    lattice = model.lattice
    sites = np.argwhere(model.tissue.code == DERMIS)
    lots = np.arange(n, dtype=np.int64)
    u = uniforms(model.seed, lots, purpose_step, PLACEMENT)
    chosen = sites[np.minimum(((lots + u) / max(n, 1) * len(sites)).astype(np.int64), len(sites) - 1)]
    offsets = [uniforms(model.seed, 3 * lots + k, purpose_step, ANATOMY) for k in range(3)]
    z, y, x = ((chosen[:, k] + offsets[k]) * lattice.spacing_um for k in range(3))
    return x, y, z


def populate_dermis(model: HealingModel) -> None:
    """Spread fibroblasts by volume, at the density of the site."""
    volume_mm3 = np.count_nonzero(model.tissue.code == DERMIS) * (model.lattice.spacing_um * 1e-3) ** 3
    n = round(model.site.fibroblasts_per_mm3 * volume_mm3)
    x, y, z = _scatter(model, n, 1)
    angle = np.pi * uniforms(model.seed, np.arange(n, dtype=np.int64), 2, ANATOMY)
    Fibroblast.create_agents(
        model, n, x_um=x, y_um=y, z_um=z, direction_x=np.cos(angle), direction_z=np.sin(angle), resident=1
    )


def populate_t_cells(model: HealingModel) -> None:
    """Settle T cells by area: most at vessels of the superficial plexus and above, the rest anywhere in the dermis.

    In alopecia areata a swarm of autoreactive ones sits at each bulb besides (R24).
    """
    p, network = model.parameters, model.vessels
    model.niches = model.site.t_cells_per_mm2 * model.lattice.surface_area_mm2
    n = round(model.niches)
    near = round(p["t_cell.perivascular_share"] * n)
    high = network.superficial(network.midpoints())
    weight = np.cumsum(network.length_um() * (high & (network.segments["kind"] != ARTERIOLE)))
    lots = np.arange(near, dtype=np.int64)
    chosen = np.searchsorted(weight, uniforms(model.seed, lots, 3, PLACEMENT) * weight[-1], side="right")
    a, b = (end[np.minimum(chosen, len(weight) - 1)] for end in network.ends())
    at = model.in_plane(a + uniforms(model.seed, lots, 8, PLACEMENT)[:, None] * (b - a))
    at = at[np.isin(model.tissue.code[model.sites(at)], (DERMIS, HYPODERMIS))]
    elsewhere = np.stack(_scatter(model, n - len(at), 3), axis=1)
    t_cell.settle(model, np.vstack([at, elsewhere]), p["t_cell.cd8_share"])
    if model.initial_state.is_alopecia:
        _swarm(model)


def populate_matrix(model: HealingModel) -> None:
    """Fill the dermis with matrix; under a scar some is missing and the rest is disordered (R19).

    The missing share is ``matrix.scar_deficit`` from the top of the dermis down, as deep as the depression needs.
    """
    lattice, site, matrix, p = model.lattice, model.site, model.matrix, model.parameters
    dermis = model.tissue.code == DERMIS
    depression = model.initial_state.depression_um(lattice)
    deficit = p["matrix.scar_deficit"]
    below_um = (np.arange(lattice.nz)[:, None, None] - model.tissue.bed_z + 0.5) * lattice.spacing_um
    reach = depression / (deficit * p["matrix.surface_per_missing_matrix"])
    available = dermis.sum(axis=0) * lattice.spacing_um
    if np.any(reach > available):
        deepest = available.min() * deficit * p["matrix.surface_per_missing_matrix"]
        raise InputError(
            "the scar is deeper than the section can hold",
            key="scar_depth",
            value=f"{depression.max():g} um",
            allowed=f"at most {deepest:.0f} um for this dermis",
        )
    scarred = dermis & (below_um < reach)
    left = np.where(dermis, np.where(scarred, 1.0 - deficit, 1.0), 0.0).astype(np.float32)
    matrix.collagen_1[...] = site.collagen_1_mg_per_ml * left
    matrix.collagen_3[...] = site.collagen_3_mg_per_ml * left
    matrix.elastin[...] = site.elastin_mg_per_ml * left
    order = np.where(scarred, p["matrix.scar_order_ratio"], 1.0) * site.orientation_order * (left > 0)
    lots = np.arange(order.size, dtype=np.int64)
    # basket weave: bundles 50 um wide lean either way from the plane of the skin
    z, y, x = np.indices(lattice.shape)
    lean = np.where((z // 5 + x // 5 + y // 5) % 2 == 0, 1.0, -1.0) * np.radians(p["matrix.basket_weave_deg"])
    angle = lean + 0.2 * (uniforms(model.seed, lots, 4, ANATOMY).reshape(lattice.shape) - 0.5)
    matrix.order_cos[...] = order * np.cos(2.0 * angle)
    matrix.order_sin[...] = order * np.sin(2.0 * angle)


def populate_follicles(model: HealingModel) -> None:
    """Place hair follicles in a stage each; in alopecia areata many rest (R24).

    A section is taken through a row of follicles, so it holds the square root of their density times its width, and
    follows a cohort at each place.
    """
    lattice, site, p = model.lattice, model.site, model.parameters
    if site.follicles_per_mm2 <= 0.0:
        return
    width_mm, length_mm = lattice.nx * lattice.spacing_um * 1e-3, lattice.ny * lattice.spacing_um * 1e-3
    along = max(1, round(np.sqrt(site.follicles_per_mm2) * width_mm))
    across = 1 if lattice.ny == 1 else max(1, round(np.sqrt(site.follicles_per_mm2) * length_mm))
    cohort = max(1, round(p["follicle.cohort_in_section"])) if lattice.ny == 1 else 1
    j, i = (a.ravel() for a in np.meshgrid(np.arange(across), np.arange(along), indexing="ij"))
    x, y = (i + 0.5) / along * width_mm * 1e3, (j + 0.5) / across * length_mm * 1e3
    state = model.initial_state
    if state.is_alopecia and lattice.air_sites * lattice.spacing_um + site.bulb_depth_um >= (
        lattice.nz * lattice.spacing_um
    ):
        raise InputError(
            "the section does not reach the hair bulbs",
            key="depth",
            value=f"{lattice.nz * lattice.spacing_um:g} um with air",
            allowed=f"> {site.bulb_depth_um:g} um of skin",
        )
    depth = min(site.bulb_depth_um, (lattice.nz - 1 - lattice.air_sites) * lattice.spacing_um)
    n = len(x) * cohort
    growing = state.anagen_fraction(p, site.anagen_fraction)
    # over all follicles, so that the shares hold in a small sample too
    rank = np.argsort(np.argsort(np.modf(_GOLDEN * np.arange(n))[0]))
    stage = follicle.stages_at_rest(model, n, growing)[rank]
    ids = Follicle.create_agents(
        model,
        n,
        x_um=np.repeat(x, cohort),
        y_um=np.repeat(y, cohort),
        place=np.repeat(np.arange(len(x)), cohort),
        bulb_depth_um=depth,
        stage=stage,
    ).uids
    hairs = model.population(Follicle)
    done = np.modf(_SILVER * np.arange(n))[0]
    whole = follicle.durations_d(model, np.asarray(ids), stage, under_way=True)
    hairs["remaining_d"][...] = (1.0 - done) * whole
    # a hair that grows has grown since its anagen began; attack has shed those of follicles at rest
    per_d = p["follicle.hair_growth_mm_per_d"] * 1e3
    grown = np.where(stage == follicle.ANAGEN, done * whole, follicle.durations_d(model, np.asarray(ids), 0 * stage))
    bare = (stage == follicle.KENOGEN_STAGE) | ((stage != follicle.ANAGEN) & state.is_alopecia)
    hairs["shaft_um"][...] = np.where(bare, 0.0, per_d * grown)


def _swarm(model: HealingModel) -> None:
    """Settle autoreactive T cells around each bulb."""
    lattice, p = model.lattice, model.parameters
    bulbs = np.stack(model.bulb_positions(), axis=1)
    width = p["t_cell.swarm_radius_um"]
    n = round(
        p["t_cell.swarm_per_bulb"]
        * model.initial_state.swarm_ratio(p)
        * (1.0 if lattice.ny == 1 else 4.0 / 3.0 * width / lattice.spacing_um)
    )
    lots = np.arange(n * len(bulbs), dtype=np.int64)
    angle = 2.0 * np.pi * uniforms(model.seed, lots, 5, PLACEMENT)
    # evenly over a disc in a section, over a ball in a block
    share = uniforms(model.seed, lots, 6, PLACEMENT)
    radius = width * (np.sqrt(share) if lattice.ny == 1 else np.cbrt(share))
    across = np.zeros(len(lots)) if lattice.ny == 1 else radius * (2.0 * uniforms(model.seed, lots, 7, PLACEMENT) - 1.0)
    radius = np.sqrt(radius**2 - across**2)
    at = bulbs[lots // max(n, 1)] + np.stack([radius * np.cos(angle), across, radius * np.sin(angle)], axis=1)
    size = np.array(lattice.shape[::-1]) * lattice.spacing_um
    at = at[((at >= 0.0) & (at < size)).all(axis=1)]
    at = at[np.isin(model.tissue.code[model.sites(at)], (DERMIS, HYPODERMIS))]
    shown = float(np.mean(follicle.antigen(model)))
    t_cell.settle(model, at, p["alopecia.cd8_share"], activation=shown, autoreactive=1)
