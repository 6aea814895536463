"""The journal of a takedown: how far it is, so that one that was killed goes on where it was.

``RUN/takedowns/<n>/`` holds, when a takedown is done, ``takedown.json``, ``documents.parquet`` and ``proof.json``. Until then
there is ``journal.json`` as well, with one of these states, and ``work/`` with what the next state needs:

* ``preparing``  new files are being written beside the run. Nothing in the run has changed; it begins again.
* ``switching``  all new files are there; one after the other takes its place in the run.
* ``proving``    they are in place; the report is written again and the run is scanned.
* ``done``       what was only needed on the way is being removed.
"""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.engine import files
from pipelines.engine.files import TEMPORARY_MARK

DIRECTORY = "takedowns"
_DATA = (".parquet", ".tokens", ".bin", ".idx")


class UnfinishedTakedownError(ValueError):
    """A takedown was begun in the run and is not finished."""


@dataclass(frozen=True)
class Journal:
    """One takedown of a run."""

    run: str
    number: int

    @property
    def directory(self) -> str:
        return files.join(self.run, DIRECTORY, f"{self.number:04d}")

    def path(self, *names: str) -> str:
        return files.join(self.directory, *names)

    @property
    def work(self) -> str:
        return self.path("work")

    @property
    def new(self) -> str:
        return self.path("work", "new")

    def state(self) -> str:
        return str(self._read()["state"])

    def request(self) -> str:
        """The digest of the request that began it."""
        return str(self._read()["request"])

    def _read(self) -> dict[str, Any]:
        value: Any = files.read_json(self.path("journal.json"))
        if not isinstance(value, dict) or not {"state", "request"} <= set(value):
            raise ValueError(f"{self.path('journal.json')} is damaged, so that nobody knows how far the takedown is")
        return value

    def set_state(self, state: str, *, request: str) -> str:
        files.write_json(self.path("journal.json"), {"state": state, "request": request})
        return state

    def switch(self, staged: Sequence[str], *, removed: Sequence[str]) -> None:
        """Puts each new file in its place, and removes what nobody needs. May be begun again at any point."""
        for relative in removed:
            _remove(files.join(self.run, relative))
        for relative in staged:
            if files.exists(files.join(self.new, relative)):
                _replace(files.join(self.new, relative), files.join(self.run, relative))

    def remove(self, name: str) -> None:
        """Removes one of the takedown's files, if it is there."""
        _remove(self.path(name))

    def finish(self) -> None:
        """Removes what only an unfinished takedown needs: among it the ids."""
        files.remove_tree(self.work)
        _remove(self.path("journal.json"))

    def abandon(self) -> None:
        """As if it had never been begun: only while nothing has changed in the run."""
        files.remove_tree(self.directory)
        if not files.listing(files.join(self.run, DIRECTORY)):
            files.remove_tree(files.join(self.run, DIRECTORY))


def _replace(source: str, target: str) -> None:
    fs, name = files.filesystem(source)
    if files.is_local(source):
        os.replace(name, files.filesystem(target)[1])
    else:
        fs.mv(name, files.filesystem(target)[1])


def _remove(path: str) -> None:
    fs, name = files.filesystem(path)
    if fs.exists(name):
        fs.rm(name)


def numbers(run: str) -> list[int]:
    """The numbers of the run's takedowns, finished or not."""
    return [int(base) for base in files.listing(files.join(run, DIRECTORY)) if base.isdecimal()]


def unfinished(run: str) -> Journal | None:
    """The takedown that was begun and is not finished."""
    journals = [Journal(run, number) for number in numbers(run)]
    return next((journal for journal in journals if files.exists(journal.path("journal.json"))), None)


def refuse_unfinished(run: str) -> None:
    """Raise UnfinishedTakedownError if a takedown of the run is not finished."""
    if (journal := unfinished(run)) is not None:
        raise UnfinishedTakedownError(
            f"takedown {journal.number} of {run} is unfinished: run the same `malmoi takedown` again to finish it"
        )


def leftovers(run: str, stage: str, committed: Collection[str]) -> list[str]:
    """Files of a stage, by their paths in the run, that no committed unit names: of units being made when the run stopped."""
    fs, directory = files.filesystem(files.join(run, stage))
    found: list[str] = []
    for path in fs.find(directory):
        relative = str(path)[len(directory) :].lstrip("/")
        if TEMPORARY_MARK in relative or (relative.endswith(_DATA) and relative not in committed):
            found.append(f"{stage}/{relative}")
    return sorted(found)
