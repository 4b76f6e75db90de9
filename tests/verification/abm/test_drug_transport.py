"""Transport of a drug against closed forms: membranes, donors that run out, clearance, crystals and what is booked."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from mendsim.abm import load_parameters
from mendsim.abm.drugs.donor import Donor, lay
from mendsim.abm.drugs.drug import described, drug_of, resolved
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.drugs.transport import Media, Transport
from mendsim.abm.fields.field import Field
from mendsim.abm.tissue import AIR, DERMIS, EPIDERMIS
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, Injury

P = load_parameters()
WATER = 5e3  # um2/s, the fastest that is allowed, so that a donor is stirred
AIR_SITES = 2
CM_PER_H = 1e4 / 3600.0  # um/s
SOLVER = 1e-8  # the solver stops at a relative residual of 1e-10, and a run has many steps
FOREVER = 1e9


def tracer(**numbers):
    given = {
        "molar_mass_g_per_mol": 300.0,
        "log_octanol_water": 0.0,
        "water_diffusivity_um2_per_s": WATER,
        "dermis_diffusivity_um2_per_s": 10.0,
        **numbers,
    }
    return drug_of("tracer", resolved("tracer", (described("tracer", given, None, origin="test"),), P))


def media_of(air, spacing, *, conductivity=10.0, capacity=1.0, clearance=0.0, degradation=0.0, drained=False):
    conductivity = np.where(air, 0.0, conductivity)
    sink = np.zeros(air.shape)
    if drained:
        sink[-1] = 2.0 * conductivity[-1] / spacing**2
    return Media(
        air=air,
        conductivity=conductivity,
        capacity=np.where(air, 1.0, capacity),
        clearance_per_h=clearance * ~air,
        degradation_per_h=degradation * ~air,
        sink_per_s=sink,
    )


def slab(depth_um, spacing, **options):
    """One column of homogeneous tissue under a flat surface."""
    cells = round(depth_um / spacing)
    lattice = Lattice(nz=AIR_SITES + cells, ny=1, nx=1, spacing_um=spacing, air_sites=AIR_SITES)
    air = (np.arange(lattice.nz) < AIR_SITES)[:, None, None]
    return lattice, media_of(air, spacing, **options)


def put_on(lattice, media, *, concentration=1000.0, thick_um=math.inf, end_h=FOREVER, at_h=0.0, drug=None):
    transport = Transport(tracer() if drug is None else drug, lattice)
    volume_ml = thick_um * lattice.surface_area_mm2 * 1e-6
    donor = Donor(concentration_ug_per_ml=concentration, volume_ml=volume_ml, end_h=end_h)
    transport.put_on(donor, media, at_h)
    return transport


def over_area(amount_ug, lattice):
    """Amount over area as ug/mL times um."""
    return amount_ug / (lattice.surface_area_mm2 * 1e-6)


def run(transport, media, hours, steps, start_h=0.0):
    for step in range(steps):
        transport.advance(media, start_h + step * hours / steps, hours / steps)


def accounted_for(transport, media):
    """Everything that is in donor, skin and book, ug."""
    inside = np.where(media.air, 0.0, transport.content_ug_per_ml()).sum() * transport.lattice.site_volume_ml
    return (
        transport.donor_ug() + inside + sum(transport.booked[place] for place in transport.booked if place != "given")
    )


def orders(errors, ratio=2.0):
    return [math.log(a / b) / math.log(ratio) for a, b in pairwise(errors)]


def resistance_and_lag(film, layers):
    """Of layers (thickness um, conductivity um2/s, capacity) in series below a film that holds nothing, s/um and s.

    What is in the layers in steady state counts by the resistance above it and below: ``lag = int k above below / R``
    (for one layer ``k L^2 / 6 D``).
    """
    total = film + sum(thick / conductivity for thick, conductivity, _ in layers)
    above, lag = film, 0.0
    for thick, conductivity, capacity in layers:
        r = thick / conductivity
        lag += capacity * thick / total * (above * (total - above) + (total - 2.0 * above) * r / 2.0 - r**2 / 3.0)
        above += r
    return total, lag


def flux_and_lag(lattice, media, hours):
    """Steady flux through an open-ended slab over concentration, um/s, and lag, s, from what is received later."""
    transport = put_on(lattice, media)
    transport.advance(media, 0.0, hours)
    half = over_area(transport.booked["received"], lattice)
    transport.advance(media, hours, hours)
    both = over_area(transport.booked["received"], lattice)
    flux = (both - half) / (hours * 3600.0)
    return flux / 1000.0, 2.0 * hours * 3600.0 - both / flux


@pytest.mark.parametrize("capacity", [1.0, 7.0])
def test_a_membrane_has_its_steady_flux_and_its_lag(capacity):
    """``J = C D K / L``, exact; ``lag = k L^2 / 6 D`` (Daynes 1920, Barrer 1939), second order in spacing.

    Neither depends on the length of steps: sums over a backward Euler step are exact.
    """
    length, conductivity, errors = 100.0, 10.0, []
    for cells in (5, 10, 20):
        lattice, media = slab(length, length / cells, conductivity=conductivity, capacity=capacity, drained=True)
        film = 0.5 * length / cells / WATER
        resistance, lag = resistance_and_lag(film, [(length, conductivity, capacity)])
        found_flux, found_lag = flux_and_lag(lattice, media, 20.0)
        assert found_flux == pytest.approx(1.0 / resistance, rel=SOLVER)
        errors.append(abs(found_lag / lag - 1.0))
    assert lag == pytest.approx(capacity * length**2 / (6.0 * conductivity), rel=1e-3)
    assert errors[-1] < 2e-3
    assert orders(errors) == pytest.approx([2.0, 2.0], abs=0.1)


def test_the_lag_of_two_layers_is_that_of_their_resistances_and_contents():
    errors = []
    layers = [(40.0, 2.0, 3.0), (80.0, 15.0, 0.6)]
    for spacing in (8.0, 4.0, 2.0):
        upper = (np.arange(round(120.0 / spacing) + AIR_SITES) < AIR_SITES + round(40.0 / spacing))[:, None, None]
        conductivity, capacity = np.where(upper, 2.0, 15.0), np.where(upper, 3.0, 0.6)
        lattice, media = slab(120.0, spacing, conductivity=conductivity, capacity=capacity, drained=True)
        resistance, lag = resistance_and_lag(0.5 * spacing / WATER, layers)
        found_flux, found_lag = flux_and_lag(lattice, media, 20.0)
        assert found_flux == pytest.approx(1.0 / resistance, rel=SOLVER)
        errors.append(abs(found_lag / lag - 1.0))
    assert orders(errors) == pytest.approx([2.0, 2.0], abs=0.1)


@pytest.mark.parametrize("permeability_cm_per_h", [1e-5, 1e-3, 1e-1])
def test_corneum_over_dermis_lets_through_what_resistances_in_series_do(permeability_cm_per_h):
    """``J = C / (1 / Kp + L / D)``, with the corneum as one site of any width."""
    length, conductivity = 300.0, 40.0
    for spacing in (10.0, 20.0):
        lattice, media = slab(length + spacing, spacing, conductivity=conductivity, capacity=0.01, drained=True)
        through = permeability_cm_per_h * CM_PER_H
        media.conductivity[AIR_SITES] = through * spacing
        found, _ = flux_and_lag(lattice, media, 200.0)
        series = 1.0 / (0.5 * spacing / WATER + 1.0 / through + length / conductivity)
        # the solver's residual counts against the donor, of which tight corneum lets through next to nothing
        assert found == pytest.approx(series, rel=SOLVER + 2e-10 * spacing / through)


def membrane_series(seconds, *, length, conductivity, capacity):
    """Amount through a membrane over area and concentration, um (Crank 1975, eq. 4.24a)."""
    scaled = conductivity / capacity * seconds / length**2
    n = np.arange(1, 200)
    tail = np.sum((-1.0) ** n / n**2 * np.exp(-scaled * (n * math.pi) ** 2))
    return capacity * length * (scaled - 1.0 / 6.0 - 2.0 / math.pi**2 * tail)


def error_of_received(cells, steps, seconds=300.0):
    """Where half a site of donor resists next to nothing: a diffusivity of 10, a conductivity far below water's."""
    lattice, media = slab(100.0, 100.0 / cells, conductivity=0.5, capacity=0.05, drained=True)
    transport = put_on(lattice, media)
    run(transport, media, seconds / 3600.0, steps)
    exact = membrane_series(seconds, length=100.0, conductivity=0.5, capacity=0.05)
    return abs(over_area(transport.booked["received"], lattice) / 1000.0 / exact - 1.0)


def test_the_amount_received_converges_to_the_series_in_second_order_of_spacing():
    """With steps as the square of spacing, so short that depth makes most of the error."""
    errors = [error_of_received(cells, steps) for cells, steps in ((5, 80), (10, 320), (20, 1280))]
    assert errors[-1] < 3e-3
    assert orders(errors) == pytest.approx([2.0, 2.0], abs=0.15)


def test_the_amount_received_converges_to_the_series_in_first_order_of_time():
    errors = [error_of_received(100, steps) for steps in (20, 40, 80)]
    assert orders(errors) == pytest.approx([1.0, 1.0], abs=0.1)


def test_substeps_that_grow_with_age_follow_what_diffuses_into_a_thick_slab():
    """``2 C sqrt(k D t / pi)``; backward Euler in steps of a tenth of the age is off by half a percent at any age."""
    for hours in (1.0, 10.0):
        lattice, media = slab(3000.0, 5.0, conductivity=10.0, capacity=2.0)
        transport = put_on(lattice, media)
        transport.advance(media, 0.0, hours)
        exact = 2.0 * 1000.0 * math.sqrt(2.0 * 10.0 * hours * 3600.0 / math.pi)
        assert over_area(transport.booked["given"], lattice) == pytest.approx(exact, rel=0.01)


def test_substeps_that_grow_with_age_follow_what_comes_through_a_membrane():
    """From one lag on: a step of a tenth of the age smears the front, by 5 % of the little that came until then."""
    length, conductivity, capacity = 400.0, 10.0, 2.0
    lattice, media = slab(length, 5.0, conductivity=conductivity, capacity=capacity, drained=True)
    lag_h = capacity * length**2 / (6.0 * conductivity) / 3600.0
    for lags, within in ((1.0, 0.07), (2.0, 0.015), (4.0, 0.002)):
        transport = put_on(lattice, media)
        transport.advance(media, 0.0, lags * lag_h)
        exact = 1000.0 * membrane_series(
            lags * lag_h * 3600.0, length=length, conductivity=conductivity, capacity=capacity
        )
        assert over_area(transport.booked["received"], lattice) == pytest.approx(exact, rel=within)


def stirred_series(seconds, *, donor_um, length, conductivity, capacity):
    """Share of the dose that is left in a stirred donor over a closed slab (Crank 1975, eqs 4.35 to 4.37)."""
    ratio = donor_um / (capacity * length)
    n = np.arange(1, 60)
    q = np.array([brentq(lambda x: math.sin(x) + ratio * x * math.cos(x), (k - 0.5) * math.pi, k * math.pi) for k in n])
    terms = 2.0 * ratio * (1.0 + ratio) / (1.0 + ratio + (ratio * q) ** 2)
    decay = np.exp(-conductivity / capacity * q**2 * seconds / length**2)
    return 1.0 - (1.0 - np.sum(terms * decay)) / (1.0 + ratio)


@pytest.mark.parametrize("capacity", [0.4, 3.0])
def test_a_donor_that_runs_out_over_a_closed_slab_follows_the_series_of_crank(capacity):
    """Second order in spacing with steps as its square; the film is thinner or thicker than a site, but stirred."""
    length, conductivity, donor_um, errors = 100.0, 5.0, 30.0, []
    for cells, steps in ((10, 20), (20, 80), (40, 320)):
        lattice, media = slab(length, length / cells, conductivity=conductivity, capacity=capacity)
        transport = put_on(lattice, media, thick_um=donor_um)
        run(transport, media, 300.0 / 3600.0, steps)
        exact = stirred_series(300.0, donor_um=donor_um, length=length, conductivity=conductivity, capacity=capacity)
        left = over_area(transport.donor_ug(), lattice) / (1000.0 * donor_um)
        errors.append(abs(left / exact - 1.0))
    assert 0.2 < exact < 0.9
    assert errors[-1] < 3e-3
    assert orders(errors) == pytest.approx([2.0, 2.0], abs=0.25)


@pytest.mark.parametrize("capacity", [0.2, 1.0, 8.0])
@pytest.mark.parametrize("donor_um", [2.0, 50.0])
def test_a_donor_and_a_closed_slab_end_in_equilibrium_by_partition(capacity, donor_um):
    lattice, media = slab(100.0, 10.0, capacity=capacity)
    transport = put_on(lattice, media, thick_um=donor_um)
    run(transport, media, 24.0, 4)
    share = donor_um / (donor_um + capacity * 100.0)
    assert over_area(transport.donor_ug(), lattice) == pytest.approx(1000.0 * donor_um * share, rel=SOLVER)
    assert transport.field.concentration[AIR_SITES:] == pytest.approx(1000.0 * share, rel=SOLVER)
    assert transport.content_ug_per_ml()[AIR_SITES:] == pytest.approx(1000.0 * share * capacity, rel=SOLVER)


def changing_skin(rng, lattice):
    """A surface that rises and sinks by a site, with channels that open and close, and media of every make."""
    nz, ny, nx = lattice.shape
    surface = lattice.air_sites + rng.integers(-1, 2, (ny, nx))
    channels = rng.random((ny, nx)) < 0.3
    surface[channels] += rng.integers(1, nz - lattice.air_sites - 3, (ny, nx))[channels]
    air = np.arange(nz)[:, None, None] < surface
    return media_of(
        air,
        lattice.spacing_um,
        conductivity=10.0 ** rng.uniform(-2.0, 2.0, lattice.shape),
        capacity=rng.uniform(0.3, 5.0, lattice.shape),
        clearance=rng.uniform(0.0, 0.4),
        degradation=rng.uniform(0.0, 0.2),
        drained=True,
    )


@pytest.mark.parametrize(("nz", "ny", "nx"), [(24, 1, 9), (15, 4, 5)])
@pytest.mark.parametrize("thick_um", [2.0, 200.0, math.inf])
@pytest.mark.parametrize("solubility", [1e7, 50.0])
def test_all_places_together_hold_what_was_given_in_skin_that_changes(nz, ny, nx, thick_um, solubility):
    lattice = Lattice(nz=nz, ny=ny, nx=nx, spacing_um=10.0, air_sites=4)
    rng = np.random.default_rng(3)
    media = changing_skin(rng, lattice)
    drug = tracer(solubility_ug_per_ml=solubility, crystal_radius_um=20.0)
    transport = put_on(lattice, media, thick_um=thick_um, end_h=4.3, drug=drug)
    if math.isfinite(thick_um):
        dose = 1000.0 * thick_um * lattice.surface_area_mm2 * 1e-6
        assert transport.booked["given"] == pytest.approx(dose, rel=1e-12)
    depot = np.zeros(lattice.shape)
    depot[-3:-1] = 400.0
    for step in range(12):
        media = changing_skin(rng, lattice)
        transport.advance(media, 0.5 * step, 0.5)
        if step == 5:
            transport.put_in(depot, media, 3.0)
            assert transport.crystals[-3:-1].any() == (solubility < 400.0)
        given = transport.booked["given"]
        assert accounted_for(transport, media) == pytest.approx(given, rel=1e-7)
        assert transport.field.concentration.min() > -1e-7 * 1000.0
        assert transport.crystals.min() > -1e-7 * 1000.0
    assert min(transport.booked.values()) > 1e-4 * given
    assert transport.donor is None


@pytest.mark.parametrize("sites", [0.7, 6.0, 40.0])
def test_a_donor_lies_on_the_skin_and_in_its_hollows_with_its_volume(sites):
    lattice = Lattice(nz=20, ny=1, nx=8, spacing_um=10.0, air_sites=5)
    surface = np.array([5, 5, 4, 12, 14, 5, 6, 5])
    air = (np.arange(20)[:, None] < surface)[:, None, :]
    volume_ml = sites * lattice.site_volume_ml
    donor = Donor(concentration_ug_per_ml=1.0, volume_ml=volume_ml, end_h=1.0)
    laid = lay(donor, air, lattice.air_sites, lattice.site_volume_ml)
    assert laid.share.sum() == pytest.approx(sites, rel=1e-12)
    assert not (laid.every & ~air).any()
    assert laid.hollow.sum() == 7 + 9 + 1
    assert laid.film[:, 0, :].sum(axis=0).tolist() == [2, 2, 1, 2, 2, 2, 2, 2]
    assert laid.share[laid.hollow] == pytest.approx(min(1.0, 0.9 * sites / 17.0))


def test_blood_and_decay_let_drug_reach_as_deep_as_the_root_of_diffusivity_over_rate():
    """``C exp(-x sqrt(k / D))``, here with the end of the slab; second order in spacing."""
    conductivity, clearance, degradation, length = 1.0, 0.6, 0.3, 400.0
    rate = (clearance + degradation) / 3600.0
    reach, errors = math.sqrt(conductivity / rate), []
    for spacing in (20.0, 10.0, 5.0):
        lattice, media = slab(
            length, spacing, conductivity=conductivity, capacity=3.0, clearance=clearance, degradation=degradation
        )
        transport = put_on(lattice, media)
        transport.advance(media, 0.0, 400.0)
        taken = conductivity / reach * math.tanh(length / reach)  # flux over the concentration at the surface
        surface = 1000.0 / (1.0 + 0.5 * spacing / WATER * taken)
        x = lattice.depth_um[AIR_SITES:]
        exact = surface * np.cosh((length - x) / reach) / math.cosh(length / reach)
        errors.append(np.abs(transport.field.concentration[AIR_SITES:, 0, 0] / exact - 1.0)[x < 3.0 * reach].max())
        before = dict(transport.booked)
        transport.advance(media, 400.0, 1.0)
        gained = {place: over_area(transport.booked[place] - before[place], lattice) for place in before}
        assert gained["cleared"] / gained["degraded"] == pytest.approx(clearance / degradation, rel=1e-6)
        assert gained["given"] == pytest.approx(gained["cleared"] + gained["degraded"], rel=1e-6)
    assert gained["given"] == pytest.approx(surface * taken * 3600.0, rel=1e-3)
    assert errors[-1] < 1e-2
    assert orders(errors) == pytest.approx([2.0, 2.0], abs=0.1)


def test_a_closed_slab_without_diffusion_is_cleared_and_degraded_as_an_exponential():
    """Rates count what is free, so a medium that holds three times as much empties three times as slowly."""
    lattice, media = slab(50.0, 10.0, capacity=3.0, clearance=6.0, degradation=3.0)
    errors = []
    for steps in (20, 40, 80):
        transport = Transport(tracer(), lattice)
        transport.put_in(np.where(media.air, 0.0, 300.0), media, 0.0)
        run(transport, media, 0.2, steps)
        exact = 300.0 * math.exp(-9.0 * 0.2 / 3.0)
        errors.append(abs(transport.content_ug_per_ml()[-1, 0, 0] / exact - 1.0))
        assert transport.booked["cleared"] == pytest.approx(2.0 * transport.booked["degraded"], rel=1e-12)
    assert orders(errors) == pytest.approx([1.0, 1.0], abs=0.1)


def depot_of(content, *, degradation=0.0, capacity=1.0, **numbers):
    lattice, media = slab(50.0, 10.0, capacity=capacity, degradation=degradation)
    transport = Transport(tracer(**numbers), lattice)
    transport.put_in(np.where(media.air, 0.0, content), media, 0.0)
    return transport, media


@pytest.mark.parametrize("content", [150.0, 3000.0])
def test_a_closed_slab_dissolves_what_it_can_and_no_more(content):
    transport, media = depot_of(content, capacity=4.0, solubility_ug_per_ml=100.0)
    run(transport, media, 50.0, 5)
    free, solid = transport.field.concentration[AIR_SITES:], transport.crystals[AIR_SITES:]
    assert free == pytest.approx(min(content / 4.0, 100.0), rel=SOLVER)
    assert solid == pytest.approx(max(content - 400.0, 0.0), rel=SOLVER)
    assert transport.booked["given"] == pytest.approx(accounted_for(transport, media), rel=SOLVER)
    assert transport.booked["degraded"] == 0.0


def test_crystals_fill_a_slab_to_solubility_from_one_end():
    """Total kept; never above solubility; nothing solid is left where it was if all of it can dissolve."""
    lattice, media = slab(100.0, 10.0)
    for content, all_dissolves in ((900.0, True), (1100.0, False)):
        transport = Transport(tracer(solubility_ug_per_ml=100.0, crystal_radius_um=1.0), lattice)
        depot = np.zeros(lattice.shape)
        depot[AIR_SITES] = content
        transport.put_in(depot, media, 0.0)
        for step in range(50):
            transport.advance(media, 2.0 * step, 2.0)
            assert transport.field.concentration.max() <= 100.0 * (1.0 + SOLVER)
            assert transport.content_ug_per_ml().sum() == pytest.approx(content, rel=SOLVER)
        solid = transport.crystals.sum()
        assert solid == pytest.approx(0.0 if all_dissolves else content - 1000.0, abs=1e-3 * content)


def test_crystals_that_dissolve_faster_than_they_are_used_up_last_as_the_sink_needs_them():
    """Content falls by rate times solubility until the crystals are gone; no step takes more than there is.

    Small crystals keep the fluid at solubility but for the share of them that a step uses, in first order of time.
    """
    rate, solubility, content, capacity = 100.0, 10.0, 5000.0, 3.0
    lasts_h = (content - capacity * solubility) / (rate * solubility)
    errors = []
    for steps in (300, 600, 1200):
        transport, media = depot_of(
            content, degradation=rate, capacity=capacity, solubility_ug_per_ml=solubility, crystal_radius_um=0.02
        )
        run(transport, media, 0.9 * lasts_h, steps)
        exact = content - rate * solubility * 0.9 * lasts_h
        left, free = transport.content_ug_per_ml()[-1, 0, 0], transport.field.concentration[-1, 0, 0]
        errors.append([abs(left / exact - 1.0), abs(free / solubility - 1.0)])
        run(transport, media, 0.3 * lasts_h, steps // 3, start_h=0.9 * lasts_h)
        assert transport.crystals[-1, 0, 0] < 1e-3 * content
        assert transport.booked["degraded"] == pytest.approx(transport.booked["given"], rel=1e-3)
    for error in np.transpose(errors):
        assert error[-1] < 0.03
        assert orders(error) == pytest.approx([1.0, 1.0], abs=0.15)


def error_of_crystals(minutes, steps, **numbers):
    """Against fluid and crystals that exchange by Noyes and Whitney, ``dM / dt = -3 D M (s - u) / (density r^2)``."""
    degradation, solubility, content, capacity = 60.0, 1000.0, 1500.0, 0.5
    transport, media = depot_of(
        content, degradation=degradation, capacity=capacity, solubility_ug_per_ml=solubility, **numbers
    )
    per_s = 3.0 * numbers["dermis_diffusivity_um2_per_s"]
    per_s /= numbers["crystal_density_g_per_ml"] * 1e6 * numbers["crystal_radius_um"] ** 2

    def change(_, state):
        free, solid = state
        dissolving = per_s * solid * (solubility - free)
        return (dissolving - degradation / 3600.0 * free) / capacity, -dissolving

    start = [solubility, content - capacity * solubility]
    run(transport, media, minutes / 60.0, steps)
    exact = solve_ivp(change, (0.0, minutes * 60.0), start, rtol=1e-10, atol=1e-8).y[:, -1]
    found = [transport.field.concentration[-1, 0, 0], transport.crystals[-1, 0, 0]]
    return np.abs(np.array(found) / exact - 1.0)


@pytest.mark.parametrize(("radius", "diffusivity", "density"), [(5.0, 10.0, 1.3), (9.0, 40.0, 2.0)])
def test_crystals_dissolve_as_noyes_and_whitney_have_it(radius, diffusivity, density):
    numbers = {
        "crystal_radius_um": radius,
        "dermis_diffusivity_um2_per_s": diffusivity,
        "crystal_density_g_per_ml": density,
    }
    free, solid = np.array([error_of_crystals(15.0, steps, **numbers) for steps in (60, 120, 240)]).T
    assert solid[-1] < 5e-3
    assert free[-1] < 5e-3
    assert orders(solid) == pytest.approx([1.0, 1.0], abs=0.1)
    assert orders(free) == pytest.approx([1.0, 1.0], abs=0.1)


def test_a_suspension_drives_the_flux_of_its_solubility_while_crystals_last():
    lattice, media = slab(100.0, 10.0, drained=True)
    drug = tracer(solubility_ug_per_ml=200.0, crystal_radius_um=0.5)
    transport = put_on(lattice, media, concentration=1e6, thick_um=50.0, drug=drug)
    transport.advance(media, 0.0, 2.0)
    before = transport.booked["received"]
    transport.advance(media, 2.0, 2.0)
    flux = over_area(transport.booked["received"] - before, lattice) / 7200.0
    resistance, _ = resistance_and_lag(5.0 / WATER, [(100.0, 10.0, 1.0)])
    assert transport.crystals[AIR_SITES - 1, 0, 0] > 0.0
    assert flux == pytest.approx(200.0 / resistance, rel=1e-3)  # a step uses so much of the crystals


def test_an_infinite_donor_that_ends_within_a_step_gave_what_its_hours_let_in():
    """In all ``J (T + k L^2 / 3 D)``: what fills the skin first comes through in the end; exact but for spacing."""
    length, conductivity, capacity, end_h, errors = 100.0, 10.0, 4.0, 10.37, []
    for cells in (5, 10, 20):
        lattice, media = slab(length, length / cells, conductivity=conductivity, capacity=capacity, drained=True)
        transport = put_on(lattice, media, end_h=end_h)
        run(transport, media, 60.0, 60)
        resistance, _ = resistance_and_lag(0.5 * length / cells / WATER, [(length, conductivity, capacity)])
        filled_s = capacity * length / resistance * (length / conductivity) ** 2 / 3.0
        found_s = over_area(transport.booked["given"], lattice) / 1000.0 * resistance - end_h * 3600.0
        errors.append(abs(found_s / filled_s - 1.0))
        assert transport.idle
        assert transport.booked["removed"] == 0.0
        assert transport.booked["received"] == pytest.approx(transport.booked["given"], rel=1e-6)
    assert filled_s == pytest.approx(capacity * length**2 / (3.0 * conductivity), rel=1e-3)
    assert errors[-1] < 5e-3
    assert orders(errors) == pytest.approx([2.0, 2.0], abs=0.1)


@pytest.mark.parametrize("end_h", [0.2, 1.37])
def test_a_donor_is_wiped_off_at_its_time_wherever_steps_end(end_h):
    lattice, media = slab(100.0, 10.0, drained=True)
    whole = put_on(lattice, media, thick_um=400.0, end_h=end_h)
    cut = put_on(lattice, media, thick_um=400.0, end_h=FOREVER)
    run(whole, media, 2.0, 4)
    edges = sorted({0.0, 0.5, 1.0, 1.5, 2.0, end_h})
    for start, stop in pairwise(edges):
        cut.advance(media, start, stop - start)
        if stop == end_h:
            left = cut.donor_ug()
            cut.wipe_off()
    assert whole.donor is None
    assert whole.booked["removed"] == pytest.approx(left, rel=SOLVER)
    assert whole.booked["removed"] > 0.01 * whole.booked["given"]
    assert whole.booked["received"] == pytest.approx(cut.booked["received"], rel=SOLVER)
    assert whole.field.concentration[:AIR_SITES] == pytest.approx(0.0, abs=SOLVER * 1000.0)


def test_a_second_application_wipes_off_the_first_and_both_are_booked():
    lattice, media = slab(100.0, 10.0, drained=True)
    transport = put_on(lattice, media, thick_um=20.0, end_h=8.0)
    transport.advance(media, 0.0, 1.5)
    left, received = transport.donor_ug(), transport.booked["received"]
    volume_ml = 5.0 * lattice.surface_area_mm2 * 1e-6
    transport.put_on(Donor(concentration_ug_per_ml=400.0, volume_ml=volume_ml, end_h=3.0), media, 1.5)
    assert transport.booked["removed"] == pytest.approx(left, rel=1e-12)
    assert over_area(transport.booked["given"], lattice) == pytest.approx(1000.0 * 20.0 + 400.0 * 5.0, rel=1e-12)
    assert over_area(transport.donor_ug(), lattice) == pytest.approx(400.0 * 5.0, rel=1e-12)
    assert transport.booked["received"] == received
    transport.advance(media, 1.5, 2.0)
    assert transport.donor is None
    assert accounted_for(transport, media) == pytest.approx(transport.booked["given"], rel=SOLVER)


def test_depots_of_what_is_dissolved_add_up():
    """Steps of a minute, so that each is followed in the same steps."""
    lattice, media = slab(100.0, 10.0, degradation=2.0, drained=True)
    minute = 1.0 / 60.0

    def received(depots):
        transport = Transport(tracer(), lattice)
        for step in range(30):
            if step in depots:
                content = np.zeros(lattice.shape)
                content[depots[step]] = 40.0
                transport.put_in(content, media, step * minute)
            transport.advance(media, step * minute, minute)
        return np.array([transport.booked["received"], transport.booked["degraded"]])

    assert received({0: 4, 17: 9}) == pytest.approx(received({0: 4}) + received({17: 9}), rel=SOLVER)


def excised(width_um, *, gone=None, epidermis=60.0):
    """Permeability of excised skin, cm/h, from what it lets through in steady state; the skin, and the drug."""
    lattice = Lattice.from_size(width_um=width_um, depth_um=600, spacing_um=10, air_um=50)
    skin = ExcisedSkin(lattice=lattice, site="cheek", phototype=2, parameters=P, seed=1, step_h=24.0)
    if gone is not None:
        ablated = np.broadcast_to(gone(lattice), lattice.shape).astype(np.float32)
        nothing = np.zeros(lattice.shape, np.float32)
        skin.injure(
            Injury(
                lattice=lattice,
                ablated=ablated,
                damage=dict.fromkeys(DAMAGE_PROCESSES, nothing),
                dose_min=nothing,
                peak_temperature_c=nothing,
                zones=Injury.none(lattice).zones,
                record={},
            )
        )
    drug = tracer(
        corneum_partition=1.0,
        corneum_permeability_cm_per_h=1e-3,
        epidermis_diffusivity_um2_per_s=epidermis,
        dermis_diffusivity_um2_per_s=60.0,
        water_diffusivity_um2_per_s=900.0,
    )
    skin.apply_drug(drug, 500.0, FOREVER, math.inf)
    for _ in range(9):
        skin.step()
    before = skin.observe()["drug_received_ug_per_cm2"]
    skin.step()
    return (skin.observe()["drug_received_ug_per_cm2"] - before) / 24.0 / 500.0, skin, drug


def test_intact_excised_skin_is_its_layers_in_series():
    """``1 / (1 / Kp + L_e / D_e + L_d / D_d)``: corneum takes the place of the uppermost site."""
    found, skin, drug = excised(10.0, epidermis=20.0)
    epidermis, dermis = (10.0 * (np.count_nonzero(skin.code == code)) for code in (EPIDERMIS, DERMIS))
    free = P["drug.tissue_water_share"]
    series = 1.0 / (1e-3 * CM_PER_H) + (epidermis - 10.0) / (free * 20.0) + dermis / (free * 60.0) + 5.0 / 900.0
    assert epidermis + dermis == 600.0
    assert found == pytest.approx(1.0 / series / CM_PER_H, rel=1e-7)
    media = skin.media(drug)
    tissue = ~media.air
    assert found == pytest.approx(1.0 / (np.sum(10.0 / media.conductivity[tissue]) + 5.0 / 900.0) / CM_PER_H, rel=1e-7)


@pytest.mark.parametrize("depth_um", [20.0, 150.0, 450.0])
def test_excised_skin_that_is_gone_to_a_depth_is_water_over_what_is_left(depth_um):
    """Donor liquid fills the hollow; below it dermis, all in series."""
    found, skin, _ = excised(10.0, gone=lambda lattice: lattice.depth_um[:, None, None] < depth_um)
    assert np.count_nonzero(skin.code != AIR) == round((600.0 - depth_um) / 10.0)
    free = P["drug.tissue_water_share"]
    series = (5.0 + depth_um) / 900.0 + (600.0 - depth_um) / (free * 60.0)
    assert found == pytest.approx(1.0 / series / CM_PER_H, rel=1e-7)


def test_deeper_channels_let_more_through_within_the_bounds_of_columns_and_layers():
    """Between columns that do not touch and layers that are mixed along the skin."""

    def channel(depth_um):
        def gone(lattice):
            x = np.abs(lattice.x_um - 0.5 * lattice.nx * lattice.spacing_um)[None, None, :]
            return (lattice.depth_um[:, None, None] < depth_um) & (x < 30.0)

        return gone

    found = []
    for depth_um in (0.0, 100.0, 200.0, 300.0, 400.0):
        permeability, skin, drug = excised(300.0, gone=channel(depth_um))
        media = skin.media(drug)
        conductivity = np.where(media.air, 900.0, media.conductivity)[skin.lattice.air_sites :, 0]
        film = 5.0 / 900.0
        apart = np.mean(1.0 / (film + np.sum(10.0 / conductivity, axis=0)))
        mixed = 1.0 / (film + np.sum(10.0 / conductivity.mean(axis=1)))
        assert apart / CM_PER_H * (1.0 - 1e-6) <= permeability <= mixed / CM_PER_H * (1.0 + 1e-6)
        found.append(permeability)
    assert found[0] == pytest.approx(1e-3, rel=0.06)
    assert found[1] > 5.0 * found[0]
    assert all(deeper > 1.1 * shallower for shallower, deeper in pairwise(found))


def cell_pair(capacity):
    lattice = Lattice(nz=1, ny=1, nx=2, spacing_um=10.0, air_sites=0)
    pair = Field(name="tracer", unit="ug/mL", lattice=lattice, factor=1, decay_per_s=0.0, tolerance=1e-12)
    pair.set_diffusivity(2.0)
    pair.capacity = np.array(capacity).reshape(1, 1, 2)
    pair.concentration[0, 0] = [5.0, 0.0]
    return pair


@pytest.mark.parametrize("capacity", [(1.0, 1.0), (0.2, 6.0), (30.0, 0.5)])
def test_two_cells_of_different_capacity_relax_to_one_concentration_at_their_rate(capacity):
    """The difference decays by ``D / h^2 (1 / k1 + 1 / k2)``, in first order of time; the total stays."""
    rate = 2.0 / 10.0**2 * (1.0 / capacity[0] + 1.0 / capacity[1])
    seconds, errors = 1.0 / rate, []
    for steps in (20, 40, 80):
        pair = cell_pair(capacity)
        total = pair.total_amount()
        for _ in range(steps):
            pair.step(seconds / steps / 3600.0)
        first, second = pair.concentration[0, 0]
        assert pair.total_amount() == pytest.approx(total, rel=1e-9)
        assert first - second == pytest.approx(5.0 * (1.0 + 1.0 / steps) ** -steps, rel=1e-9)
        errors.append(abs((first - second) / (5.0 * math.exp(-1.0)) - 1.0))
    assert orders(errors) == pytest.approx([1.0, 1.0], abs=0.05)
    pair.step(1e5)
    assert pair.concentration[0, 0] == pytest.approx(5.0 * capacity[0] / sum(capacity), rel=1e-6)
