"""One side of a comparison: a run, its last stage of documents, and its partitions.

A run directory enters. What leaves is where to stop: two finished runs are compared by what each kept in the end, whatever
stages their recipes have; where one is unfinished, both are compared after the last stage that both have done.
"""

from dataclasses import dataclass
from typing import Any

from pipelines.engine import files
from pipelines.report.run_directory import Manifest, RunDirectory
from pipelines.stage_names import DOCUMENT_STAGES, STAGE_NAMES

_ORDER = tuple(stage for stage in STAGE_NAMES if stage in DOCUMENT_STAGES)


class DiffError(ValueError):
    """What is given cannot be compared."""

    exit_code = 2


@dataclass(frozen=True)
class Side:
    """A run up to a stage: the manifests of its stages of documents, in order, and its recipe."""

    path: str
    manifests: tuple[Manifest, ...]
    recipe: dict[str, Any]
    fingerprint: str
    finished: bool
    has_tokens: bool
    has_plan: bool

    @property
    def last(self) -> Manifest:
        return self.manifests[-1]

    @property
    def name(self) -> str:
        return str(self.recipe.get("name", ""))

    @property
    def num_in(self) -> int:
        """Records that were read."""
        return self.manifests[0].totals.num_in

    def until(self, stage: str) -> "Side":
        """The same run, looked at only up to a stage."""
        limit = _ORDER.index(stage)
        kept = tuple(manifest for manifest in self.manifests if _ORDER.index(manifest.stage) <= limit)
        whole = len(kept) == len(self.manifests)
        return Side(
            self.path,
            kept,
            self.recipe,
            self.fingerprint,
            self.finished,
            self.has_tokens and whole,
            self.has_plan and whole,
        )


def both_sides(first: str, second: str) -> tuple[Side, Side, list[str]]:
    """Both runs, up to where they can be compared, and what has to be said of that.

    Raises:
        DiffError: one is no run, or has not finished reading its documents.
    """
    one, two = _side(first), _side(second)
    notes = [
        f"{label} is unfinished: {side.last.stage} is the last stage of documents that is done; `malmoi build` goes on"
        for label, side in (("A", one), ("B", two))
        if not side.finished
    ]
    if one.finished and two.finished:
        return one, two, notes
    stage = min(one.last.stage, two.last.stage, key=_ORDER.index)
    notes.append(f"both are compared after {stage}, as far as both are done")
    return one.until(stage), two.until(stage), notes


def _side(path: str) -> Side:
    try:
        run = RunDirectory(path)
        resolved: Any = files.read_json(run.path("resolved.json")) or {}
    except ValueError as error:
        raise DiffError(str(error)) from error
    complete = {stage.name: stage.manifest for stage in run.stages if stage.manifest and stage.state == "complete"}
    manifests: list[Manifest] = []
    for stage in _ORDER:
        state = next((stage_state for stage_state in run.stages if stage_state.name == stage), None)
        if (manifest := complete.get(stage)) is not None:
            manifests.append(manifest)
        elif state is not None:
            # Begun and not done, or wanted and not begun: nothing behind it is of use.
            break
    if not manifests or manifests[0].stage != _ORDER[0]:
        raise DiffError(
            f"{path}: its documents are not read yet (no {_ORDER[0]}/manifest.json); `malmoi build` goes on with it"
        )
    has_tokens = "tokens" in complete
    return Side(
        path=run.root,
        manifests=tuple(manifests),
        recipe=resolved.get("recipe") or {},
        fingerprint=str(resolved.get("fingerprint", "")),
        finished=has_tokens,
        has_tokens=has_tokens,
        has_plan=has_tokens and "plan" in complete,
    )
