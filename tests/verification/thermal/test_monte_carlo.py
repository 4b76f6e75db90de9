"""Monte Carlo transport of light against published tables and exact solutions, each within four standard errors.

Tables: van de Hulst (1980) Multiple Light Scattering; Giovanelli (1955) Optica Acta 2:153; Prahl et al. (1989),
doi:10.1117/12.2283590; all as quoted by Wang, Jacques, Zheng (1995) MCML, doi:10.1016/0169-2607(95)01640-F. Where the
refractive index jumps there are values by adding and doubling too (Prahl, van Gemert, Welch 1993,
doi:10.1364/AO.32.000559), converged with 64 quadrature points.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mendsim.thermal import monte_carlo
from mendsim.thermal.grid import ZoneGrid, stretched_edges
from mendsim.thermal.monte_carlo import Beam, OpticalLayer, PhotonTally, send_photons
from mendsim.thermal.monte_carlo_kernels import TOP_HAT, fresnel, launch

PENCIL = Beam(shape="pencil")
COARSE = ZoneGrid(np.linspace(0.0, 2e-3, 5), np.linspace(0.0, 2e-3, 21))
FINE = ZoneGrid(stretched_edges(10e-6, 200e-6, 1e-3, 1.2), stretched_edges(10e-6, 300e-6, 1e-3, 1.2))
SKIN = (
    OpticalLayer(absorption=600, scattering=15000, anisotropy=0.8, refractive_index=1.45, thickness=75e-6),
    OpticalLayer(absorption=900, scattering=10000, anisotropy=0.9, refractive_index=1.4, thickness=600e-6),
    OpticalLayer(absorption=200, scattering=8000, anisotropy=0.9, refractive_index=1.44),
)


def total(tally: PhotonTally) -> float:
    inside = tally.absorbed.sum() + tally.absorbed_beyond
    outside = tally.specular_reflectance + tally.diffuse_reflectance + tally.transmittance
    return inside + outside + tally.roulette_loss


def batches(quantity, layers, *, photons, count=20, beam=PENCIL, grid=COARSE, **options):
    """Mean of a quantity over batches of photons, and its standard error."""
    size = photons // count
    values = [
        quantity(send_photons(layers, beam, grid, photons=size, first_photon=size * batch, seed=11, **options))
        for batch in range(count)
    ]
    return np.mean(values, axis=0), np.std(values, axis=0, ddof=1) / np.sqrt(count)


def reflected_and_transmitted(tally: PhotonTally) -> tuple[float, float]:
    return tally.specular_reflectance + tally.diffuse_reflectance, tally.transmittance


def agrees(found, expected, error, table_error=0.0) -> bool:
    """Within four standard errors, and the rounding of the table."""
    return bool(np.all(np.abs(np.asarray(found) - expected) < 4 * np.asarray(error) + table_error))


def slab(refractive_index: float) -> list[OpticalLayer]:
    return [
        OpticalLayer(
            absorption=1000, scattering=9000, anisotropy=0.75, refractive_index=refractive_index, thickness=2e-4
        )
    ]


def test_van_de_hulst_1980_matched_slab():
    found, error = batches(reflected_and_transmitted, slab(1.0), photons=400_000)
    assert np.all(error < 5e-4)
    assert agrees(found, (0.09739, 0.66096), error, 5e-6)


def test_prahl_1989_matched_slab():
    """Their own Monte Carlo values and standard errors, 0.09711(33) and 0.66159(49)."""
    found, error = batches(reflected_and_transmitted, slab(1.0), photons=100_000)
    assert agrees(found, (0.09711, 0.66159), np.hypot(error, (0.00033, 0.00049)))


def test_adding_doubling_slab_with_mismatched_boundaries():
    found, error = batches(reflected_and_transmitted, slab(1.4), photons=400_000)
    assert agrees(found, (0.11620, 0.52692), error, 5e-5)


def test_giovanelli_1955_semi_infinite_with_mismatched_boundary():
    """The table gives all light that is turned back, the 0.04 of the surface included; adding-doubling 0.2599."""
    layers = [OpticalLayer(absorption=1000, scattering=9000, anisotropy=0.0, refractive_index=1.5)]
    found, error = batches(reflected_and_transmitted, layers, photons=200_000)
    assert error[0] < 1e-3
    assert agrees(found[0], 0.2600, error[0], 1e-4)


def chandrasekhar_h(albedo: float, cosine: float) -> float:
    """H function of isotropic scattering by iteration of its integral equation (Chandrasekhar 1960, chapter 5)."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    nodes, weights = 0.5 * (nodes + 1), 0.5 * weights
    h = np.ones_like(nodes)
    root = np.sqrt(1 - albedo)

    def once(at):
        return 1 / (root + 0.5 * albedo * (weights * nodes * h / (nodes + at[:, None])).sum(axis=1))

    for _ in range(500):
        h = once(nodes)
    return float(once(np.array([cosine]))[0])


@pytest.mark.parametrize("albedo", [0.5, 0.9, 0.99])
def test_chandrasekhar_semi_infinite_reflectance(albedo):
    """A matched half-space that scatters isotropically reflects ``1 - H(1) sqrt(1 - albedo)``, exactly."""
    layers = [
        OpticalLayer(absorption=1e4 * (1 - albedo), scattering=1e4 * albedo, anisotropy=0.0, refractive_index=1.0)
    ]
    found, error = batches(reflected_and_transmitted, layers, photons=40_000)
    assert agrees(found[0], 1 - chandrasekhar_h(albedo, 1.0) * np.sqrt(1 - albedo), error[0])


def test_deep_fluence_decays_as_transport_theory_says():
    """Deep down light decays as ``exp(-k mu_t z)`` with ``albedo atanh(k) / k = 1``, within 1 % of diffusion."""
    albedo, extinction = 0.98, 2e4
    k = 0.2
    for _ in range(200):
        k = np.tanh(k / albedo)
    assert k == pytest.approx(np.sqrt(3 * (1 - albedo)), rel=0.01)
    layers = [
        OpticalLayer(
            absorption=extinction * (1 - albedo), scattering=extinction * albedo, anisotropy=0.0, refractive_index=1.0
        )
    ]
    grid = ZoneGrid(np.array([0.0, 1.0]), np.linspace(0.0, 1.8e-3, 19))
    found, error = batches(
        lambda tally: np.log(tally.absorbed[4:13, 0].sum() / tally.absorbed[9:18, 0].sum()), layers,
        photons=100_000, grid=grid,
    )  # fmt: skip
    assert error < 0.02
    assert agrees(found, k * extinction * 5e-4, error)


def test_similarity_of_anisotropic_scattering_in_diffusion():
    """Light decays deep down as ``exp(-sqrt(3 mu_a (mu_a + mu_s')) z)`` where scattering is strong and forward too."""
    layers = [OpticalLayer(absorption=100, scattering=50_000, anisotropy=0.8, refractive_index=1.4)]
    grid = ZoneGrid(np.array([0.0, 1.0]), np.linspace(0.0, 3e-3, 31))
    found, error = batches(
        lambda tally: np.log(tally.absorbed[8:16].sum() / tally.absorbed[14:22].sum()),
        layers, photons=20_000, grid=grid,
    )  # fmt: skip
    expected = np.sqrt(3 * 100 * (100 + 10_000)) * 0.6e-3
    assert found == pytest.approx(expected, abs=4 * error + 0.02 * expected)
    assert error < 0.03 * expected


def test_beer_lambert_in_every_cell_without_scattering():
    """Exact but for the quanta of the tally: layers and cells need not share faces."""
    layers = [
        OpticalLayer(absorption=a, scattering=0.0, anisotropy=0.0, refractive_index=1.3, thickness=t)
        for a, t in ((3000, 80e-6), (0.0, 50e-6), (12000, 130e-6), (500, np.inf))
    ]
    grid = ZoneGrid(np.array([0.0, 20e-6, 1.0]), np.linspace(0.0, 500e-6, 33))
    tally = send_photons(layers, PENCIL, grid, photons=10, seed=1, index_above=1.3)
    depths = np.array([0.0, 80e-6, 130e-6, 260e-6, 1.0])
    path = np.diff(np.minimum(depths, grid.z_edges[:, None]), axis=1) @ np.array([3000, 0, 12000, 500])
    np.testing.assert_allclose(tally.absorbed[:, 0], -np.diff(np.exp(-path)), atol=2e-11)
    assert np.all(tally.absorbed[:, 1] == 0)
    assert tally.absorbed_beyond == pytest.approx(np.exp(-path[-1]), abs=2e-11)


def test_absorption_map_acts_cell_by_cell_along_a_slanting_path():
    """A photon that enters at an angle meets rings and rows in turn; each takes ``1 - exp(-mu s)`` of what is left."""
    grid = ZoneGrid(np.linspace(0.0, 400e-6, 9), np.linspace(0.0, 300e-6, 11))
    absorption = 500.0 * (1 + np.arange(80).reshape(grid.shape) % 7)
    layers = [OpticalLayer(absorption=100, scattering=0.0, anisotropy=0.0, refractive_index=1.0)]
    beam = Beam(shape="top_hat", diameter=500e-6, divergence=0.9, waist_depth=200e-6)
    for photon in range(50):
        tally = send_photons(layers, beam, grid, photons=1, first_photon=photon, seed=5, absorption=absorption)
        light = (TOP_HAT, 250e-6, 0.9, 200e-6)
        x, y, ux, uy, uz = launch(light, np.uint64(5), photon)
        s = np.arange(200_000) * 5e-9
        r, z = np.hypot(x + ux * s, y + uy * s), uz * s
        i = np.searchsorted(grid.r_edges, r, side="right") - 1
        k = np.searchsorted(grid.z_edges, z, side="right") - 1
        inside = (i < 8) & (k < 10)
        mu = np.where(inside, absorption[np.minimum(k, 9), np.minimum(i, 7)], 100.0)
        left = np.exp(-np.concatenate(([0.0], np.cumsum(mu * 5e-9))))
        expected = np.zeros(grid.shape)
        np.add.at(expected, (k[inside], i[inside]), -np.diff(left)[inside])
        np.testing.assert_allclose(tally.absorbed, expected, atol=3e-5)  # the sum errs by a step at each face


@pytest.mark.parametrize("shape", ["pencil", "top_hat", "gaussian"])
def test_energy_is_accounted_for(shape):
    beam = Beam(shape=shape, diameter=100e-6, divergence=0.1)
    tally = send_photons(SKIN, beam, FINE, photons=3000, seed=2)
    assert total(tally) == pytest.approx(1, abs=1e-12)
    assert abs(tally.roulette_loss) < 1e-3
    assert tally.reflectance_by_radius.sum() == pytest.approx(tally.diffuse_reflectance, abs=1e-12)


def test_roulette_conserves_energy_in_the_mean():
    found, error = batches(lambda tally: tally.roulette_loss, SKIN, photons=40_000, count=40)
    assert 0 < error < 1e-3
    assert agrees(found, 0.0, error)


def test_same_bits_on_any_number_of_threads_and_chunks(monkeypatch):
    beam = Beam(shape="gaussian", diameter=100e-6)
    one = send_photons(SKIN, beam, FINE, photons=2000, seed=4)
    for threads, chunk in ((2, 2**14), (2, 97), (3, 500)):
        monkeypatch.setattr(monte_carlo, "CHUNK", chunk)
        other = send_photons(SKIN, beam, FINE, photons=2000, seed=4, threads=threads)
        for name, value in vars(one).items():
            np.testing.assert_array_equal(value, getattr(other, name), err_msg=name)
    assert not np.array_equal(one.absorbed, send_photons(SKIN, beam, FINE, photons=2000, seed=5).absorbed)


def test_fresnel_reflection_of_a_clear_slab():
    """All inner reflections add up to ``2 R / (1 + R)`` for one slab; the first is booked apart."""
    layers = [OpticalLayer(absorption=0, scattering=0, anisotropy=0, refractive_index=1.5, thickness=1e-3)]
    photons = 100_000
    tally = send_photons(layers, PENCIL, COARSE, photons=photons, seed=3)
    surface = ((1.5 - 1) / (1.5 + 1)) ** 2
    assert tally.specular_reflectance == pytest.approx(surface, abs=1e-10)
    expected = 2 * surface / (1 + surface)
    error = np.sqrt(expected * (1 - expected) / photons)
    assert agrees(sum(reflected_and_transmitted(tally)), 1.0, 1e-12)
    assert agrees(reflected_and_transmitted(tally)[0], expected, error)


def test_refraction_and_total_reflection_at_inner_boundaries():
    """Fresnel's and Snell's laws at an angle, and three clear layers at normal incidence."""
    share, cosine = fresnel(1.5, 1.0, 0.9)
    assert np.sqrt(1 - cosine**2) == pytest.approx(1.5 * np.sqrt(1 - 0.9**2))
    a, b = np.arccos(0.9), np.arccos(cosine)
    across, along = np.sin(a - b) / np.sin(a + b), np.tan(a - b) / np.tan(a + b)
    assert share == pytest.approx(0.5 * (across**2 + along**2))
    assert fresnel(1.5, 1.0, np.cos(np.arcsin(1 / 1.5) + 1e-6)) == (1.0, 0.0)
    indices = (1.0, 1.5, 1.1, 2.0, 1.0)
    layers = [
        OpticalLayer(absorption=0, scattering=0, anisotropy=0, refractive_index=n, thickness=1e-4) for n in indices[1:4]
    ]
    photons = 100_000
    tally = send_photons(layers, PENCIL, COARSE, photons=photons, seed=3)
    # Incoherent faces in a row add as R / (1 - R), the ratio of light turned back to light let through.
    shares = [((n - m) / (n + m)) ** 2 for n, m in pairwise(indices)]
    ratio = sum(part / (1 - part) for part in shares)
    expected = 1 / (1 + ratio)
    assert agrees(tally.transmittance, expected, np.sqrt(expected * (1 - expected) / photons))


def test_absorption_map_of_the_layers_gives_the_layers():
    """Cells that lie in one layer each: the same photons take the same ways and leave the same energy."""
    edges = np.concatenate((np.linspace(0.0, 75e-6, 6), np.linspace(75e-6, 675e-6, 21)[1:], (900e-6, 1200e-6)))
    grid = ZoneGrid(FINE.r_edges, edges)
    absorption = np.repeat([600.0, 900.0, 200.0], [5, 20, 2])[:, None] * np.ones(FINE.shape[1])
    beam = Beam(shape="top_hat", diameter=120e-6)
    layered = send_photons(SKIN, beam, grid, photons=5000, seed=8)
    mapped = send_photons(SKIN, beam, grid, photons=5000, seed=8, absorption=absorption)
    np.testing.assert_allclose(mapped.absorbed, layered.absorbed, atol=1e-10)
    assert mapped.diffuse_reflectance == pytest.approx(layered.diffuse_reflectance, abs=1e-10)


def test_beams_fill_their_spot_and_widen_as_a_gaussian_beam():
    """Absorbed light in clear skin follows the beam: its 1/e2 radius is ``sqrt(w0^2 + (slope (z - waist))^2)``."""
    photons, clear = 50_000, {"scattering": 0.0, "anisotropy": 0.0, "refractive_index": 1.0}
    grid = ZoneGrid(np.array([0.0, 30e-6, 60e-6, 1.0]), np.array([0.0, 1e-6, 2e-3, 2.001e-3]))
    layers = [OpticalLayer(absorption=1.0, **clear)]
    top_hat = send_photons(layers, Beam(shape="top_hat", diameter=120e-6), grid, photons=photons, seed=6)
    inside = top_hat.absorbed[0, :2] / top_hat.absorbed[0].sum()
    assert agrees(inside, (0.25, 0.75), np.sqrt(0.25 * 0.75 / photons))
    beam = Beam(shape="gaussian", diameter=60e-6, divergence=0.05, waist_depth=1e-3)
    for row, distance in ((0, 1e-3), (2, 1e-3)):
        tally = send_photons(layers, beam, grid, photons=photons, seed=6)
        radius = np.hypot(30e-6, 0.05 * distance)
        expected = -np.diff(np.exp(-2 * (grid.r_edges[:3] / radius) ** 2))
        found = tally.absorbed[row, :2] / tally.absorbed[row].sum()
        assert agrees(found, expected, np.sqrt(expected * (1 - expected) / photons), 1e-3)
