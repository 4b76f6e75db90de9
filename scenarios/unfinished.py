"""The folder of a run that has not ended: what it is of, its last checkpoint, and who is at work on it.

It lies beside the run store to be, as ``NAME.unfinished``, and is gone once the store is there.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from mendsim.common.errors import InputError, WriteError
from mendsim.scenarios import store
from mendsim.scenarios.checkpoint import Checkpoint, Description, StateFileError
from mendsim.scenarios.lock import FolderLock, remove_locked
from mendsim.scenarios.replace import written_whole

if TYPE_CHECKING:
    from mendsim.abm.drugs.excised import ExcisedSkin
    from mendsim.abm.model import HealingModel
    from mendsim.scenarios.recording import Recording

STATES = ".states"
_RUN, _STATE = "run.json", "state.npz"
_EVERY_S = 60.0
"""Time between checkpoints: what a kill costs at most."""
_RATIO = 100.0
"""Time between checkpoints over what one takes, at least: so they cost one per cent at most."""


def states_of(out: Path) -> Path:
    """Folder of the states that a run keeps because its scenario asks for them."""
    return out.with_name(f"{out.name}{STATES}")


class FinishedError(InputError):
    """There is nothing to go on with: the run has come to its end."""


class UnfinishedRun:
    """One run on its way, and the right to work on it; use it in a ``with``.

    Parameters
    ----------
    out : the run store to be; ``folder`` is that of the run on its way.
    about : what is run.
    start : where the run goes on; None at its beginning.
    lock : of the folder.
    every_s : time between checkpoints; by default as often as one per cent of the time allows, at most once a minute.
    """

    def __init__(
        self, out: Path, about: Description, start: Checkpoint | None, lock: FolderLock, *, every_s: float | None = None
    ):
        self.out, self.about, self.start = out, about, start
        self._lock, self.folder, self._every_s = lock, store.folder_of(out), every_s
        self.keeps_states = True
        """Whether the states that the scenario asks for are kept."""
        self._made: list[Path] = []
        """Folders that were made for this run."""
        self.saved = False
        """Whether there is more to go on from than what the run began with."""
        self._finished = False
        self._began = time.monotonic()
        self._due = self._began + (_EVERY_S if every_s is None else every_s)

    @classmethod
    def begin(
        cls, out: Path, about: Description, start: Checkpoint | None = None, *, every_s: float | None = None
    ) -> Self:
        """Begin a run.

        Raises
        ------
        InputError : the place is taken, another process writes there, or it cannot be written.
        """
        store.check_target(out, overwrite=about.overwrite)
        folder = store.folder_of(out)
        with _written(out), ExitStack() as undo:
            made = [place for place in (folder, *folder.parents) if not place.exists()]
            undo.callback(_unmake, made)
            folder.mkdir(parents=True, exist_ok=True)
            lock = FolderLock(folder, out)
            undo.callback(lock.release)
            undo.callback(_remove_if_unused, folder)
            store.check_target(out, overwrite=about.overwrite)  # it may have been finished while we waited
            if not about.overwrite:
                _check_unused(folder, out)
            for name in (_RUN, _STATE):
                (folder / name).unlink(missing_ok=True)
            if about.overwrite:  # states of the run that is replaced
                shutil.rmtree(states_of(out), ignore_errors=True)
            if start is not None:  # who is killed before the first checkpoint must not begin without the past
                start = replace(start, about=about)
                start.write(folder / _STATE, folder)
            with written_whole(folder / _RUN) as stream:
                stream.write(about.to_json().encode())
            undo.pop_all()
        work = cls(out, about, start, lock, every_s=every_s)
        work._made = made
        return work

    @classmethod
    def reopen(cls, path: Path, *, every_s: float | None = None) -> Self:
        """Take up a run again; ``path`` is the run store to be, or its folder.

        Raises
        ------
        FinishedError : the run has come to its end.
        InputError : there is none, it is damaged, or another process works on it.
        """
        out = store.store_of(path)
        folder = store.folder_of(out)
        if not (folder / _RUN).is_file():
            if store.is_store(out):
                _clear(folder, out)
                raise FinishedError("this run is finished", file=out)
            raise InputError("no unfinished run", file=path, allowed="a run that was interrupted")
        with _written(out), ExitStack() as undo:
            lock = FolderLock(folder, out)
            undo.callback(lock.release)
            about = Description.from_json((folder / _RUN).read_bytes(), folder / _RUN)
            if not about.overwrite:
                _check_unfinished(out, folder)
            start = _last_state(folder / _STATE, about)
            undo.pop_all()
        work = cls(out, about, start, lock, every_s=every_s)
        work.saved = start is not None
        return work

    @classmethod
    def take_up(cls, out: Path, about: Description, *, every_s: float | None = None) -> Self:
        """Go on with a run if there is something to go on from, else begin it; an older store is replaced.

        Nobody looks for states beside such a run, so none are kept.

        Raises
        ------
        InputError : another process works on it, or it cannot be written.
        """
        folder = store.folder_of(out)
        if (folder / _RUN).exists() and (folder / _STATE).exists():
            with suppress(StateFileError):  # a damaged state is worth nothing
                work = cls.reopen(out, every_s=every_s)
                work.keeps_states = False
                return work
        work = cls.begin(out, replace(about, overwrite=True), every_s=every_s)
        work.keeps_states = False
        return work

    @property
    def elapsed_s(self) -> float:
        """Time spent on the run [s], also before it was interrupted."""
        before = 0.0 if self.start is None else self.start.about.elapsed_s
        return before + time.monotonic() - self._began

    def look(self, model: HealingModel | ExcisedSkin, recording: Recording) -> None:
        """Write a checkpoint if it is time for one."""
        if time.monotonic() >= self._due:
            self.save(model, recording)

    def save(self, model: HealingModel | ExcisedSkin, recording: Recording) -> None:
        """Write a checkpoint now.

        Raises
        ------
        InputError : it cannot be written; the last one stays.
        """
        began = time.monotonic()
        self._write_state(model, recording, self.folder / _STATE)
        self.saved = True
        now = time.monotonic()
        self._due = now + (max(_EVERY_S, _RATIO * (now - began)) if self._every_s is None else self._every_s)

    def keep(self, model: HealingModel | ExcisedSkin, recording: Recording) -> None:
        """Keep the state of this moment beside the run, as `NAME.states/HOURS.npz`, if its states are wanted.

        Raises
        ------
        InputError : it cannot be written.
        """
        if not self.keeps_states:
            return
        folder = states_of(self.out)
        with _written(folder):
            folder.mkdir(exist_ok=True)
        self._write_state(model, recording, folder / f"{model.time_h:g}h.npz")

    def _write_state(self, model: HealingModel | ExcisedSkin, recording: Recording, path: Path) -> None:
        drug = None if model.drug is None else model.drug.name
        about = replace(self.about, step=model.step_index, elapsed_s=self.elapsed_s, drug=drug)
        Checkpoint(about=about, model=model.state(), recording=recording).write(path, self.folder)

    def finish(self) -> None:
        """Remove the folder: the store is in its place."""
        self._finished = True
        remove_locked(self.folder, _RUN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if not self._finished and not self.saved:
            self.finish()
            _unmake(self._made if exception[0] is not None else [])
        self._lock.release()


def _check_unused(folder: Path, out: Path) -> None:
    if (folder / _RUN).exists():
        allowed = f"mendsim resume {out}, or --overwrite to begin anew"
        raise InputError("an unfinished run is there", file=folder, allowed=allowed)


def _clear(folder: Path, out: Path) -> None:
    """Remove what is left of the folder of a run that was killed while it removed it."""
    if folder.exists():
        with suppress(InputError):  # who holds it is about to remove it
            lock = FolderLock(folder, out)
            remove_locked(folder, _RUN)
            lock.release()


def _check_unfinished(out: Path, folder: Path) -> None:
    """Refuse a run that was killed after its store was in place and before its folder was gone."""
    if store.is_store(out):
        remove_locked(folder, _RUN)
        raise FinishedError("this run is finished", file=out)


def _last_state(path: Path, about: Description) -> Checkpoint | None:
    if not path.exists():
        return None
    start = Checkpoint.read(path)
    if start.about.content != about.content:
        raise StateFileError("the state of another run", file=path, allowed=f"that of {path.with_name(_RUN)}")
    return start


def _remove_if_unused(folder: Path) -> None:
    if not (folder / _RUN).exists():
        remove_locked(folder, _RUN)


def _unmake(places: list[Path]) -> None:
    """Remove folders in which nothing lies, innermost first."""
    for place in places:
        with suppress(OSError):
            place.rmdir()


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Tell in one line what keeps a path from being written."""
    try:
        yield
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}", file=path) from None
