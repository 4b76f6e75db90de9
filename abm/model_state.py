"""What a model in mid-run must keep to go on bit for bit, and how a model that was built anew takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from mendsim.abm.core import ColumnModel, Population, WorkPool
from mendsim.abm.drugs.delivery import Delivery
from mendsim.abm.drugs.donor import Donor
from mendsim.abm.drugs.drug import Drug
from mendsim.abm.initial_state import InitialState
from mendsim.abm.mends import Mend
from mendsim.abm.site import SkinSite
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.common.saving import StateError, flatten, refill

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

State = dict[str, NDArray[Any]]

_CORE, _SKIN = "core", "skin"
_CONSTANT = (Parameters, Lattice, SkinSite, InitialState, Drug, WorkPool, Population)
"""Classes whose objects follow from the scenario alone."""


@cache
def _of_the_core() -> frozenset[str]:
    """Attributes that every model over columns has; the core saves them in its own way."""
    return frozenset(vars(ColumnModel(rng=0)))


def state_of(model: HealingModel) -> State:
    """Return the agents with ids and generators as ``core/...``, all the rest of the skin as ``skin/...``."""
    skin = flatten(model, constant=_CONSTANT, leave=_of_the_core())
    return {**_in(_CORE, ColumnModel.state(model)), **_in(_SKIN, skin)}


def restore(model: HealingModel, state: Mapping[str, NDArray[Any]], drug: Drug | None) -> None:
    """Put a state back; see :meth:`HealingModel.restore`."""
    try:
        ColumnModel.restore(model, _out_of(_CORE, state))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, MemoryError) as error:
        raise StateError(f"the saved state does not fit: {error}") from error
    model.delivery = None if drug is None else Delivery(model, drug)
    refill(model, _out_of(_SKIN, state), kinds=(Mend, Donor))


def _in(part: str, arrays: Mapping[str, NDArray[Any]]) -> State:
    return {f"{part}/{key}": array for key, array in arrays.items()}


def _out_of(part: str, state: Mapping[str, NDArray[Any]]) -> State:
    return {key.removeprefix(f"{part}/"): array for key, array in state.items() if key.startswith(f"{part}/")}
