"""``malmoi why RUN ID``: what happened to one document, stage by stage, read from the run's files alone.

A run directory and a document's id enter. What leaves: for every stage that keeps a ledger whether the document was kept,
edited or lost, every rule with its value and threshold, the document that it is a duplicate of, and its text with what would
be removed marked. Only the ids of the first stage are searched; a partition keeps its name through the stages.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from filters.document import Failure

from .engine import files
from .engine.ledger import LOSSES
from .marked_text import Mark, evidence, settled
from .stage_names import STAGE_NAMES

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

#: Files that are read at the same time: ids are little to decode and much to wait for.
_THREADS = 8
#: Ids that are looked through for ones like the id that is not there.
_IDS_FOR_NEAREST = 300_000


@dataclass(frozen=True)
class Event:
    """What one stage did: ``kept``, an action of the ledger, ``not run`` or ``unaccounted``."""

    stage: str
    action: str
    failures: tuple[Failure, ...] = ()
    kept_id: str = ""
    segment: str = ""
    language: str = ""
    scores: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Story:
    """One document: where it came from, what happened, its text as it was read and the marks in that (None: no text)."""

    id: str
    partition: str
    source: str
    uri: str
    licence: str
    events: tuple[Event, ...]
    text: str | None
    marks: tuple[Mark, ...] = ()
    num_tokens: int | None = None
    repeats: int | None = None

    @property
    def fate(self) -> Event:
        """The last thing that happened: a loss, or the last stage that kept it."""
        done = [event for event in self.events if event.action not in ("not run", "edited")]
        return next((event for event in done if event.action in LOSSES), done[-1] if done else self.events[0])


@dataclass(frozen=True)
class Answer:
    """Every document of the run that has the id, or the ids most like it."""

    run: str
    id: str
    stories: tuple[Story, ...]
    nearest: tuple[str, ...] = ()


def tell(run: str, identifier: str) -> Answer:
    """What the run knows of the document.

    Raises:
        ValueError: the directory is no run, or its first stage has not written anything yet.
    """
    run = run.rstrip("/") or run
    names = _partitions(run, STAGE_NAMES[0])
    if not names:
        raise ValueError(f"{run} is no run with documents in it; `malmoi build RECIPE --out {run}` makes one")
    with ThreadPoolExecutor(_THREADS) as pool:
        found = [
            name for name, there in zip(names, pool.map(lambda n: _is_in(run, n, identifier), names), strict=True) if there
        ]
    stories = tuple(_story(run, name, identifier) for name in found)
    return Answer(run, identifier, stories, () if stories else tuple(_nearest(run, names, identifier)))


def _partitions(run: str, stage: str) -> list[str]:
    """The names of the partitions that a stage has written."""
    directory = files.join(run, stage)
    both = {*files.listing(directory), *files.listing(files.join(directory, "ledger"))}
    return sorted(name.removesuffix(".parquet") for name in both if name.endswith(".parquet"))


def _is_in(run: str, partition: str, identifier: str) -> bool:
    paths = (
        files.join(run, STAGE_NAMES[0], f"{partition}.parquet"),
        files.join(run, STAGE_NAMES[0], "ledger", f"{partition}.parquet"),
    )
    return any(True for path in paths for _ in _rows(path, identifier, columns=["id"]))


def _rows(path: str, identifier: str, *, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of a table with an id. Ids are looked up first: texts of other row groups are never decompressed."""
    if not files.exists(path):
        return
    fs, name = files.filesystem(path)
    with fs.open(name, "rb") as raw, pq.ParquetFile(raw, pre_buffer=False) as parquet:
        for group in range(parquet.num_row_groups):
            ids = parquet.read_row_group(group, columns=["id"], use_threads=False)["id"]
            rows = pc.indices_nonzero(pc.equal(ids, identifier))
            if len(rows):
                wanted = columns or parquet.schema_arrow.names
                yield from parquet.read_row_group(group, columns=list(wanted), use_threads=False).take(rows).to_pylist()


def _story(run: str, partition: str, identifier: str) -> Story:
    events: list[Event] = []
    first: Mapping[str, Any] = {}
    text: str | None = None
    for stage in _ledger_stages(run):
        kept = [*_rows(files.join(run, stage, f"{partition}.parquet"), identifier)]
        recorded = [*_rows(files.join(run, stage, "ledger", f"{partition}.parquet"), identifier)]
        first = first or (kept[0] if kept else recorded[0] if recorded else {})
        if stage == STAGE_NAMES[0] and kept:
            text = kept[0]["text"]
        events += _events(stage, kept, recorded, done=partition in _partitions(run, stage))
        if not kept and (recorded or events[-1].action == "unaccounted"):
            break
    num_tokens, repeats = _use(run, partition, identifier)
    failures = [failure for event in events if event.action in LOSSES for failure in event.failures]
    marks = settled([*_personal_data(run, text), *evidence(text, failures)]) if text is not None else []
    return Story(
        id=identifier,
        partition=partition,
        source=str(first.get("source", "")),
        uri=str(first.get("uri", "")),
        licence=str(first.get("licence", "")),
        events=tuple(events),
        text=text,
        marks=tuple(marks),
        num_tokens=num_tokens,
        repeats=repeats,
    )


def _ledger_stages(run: str) -> list[str]:
    """The stages that keep a ledger, in order, up to the first that has not begun."""
    begun = [stage for stage in STAGE_NAMES if files.listing(files.join(run, stage, "ledger"))]
    return begun or [STAGE_NAMES[0]]


def _events(stage: str, kept: Sequence[Any], recorded: Sequence[Any], *, done: bool) -> list[Event]:
    events = [_event(stage, row["action"], row) for row in recorded]
    events += [_event(stage, "kept", row) for row in kept]
    if not events:
        events.append(Event(stage, "unaccounted" if done else "not run"))
    return events


def _event(stage: str, action: str, row: Mapping[str, Any]) -> Event:
    failures = tuple(Failure(**failure) for failure in row.get("failures", ()))
    scores = dict(row.get("scores") or ())
    if row.get("language_score"):
        scores["language"] = row["language_score"]
    return Event(
        stage=stage,
        action=action,
        failures=failures,
        kept_id=row.get("kept_id", ""),
        segment=row["segment"],
        language=row["language"],
        scores=tuple(sorted(scores.items())),
    )


def _use(run: str, partition: str, identifier: str) -> tuple[int | None, int | None]:
    """The tokens of the document, and how often the plan uses it; None where those stages have not run."""
    tokens = files.join(run, "tokens", f"{partition}.parquet")
    plan = files.join(run, "plan", f"{partition}.parquet")
    if not files.exists(tokens):
        return None, None
    fs, name = files.filesystem(tokens)
    with fs.open(name, "rb") as raw:
        table = pq.read_table(raw, columns=["id", "num_tokens"])
    rows = pc.indices_nonzero(pc.equal(table["id"], identifier)).to_pylist()
    if not rows:
        return None, None
    num_tokens = table["num_tokens"][rows[0]].as_py()
    if not files.exists(plan):
        return num_tokens, None
    fs, name = files.filesystem(plan)
    with fs.open(name, "rb") as raw:
        repeats = pq.read_table(raw, columns=["repeats"])["repeats"]
    return num_tokens, repeats[rows[0]].as_py() if len(repeats) == table.num_rows else None


def _personal_data(run: str, text: str) -> list[Mark]:
    """What the run's recipe takes out of the text as personal data."""
    from .pii_editor import PiiEditor
    from .recipe_tables import Pii

    resolved: Any = files.read_json(files.join(run, "resolved.json")) or {}
    settings = Pii.model_validate(resolved.get("recipe", {}).get("pii", {}))
    if not settings.remove:
        return []
    found = [span for span in PiiEditor(settings).find(text) if settings.policies.get(span.entity) != "keep"]
    return [Mark(span.start, span.end, "pii", span.entity) for span in found]


def _nearest(run: str, names: Sequence[str], identifier: str) -> list[str]:
    """Up to five ids of the run that hold the one asked for, or whose file does, or that look like it."""
    import difflib

    holding: list[str] = []
    alike: list[str] = []
    num_seen = 0
    for table in _id_tables(run, names):
        ids = table["id"]
        hits = pc.match_substring(ids, identifier, ignore_case=True)
        if "uri" in table.column_names:
            hits = pc.or_(hits, pc.match_substring(table["uri"], identifier, ignore_case=True))
        holding += ids.filter(hits).slice(0, 20).to_pylist()
        ends = pc.or_(pc.starts_with(ids, identifier[:8]), pc.ends_with(ids, identifier[-8:]))
        alike += (ids.filter(ends) if pc.any(ends).as_py() else ids).slice(0, 200).to_pylist()
        num_seen += table.num_rows
        if num_seen >= _IDS_FOR_NEAREST or len(holding) >= 20:
            break
    if holding:
        return sorted(dict.fromkeys(holding), key=lambda found: (len(found), found))[:5]
    return difflib.get_close_matches(identifier, list(dict.fromkeys(alike))[:5000], n=5, cutoff=0.5)


def _id_tables(run: str, names: Sequence[str]) -> Iterator[pa.Table]:
    for name in names:
        for path in (
            files.join(run, STAGE_NAMES[0], f"{name}.parquet"),
            files.join(run, STAGE_NAMES[0], "ledger", f"{name}.parquet"),
        ):
            if files.exists(path):
                fs, local = files.filesystem(path)
                with fs.open(local, "rb") as raw:
                    yield pq.read_table(raw, columns=["id", "uri"])
