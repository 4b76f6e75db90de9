"""A run in mid-way as one file: the scenario, the skin, and what was recorded until then.

The file is a NumPy archive of plain arrays (``.npz``), read without pickle; every array carries a checksum.
"""

from __future__ import annotations

import json
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mendsim.abm.drugs.drug import drug_of
from mendsim.common.errors import InputError, WriteError
from mendsim.common.saving import Arrays
from mendsim.scenarios.border import drug_numbers
from mendsim.scenarios.loading import load_written
from mendsim.scenarios.provenance import code_digest
from mendsim.scenarios.recording import Recording
from mendsim.scenarios.replace import written_whole
from mendsim.scenarios.schema import Scenario

if TYPE_CHECKING:
    from mendsim.abm.drugs.excised import ExcisedSkin
    from mendsim.abm.model import HealingModel

_ABOUT, _MODEL, _RECORDING = "about", "model", "recording"
_FORMAT = "mendsim state 1"
_WANTED = "a state that mendsim has written"
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    RecursionError,
    OverflowError,
    AttributeError,
    SyntaxError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise for files that are damaged or no archives."""


class StateFileError(InputError):
    """A file that is no state of a run, a damaged one, or one of another version of mendsim."""


@dataclass(frozen=True, kw_only=True)
class Description:
    """What decides the content of a run, and where a saved one stands.

    Parameters
    ----------
    scenario : what is run.
    seed : of every random draw to come.
    past : what was run until then, where it was not this scenario with this seed: empty, or seed and hour of each
        state that was continued, oldest first.
    step : steps done.
    elapsed_s : time spent on them [s].
    drug : that was given until then, if any.
    overwrite : whether it takes the place of a run that is there already.
    """

    scenario: Scenario
    seed: int
    past: tuple[tuple[int, float], ...] = ()
    step: int = 0
    elapsed_s: float = 0.0
    drug: str | None = None
    overwrite: bool = False

    @property
    def content(self) -> tuple[dict[str, Any], int, tuple[tuple[int, float], ...]]:
        """What decides the content of the run."""
        return self.scenario.to_dict(), self.seed, self.past

    def to_json(self) -> str:
        """Write it down, with the program it belongs to."""
        about = {
            "format": _FORMAT,
            "code": code_digest(),
            "scenario": self.scenario.written,
            "seed": self.seed,
            "past": self.past,
            "step": self.step,
            "elapsed_s": self.elapsed_s,
            "drug": self.drug,
            "overwrite": self.overwrite,
        }
        return json.dumps(about)

    @classmethod
    def from_json(cls, text: str | bytes, file: Path) -> Description:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        StateFileError : it is damaged, or was written by a mendsim with other sources or data.
        """
        try:
            about = json.loads(text)
            _check_program(about["format"], about["code"], file)
            return cls(
                scenario=load_written(dict(about["scenario"]), str(file)),
                seed=_seed(about["seed"]),
                past=tuple((int(seed), float(hour)) for seed, hour in about["past"]),
                step=int(about["step"]),
                elapsed_s=float(about["elapsed_s"]),
                drug=None if about["drug"] is None else str(about["drug"]),
                overwrite=bool(about["overwrite"]),
            )
        except StateFileError:
            raise
        except InputError as error:
            raise StateFileError(f"its scenario is not valid: {error}", file=file) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise StateFileError("cannot be read as a state of a run", file=file, allowed=_WANTED) from error


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A run in mid-way.

    Parameters
    ----------
    about : what it is of.
    model : state of the skin.
    recording : what was recorded until then.
    file : from which it was read.
    """

    about: Description
    model: Arrays
    recording: Recording
    file: Path | None = None

    def write(self, path: Path, workplace: Path) -> None:
        """Write the file, whole or not at all; an older one stays until then.

        Parameters
        ----------
        path : of the file.
        workplace : folder in which it is made, on the same disk.

        Raises
        ------
        InputError : it cannot be written.
        """
        arrays = {
            _ABOUT: np.frombuffer(self.about.to_json().encode(), np.uint8),
            **{f"{_MODEL}/{key}": array for key, array in self.model.items()},
            **{f"{_RECORDING}/{key}": array for key, array in self.recording.state().items()},
        }
        try:
            with written_whole(path, workplace) as stream:
                np.savez(stream, allow_pickle=False, **arrays)
        except OSError as error:
            raise WriteError(f"the state of the run cannot be written: {error.strerror or error}", file=path) from error

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read a file.

        Raises
        ------
        StateFileError : it is damaged, no state of a run, or of another version of mendsim.
        """
        try:
            with np.load(path, allow_pickle=False) as archive:
                if (damaged := archive.zip.testzip()) is not None:  # NumPy may stop before the checksum
                    raise zipfile.BadZipFile(damaged)
                arrays = {name: archive[name] for name in archive.files}
            text = arrays[_ABOUT].tobytes()
        except FileNotFoundError:
            raise StateFileError("no such state", file=path, allowed=_WANTED) from None
        except _UNREADABLE as error:
            raise StateFileError(
                "cannot be read as a state of a run: damaged, or none", file=path, allowed=_WANTED
            ) from error
        about = Description.from_json(text, path)
        recording = Recording()
        try:
            recording.restore(_part(_RECORDING, arrays))
        except InputError as error:
            raise StateFileError(error.problem, file=path, allowed=_WANTED) from error
        return cls(about=about, model=_part(_MODEL, arrays), recording=recording, file=path)

    def fill(self, model: HealingModel | ExcisedSkin) -> None:
        """Put the state into skin that was built anew.

        Raises
        ------
        StateFileError : it is of other skin, or damaged.
        """
        name = self.about.drug
        try:
            drug = None if name is None else drug_of(name, drug_numbers(self.about.scenario, name))
            model.restore(self.model, drug)
        except InputError as error:
            raise StateFileError(error.problem, file=self.file, allowed=_WANTED) from error
        model.seed = self.about.seed


def _check_program(written: object, code: object, file: Path) -> None:
    if (written, code) != (_FORMAT, code_digest()):
        problem = "this run was begun by another version of mendsim, and would not go on as it began"
        raise StateFileError(problem, file=file, allowed="that version, or the run from its start")


def _seed(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _part(name: str, arrays: Mapping[str, Any]) -> Arrays:
    return {key.removeprefix(f"{name}/"): array for key, array in arrays.items() if key.startswith(f"{name}/")}
