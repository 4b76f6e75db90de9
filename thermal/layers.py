"""The layers of the skin that light and heat meet."""

from __future__ import annotations

from dataclasses import dataclass

from mendsim.common.errors import InputError


@dataclass(frozen=True, kw_only=True)
class SkinLayers:
    """Thicknesses from the surface down [um]; below the dermis comes fat without end.

    Parameters
    ----------
    stratum_corneum_um : dead, dry outer layer.
    epidermis_um : viable epidermis, without the stratum corneum.
    dermis_um : papillary and reticular dermis.
    """

    stratum_corneum_um: float
    epidermis_um: float
    dermis_um: float

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < 1e5:
                raise InputError("a layer has a thickness", key=name, value=value, allowed="0 to 100000 um")

    @property
    def boundaries_um(self) -> tuple[float, float, float]:
        """Depths at which the stratum corneum, the epidermis and the dermis end [um]."""
        first = self.stratum_corneum_um
        second = first + self.epidermis_um
        return first, second, second + self.dermis_um


LAYER_NAMES = ("stratum_corneum", "epidermis", "dermis", "fat")
"""Names of the layers from the surface down, as they stand in the parameter file."""

FACE = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=4000)
"""Skin of the face, for zones that are asked for without a site."""
