"""Time and throughput by stage.

``RUN/timing.json`` (:mod:`pipelines.engine.timing`) and the manifests enter; rows leave. A stage whose times belong to
another version of it than the run holds is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.report.run_directory import Json, StageState


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One stage. ``text_bytes`` and ``documents`` are None for stages that count no documents."""

    stage: str
    seconds: float
    sessions: int
    workers: int
    units: int
    timed_units: int
    text_bytes: int | None
    documents: int | None

    @property
    def is_whole(self) -> bool:
        """Whether all units were done in timed sessions, so that there is a rate."""
        return self.timed_units >= self.units and self.seconds > 0

    @property
    def bytes_per_s(self) -> float | None:
        """Bytes of text that came in, per second."""
        return self.text_bytes / self.seconds if self.is_whole and self.text_bytes else None

    @property
    def documents_per_s(self) -> float | None:
        """Documents that came in, per second."""
        return self.documents / self.seconds if self.is_whole and self.documents else None

    @property
    def bytes_per_worker(self) -> float | None:
        """Bytes of text per second and worker."""
        return None if self.bytes_per_s is None else self.bytes_per_s / max(self.workers, 1)


def time_rows(timing: Json | None, states: Sequence[StageState]) -> list[TimeRow]:
    """The stages that have times, in order."""
    stages: Mapping[str, Json] = (timing or {}).get("stages") or {}
    rows: list[TimeRow] = []
    for state in states:
        told = stages.get(state.name)
        manifest = state.manifest
        if told is None or (manifest is not None and manifest.fingerprint != told.get("fingerprint")):
            continue
        sessions: Sequence[Json] = told.get("sessions") or ()
        counts = manifest is not None and manifest.counts_documents
        rows.append(
            TimeRow(
                stage=state.name,
                seconds=sum(float(session.get("seconds", 0)) for session in sessions),
                sessions=len(sessions),
                workers=max((int(session.get("workers", 1)) for session in sessions), default=1),
                units=int(told.get("units", 0)),
                timed_units=sum(int(session.get("units", 0)) for session in sessions),
                text_bytes=int(manifest.stats.get("text_bytes_in", 0)) if manifest and counts else None,
                documents=manifest.totals.num_in if manifest and counts else None,
            )
        )
    return rows


def duration(seconds: float | None) -> str:
    """Seconds as a person reads them: ``0.8 s``, ``42 s``, ``3:07``, ``5:03:07``."""
    if seconds is None:
        return "–"
    if seconds < 59.5:
        return f"{seconds:.1f}\N{NO-BREAK SPACE}s" if seconds < 9.95 else f"{seconds:.0f}\N{NO-BREAK SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
