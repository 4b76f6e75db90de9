"""What T cells do in one step, on bare arrays. Positions in um, concentrations in ng/mL, time in h."""

from __future__ import annotations

import math

from numba import njit

from mendsim.abm.agents.moving_kernels import MOST_SUBSTEPS, patrolled, read, site_of
from mendsim.common.philox import normal_pair, uniform
from mendsim.common.purposes import APOPTOSIS, MIGRATION_DIRECTION, MIGRATION_ORDER


@njit(cache=True, nogil=True)
def walk(
    rows,
    uid,
    cytokine,
    code,
    recruited,
    autoreactive,
    activation,
    x,
    y,
    z,
    home_x,
    home_y,
    home_z,
    spacing,
    factor,
    seed,
    step,
    dt,
    substeps,
    motility,
    resident_motility,
    retention,
    drift,
    gradient_half_effect,
):
    """Random walk of given motility coefficient (um2/h) with a drift (um/h) up the cytokine gradient, in substeps.

    Cells that did not come because of inflammation are retained: they patrol around their home, at ``retention`` um
    root mean square along each axis (an Ornstein-Uhlenbeck process, exact in each substep). Residents follow no
    gradient; the drift of recruits and of autoreactive cells saturates with it (half at ``gradient_half_effect``
    ng/mL/um). Steps out of dermis and hypodermis are not taken. A cell that recognises its antigen stops, as far as it
    is activated (Dustin 1997 doi:10.1073/pnas.94.8.3909).
    """
    nz, ny, nx = cytokine.shape
    coarse = spacing * factor
    sub = dt / substeps
    for row in rows:
        free = 1.0 - activation[row] if autoreactive[row] == 1 else 1.0
        kept = recruited[row] == 0
        # a cell that has stopped in part walks as if less time had passed
        stays = math.exp(-resident_motility * sub * free * free / retention**2)
        spread = retention * math.sqrt(1.0 - stays * stays) if kept else free * math.sqrt(2.0 * motility * sub)
        for k in range(substeps):
            now = step * MOST_SUBSTEPS + k
            kz, ky, kx = site_of(z[row], coarse, nz), site_of(y[row], coarse, ny), site_of(x[row], coarse, nx)
            gz = (cytokine[min(kz + 1, nz - 1), ky, kx] - cytokine[max(kz - 1, 0), ky, kx]) / (2.0 * coarse)
            gy = (cytokine[kz, min(ky + 1, ny - 1), kx] - cytokine[kz, max(ky - 1, 0), kx]) / (2.0 * coarse)
            gx = (cytokine[kz, ky, min(kx + 1, nx - 1)] - cytokine[kz, ky, max(kx - 1, 0)]) / (2.0 * coarse)
            norm = math.sqrt(gx * gx + gy * gy + gz * gz)
            a, b = normal_pair(seed, uid[row], now, MIGRATION_DIRECTION)
            px, py, pz = x[row] + spread * a, y[row], z[row] + spread * b
            if ny > 1:
                c, _ = normal_pair(seed, uid[row], now, MIGRATION_ORDER)
                py += spread * c
            if kept:
                px += (1.0 - stays) * (home_x[row] - x[row])
                pz += (1.0 - stays) * (home_z[row] - z[row])
                if ny > 1:
                    py += (1.0 - stays) * (home_y[row] - y[row])
            if norm > 0.0 and (autoreactive[row] == 1 or not kept):
                pull = free * drift * sub / (gradient_half_effect + norm)
                px, py, pz = px + pull * gx, py + pull * gy, pz + pull * gz
            if patrolled(code, px, py, pz, spacing):
                x[row], y[row], z[row] = px, py, pz


@njit(cache=True, nogil=True)
def respond(
    rows,
    x,
    y,
    z,
    autoreactive,
    bulb_x,
    bulb_y,
    bulb_z,
    antigen,
    cytokine,
    alarmed,
    activation,
    spacing,
    factor,
    alarmed_factor,
    dt,
    half_effect,
    time,
    reach,
):
    """Follow stimulation: cytokine where macrophages are alarmed, and antigen within ``reach`` um of a bulb.

    Antigen counts for autoreactive cells alone, by the share of follicles at the bulb that show it (``antigen``).
    Cytokine alone activates no T cell: it takes cells that present to it (so that T cells cannot keep each other active
    once the dead are gone).
    """
    share = 1.0 - math.exp(-dt / time)
    coarse = spacing * factor
    for row in rows:
        c = read(cytokine, x[row], y[row], z[row], coarse)
        signal = c / (half_effect + c) * read(alarmed, x[row], y[row], z[row], spacing * alarmed_factor)
        if autoreactive[row] == 1:
            for k in range(len(bulb_x)):
                d2 = (x[row] - bulb_x[k]) ** 2 + (y[row] - bulb_y[k]) ** 2 + (z[row] - bulb_z[k]) ** 2
                if d2 < reach * reach:
                    signal = max(signal, antigen[k])
        activation[row] += (signal - activation[row]) * share


@njit(cache=True, nogil=True)
def die(
    rows,
    uid,
    activation,
    autoreactive,
    recruited,
    drug_death,
    gone,
    seed,
    step,
    dt,
    turnover,
    withdrawal,
    exhaustion,
    autoreactive_death,
):
    """Ids of T cells that die: residents slowly, recruits without a signal, all that were activated, all by a drug.

    Activation ends in the cell's own death (``exhaustion`` at full activation), so that inflammation cannot keep
    itself alive; autoreactive cells escape it and die at their own rate. ``drug_death`` is that of each of ``rows``.
    """
    n = 0
    for k in range(len(rows)):
        row = rows[k]
        rate = drug_death[k]
        if autoreactive[row] == 1:
            rate += autoreactive_death
        else:
            rate += exhaustion * activation[row]
            rate += withdrawal * (1.0 - activation[row]) if recruited[row] == 1 else turnover
        if uniform(seed, uid[row], step, APOPTOSIS) < 1.0 - math.exp(-rate * dt):
            gone[n] = uid[row]
            n += 1
    return n
