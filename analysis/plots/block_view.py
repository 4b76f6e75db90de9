"""A block of skin in three dimensions, with a corner cut out so that its zones are seen from within."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from mendsim.analysis import store, style
from mendsim.analysis.plots import field_values
from mendsim.analysis.plots.block_contents import Content, draw_contents
from mendsim.analysis.plots.block_faces import Cut, edges, faces, on_paper, placed
from mendsim.analysis.section_axes import length_label
from mendsim.analysis.section_fields import field_limit, field_norm
from mendsim.analysis.section_image import CLASSES, class_image, paint
from mendsim.common.errors import InputError

_HEIGHT_IN = 3.6
_DEPTH_SHARE = 0.5
"""How much of the depth the cut-out corner takes."""
_HURT = 0.5
"""Share of a column's keratinocytes lost from which it belongs to a zone."""
_DIM_UM = 150.0
"""Depth at which the floor of a hole looks half as bright."""
TISSUE_VIEW = "tissue"
_EPIDERMIS_GREY = 0.93
CONTENTS: tuple[Content, ...] = ("vessels", "cells")


@style.styled
def block(
    run: xr.DataTree,
    day: float,
    what: str = TISSUE_VIEW,
    ax: Axes | None = None,
    *,
    inside: Content | None = None,
    legend: bool = True,
) -> Axes:
    """Draw a block of skin at the snapshot nearest to a day, seen from obliquely above, to scale.

    The corner in front is cut out down to half the depth, along planes through the zone nearest to the middle; the cut
    shows the zones from the side and, on its floor, from above. Air above the skin and the dip over a scar are not
    drawn. Planes are shaded a little, so that they stand out from each other.

    Parameters
    ----------
    run : a run of a block (``lattice.length`` in its scenario) from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    what : ``"tissue"`` for compartments and layers, a field of the store, or ``"collagen"`` for I and III together.
    ax : axes to draw on; those of a new figure of one column if not given.
    inside : ``"vessels"`` or ``"cells"`` (fibroblasts and T cells) that stand free in the cut-out corner.
    legend : whether to add a legend or a colour bar.

    Raises
    ------
    InputError : a section, which is one site thick, no snapshots, or an unknown field.
    """
    data = store.fields(run)
    if data.sizes["y"] < 2:
        allowed = "the run of a block: --set lattice.length='0.5 mm'"
        raise InputError("this run is of a section one site thick and has no third dimension", allowed=allowed)
    if what != TISSUE_VIEW:
        field_values.check_field(run, what, TISSUE_VIEW)
    if inside is not None and inside not in CONTENTS:
        raise InputError("unknown choice", key="inside", value=inside, allowed=", ".join(CONTENTS))
    ax = style.axes_or_new(ax, style.ONE_COLUMN_IN, _HEIGHT_IN)
    snapshot = store.snapshot_index(run, day)
    shot = data.isel(snapshot=snapshot)
    skin = shot["depth_um"].to_numpy() > 0
    spacing = float(shot["x_um"][1] - shot["x_um"][0])
    norm = None if what == TISSUE_VIEW else field_norm(what, _limit(run, what))
    image = _image(run, shot, what, snapshot, norm)[skin]
    image[0] = _from_above(image, shot["tissue"].to_numpy()[skin] > 0, spacing)
    shape = image.shape[:3]
    cut = _cut(run, shape)
    for face in faces(shape, cut):
        picture = image[face.sites].copy()
        picture[..., :3] *= face.shade
        picture[..., 3] = face.shown
        drawn = ax.imshow(
            picture,
            extent=(0.0, picture.shape[1], picture.shape[0], 0.0),
            interpolation="nearest",
            transform=placed(face, spacing) + ax.transData,
            zorder=1,
        )
        drawn.set_clip_on(False)
    lines = [np.column_stack(on_paper(*(spacing * edge.T))) for edge in edges(shape, cut)]
    rims = LineCollection(lines, colors=style.INK, linewidths=0.6, zorder=3, capstyle="round")
    rims.set_path_effects([withStroke(linewidth=1.5, foreground="white")])
    ax.add_collection(rims)
    shown = set() if inside is None else draw_contents(ax, run, day, inside, cut, spacing)
    _dress(ax, shape, spacing)
    ax.set_title(store.day_label(store.drawn_day(run, day)))
    if legend:
        _legend(ax, shot, what, norm, skin, shown)
    return ax


def _image(run: xr.DataTree, shot: xr.Dataset, what: str, snapshot: int, norm: Normalize | None) -> NDArray[np.float64]:
    """Colours of all sites, ``(z, y, x, 4)``."""
    classes = class_image(shot)
    if norm is None:
        rgb = paint(classes)
    else:
        held = np.maximum(field_values.values(run, what, snapshot), norm.vmin or 0.0)
        shares = norm(held.ravel()).reshape(held.shape)  # a logarithmic scale takes lists of values only
        rgb = np.array(field_values.colours_of(what)(shares))[..., :3]
        matrix = field_values.counted(run, what, snapshot)
        rgb[~matrix] = _EPIDERMIS_GREY
        rgb[classes == CLASSES.index("air")] = 1.0
    return np.concatenate([rgb, np.ones((*rgb.shape[:3], 1))], axis=-1)


def _from_above(image: NDArray[np.float64], filled: NDArray[np.bool_], spacing: float) -> NDArray[np.float64]:
    """Colours of what is seen from above, ``(y, x, 4)``: the first site that is no air, darker where it lies deep."""
    first = np.argmax(filled, axis=0)
    seen = np.take_along_axis(image, first[None, :, :, None], axis=0)[0].copy()
    seen[..., :3] *= (1.0 / (1.0 + first * spacing / _DIM_UM))[..., None]
    return seen


def _limit(run: xr.DataTree, what: str) -> float:
    if what == "collagen":
        return max(field_limit("collagen_1", run), 1e-9) + field_limit("collagen_3", run)
    return field_limit(what, run)


def _cut(run: xr.DataTree, shape: tuple[int, int, int]) -> Cut:
    """Cut through the middle of the zone nearest to the middle of the block, or the middle itself."""
    nz, ny, nx = shape
    x, y = nx // 2, ny // 2
    if len(store.session_days(run)):
        lost = run["injury"].to_dataset()["damage_keratinocyte_necrosis"].isel(session=0).max("z").to_numpy()
        rows, columns = np.nonzero(lost > _HURT)
        inner = (columns > nx // 5) & (columns < nx - nx // 5) & (rows > ny // 5) & (rows < ny - ny // 5)
        if inner.any():
            nearest = np.argmin((columns[inner] - x) ** 2 + (rows[inner] - y) ** 2)
            y, x = _centre(lost > _HURT, int(rows[inner][nearest]), int(columns[inner][nearest]))
    return Cut(x=int(np.clip(x, 1, nx - 1)), y=int(np.clip(y, 1, ny - 1)), z=max(1, int(_DEPTH_SHARE * nz)))


def _centre(hurt: NDArray[np.bool_], row: int, column: int) -> tuple[int, int]:
    """Middle of the zone that a site belongs to."""
    from scipy.ndimage import center_of_mass, label

    zones, _ = label(hurt)
    y, x = center_of_mass(zones == zones[row, column])
    return round(float(y)), round(float(x))


def _dress(ax: Axes, shape: tuple[int, int, int], spacing: float) -> None:
    """Set the limits, and write the three sizes along the edges."""
    deep, thick, wide = (spacing * n for n in shape)
    corners = np.array([on_paper(x, y, z) for x in (0, wide) for y in (0, thick) for z in (0, deep)])
    (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
    margin = 0.06 * (right - left)
    ax.set(xlim=(left - margin, right + margin), ylim=(low - margin, high + 0.3 * margin))
    ax.set_aspect("equal")
    ax.set_axis_off()
    for middle, size, place in (
        ((0.5 * wide, 0.0, deep), wide, {"ha": "right", "va": "top"}),
        ((wide, 0.5 * thick, deep), thick, {"ha": "left", "va": "top"}),
        ((0.0, 0.0, 0.5 * deep), deep, {"ha": "right", "va": "center", "rotation": 90}),
    ):
        x, y = (float(value) for value in on_paper(*middle))
        gap = (-4, 0) if "rotation" in place else (0, -3)
        ax.annotate(length_label(round(size)), (x, y), gap, textcoords="offset points", annotation_clip=False, **place)


def _legend(
    ax: Axes, shot: xr.Dataset, what: str, norm: Normalize | None, skin: NDArray[np.bool_], shown: set[str]
) -> None:
    from mendsim.analysis.section_cells import markers

    handles: list[Artist] = []
    if norm is None:
        there = {CLASSES[index] for index in np.unique(class_image(shot)[skin])}
        handles = [
            Patch(facecolor=style.TISSUE_COLOURS[name], edgecolor=style.MUTED, linewidth=0.4, label=name)
            for name in CLASSES
            if name in there and name != "air"
        ]
    else:
        bar = style.figure_of(ax).colorbar(
            ScalarMappable(norm, field_values.colours_of(what)), ax=ax, shrink=0.6, pad=0.02
        )
        bar.set_label(field_values.label_of(what))
        bar.outline.set_linewidth(0.4)
    handles += markers(shown)
    if handles:
        style.legend_below(ax, handles, gap=0.0, columns=3)
