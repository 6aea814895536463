"""``malmoi dedup``: near-duplicates among the documents of JSON Lines files, outside a build.

What enters: JSONL files or directories of them, plain, .gz or .zst. What leaves in ``--out DIR``, in the order of the input:
``clusters.jsonl``, a line ``{"id", "kept", "duplicate_of", "similarity", "cluster", "cluster_size"}`` for every line, and
``kept.jsonl``, the lines of the documents that stay as they came in; and ``DIR/signatures``, with which DIR is an ``--against``
of later runs. ``cluster`` is the id of the best document, which is a document's own where it has no near-duplicate. Texts
without a letter or digit, which have nothing to compare, are duplicates only of the same text. Ids may repeat: they only name.

The work is done by the stages of a build (:mod:`pipelines.stages.signatures` and those behind it) in a driver process under
the supervisor, so that it resumes after a kill and a dead worker is told; the two files are written when that is done.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, cast

import pyarrow as pa
from tqdm import tqdm

from .engine import files
from .engine.driving import Teller, drive, run_and_tell
from .engine.partition import read_batches
from .engine.progress import Progress
from .engine.stage import Stage
from .engine.supervisor import Supervisor
from .json_lines import counted, write_line
from .readers.lines import OversizeLine, read_lines
from .recipe import load_recipe
from .recipe_tables import Recipe
from .stages import candidates, clusters, given_lines, signatures
from .stages.context import Context

STAGES: tuple[tuple[str, Callable[[Context], Stage | None]], ...] = (
    ("documents", given_lines.stage),
    ("signatures", signatures.stage),
    ("candidates", candidates.stage),
    ("clusters", clusters.stage),
)
CLUSTERS_FILE = "clusters.jsonl"
KEPT_FILE = "kept.jsonl"
#: What only the work needs.
_WORKING = ("documents", "candidates", "clusters", ".state", ".progress")


def run_dedup(
    inputs: Sequence[str],
    out: str,
    *,
    recipe: str | None = None,
    against: Sequence[str] = (),
    prefer: str | None = None,
    workers: int = 1,
    text_column: str = "text",
    id_column: str = "id",
    quiet: bool = False,
    messages: IO[str] | None = None,
) -> int:
    """Deduplicates the files; the exit code: 0, or 1 if there are lines and none holds a document.

    Raises:
        RecipeError, ValueError, OSError: what is given cannot be used; the message says why.
        BuildFailedError: the work stopped; the same command goes on.
    """
    told: IO[str] = sys.stderr if messages is None else messages
    context = make_context(
        inputs, out, recipe=recipe, against=against, prefer=prefer, text_column=text_column, id_column=id_column
    )
    _refuse(inputs, context)
    _begin(context)
    command = [sys.executable, "-m", "pipelines.dedup_command", context.run, "--workers", str(workers)]
    Supervisor(context.run, command, quiet=quiet).wait()
    for name, _ in STAGES:
        context.manifests[name] = files.read_json(files.join(context.run, name, "manifest.json"))
    counts = _write_results(context, quiet=quiet, told=told)
    print(_summary(context, counts), file=told)
    _tidy(context)
    return 1 if counts["unreadable"] and not counts["documents"] else 0


def _begin(context: Context) -> None:
    """The settings into the output directory, and what an earlier run found out of it."""
    for name in (CLUSTERS_FILE, KEPT_FILE):
        files.remove_tree(files.join(context.run, name))
    files.make_directory(context.run)
    files.write_json(files.join(context.run, "resolved.json"), context.recipe.resolved())


def _tidy(context: Context) -> None:
    for name in _WORKING:
        # A later run that compares texts needs those of this one.
        if name != "documents" or context.recipe.dedup.near.verify == "estimate":
            files.remove_tree(files.join(context.run, name))


def make_context(
    inputs: Sequence[str],
    out: str,
    *,
    recipe: str | None,
    against: Sequence[str],
    prefer: str | None,
    text_column: str = "text",
    id_column: str = "id",
) -> Context:
    """The work as a build: each input is a source; the settings are those of the recipe's ``[dedup]``."""
    settings: dict[str, Any] = {}
    older: list[str] = []
    if recipe is not None:
        loaded = load_recipe(recipe, rules_only=True)
        settings = loaded.recipe.dedup.model_dump(mode="json")
        base = os.path.join(loaded.directory, loaded.recipe.root)
        older = [_absolute(path, base) for path in settings["against"]]
    near = {**settings.get("near", {}), "remove": True, **({"prefer": prefer} if prefer else {})}
    columns = {"text_column": text_column, "id_column": id_column}
    sources = [
        {"name": f"input-{number:05d}", "format": "jsonl", "paths": [_absolute(path)], **columns}
        for number, path in enumerate(inputs)
    ]
    made = {
        "name": "dedup",
        "source": sources,
        "dedup": {**settings, "near": near, "against": [*older, *map(_absolute, against)]},
        "tokenizer": {},
        "mix": {"korean": "1/3", "multilingual": "1/3", "code": "1/3"},
    }
    return Context(Recipe.model_validate(made), _absolute(out), os.getcwd())


def _absolute(path: str, base: str = "") -> str:
    return path if "://" in path else os.path.abspath(os.path.join(base, path))


def _refuse(inputs: Sequence[str], context: Context) -> None:
    """Refuses what would overwrite something that is not this command's.

    Raises:
        ValueError: with the reason.
    """
    if "ingest" in files.listing(context.run):
        raise ValueError(f"{context.run} is the directory of a build: give --out another one")
    if context.run in context.recipe.dedup.against:
        raise ValueError(f"{context.run} is --out and --against: what is compared with must be another directory")
    results = {files.join(context.run, name) for name in (CLUSTERS_FILE, KEPT_FILE)}
    for path in inputs:
        if _absolute(path) in results or _absolute(path) == context.run:
            raise ValueError(f"{path} would be overwritten: give --out another directory")


def main() -> None:
    """The driver process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--events", type=int, required=True)
    arguments = parser.parse_args()

    def work(tell: Teller) -> None:
        recipe = Recipe.model_validate(files.read_json(files.join(arguments.run, "resolved.json")))
        context = Context(recipe, arguments.run, os.getcwd())
        planning = Progress(context.run, stage="planning")
        for name, factory in STAGES:
            with planning.alive(seconds=3600):
                stage: Stage | None = factory(context)
                assert stage is not None
                done = stage.manifest()
            context.manifests[name] = done or run_and_tell(stage, tell, arguments=(), workers=arguments.workers)
            context.documents = context.documents or name

    drive(arguments.run, work, events_fd=arguments.events)


def _write_results(context: Context, *, quiet: bool, told: IO[str]) -> dict[str, int]:
    """Writes both files; how many documents, kept ones, clusters and unreadable lines there are."""
    counts: dict[str, int] = {"documents": 0, "kept": 0, "unreadable": 0}
    ids = context.manifests["documents"]["totals"]["stats"].get("ids", {})
    typed = _Ids(numbers="strings" not in ids)
    with (
        files.writing(files.join(context.run, CLUSTERS_FILE)) as clusters_file,
        files.writing(files.join(context.run, KEPT_FILE)) as kept_file,
        tqdm(desc="writing", unit=" documents", file=told, disable=quiet or None) as bar,
    ):
        lines = _raw_lines(context)
        text = io.TextIOWrapper(cast(Any, clusters_file), encoding="utf-8", newline="\n")
        for place, row in _verdicts(context, typed):
            raw = next(line for at, line in lines if at == place)
            write_line(text, row)
            counts["unreadable" if "error" in row else "documents"] += 1
            if row["kept"]:
                kept_file.write(raw)
                counts["kept"] += 1
            bar.update()
        text.detach()
    return counts


class _Ids:
    """Ids as they were written: as numbers where no line has a string."""

    def __init__(self, *, numbers: bool) -> None:
        self._numbers = numbers

    def __call__(self, identifier: str) -> Any:
        if not self._numbers:
            return identifier
        try:
            return json.loads(identifier)
        except ValueError:
            return identifier


def _raw_lines(context: Context) -> Iterator[tuple[str, bytes]]:
    """Every line of the input with its place, as it came in."""
    stage = given_lines.stage(context)
    for unit in stage.units:
        source, piece = unit.payload
        for line in read_lines(piece, max_bytes=int(source.max_record_bytes)):
            content = b"" if isinstance(line, OversizeLine) else line.content
            yield f"{piece.path}#{line.offset}", content + b"\n"


def _verdicts(context: Context, typed: _Ids) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What is written of every line, with its place, in the order of the input."""
    for part in context.manifests["documents"]["partitions"]:
        unreadable = _unreadable(files.join(context.run, "documents", "ledger", f"{part['name']}.parquet"), typed)
        waiting = next(unreadable, None)
        for place, row in _documents(context.run, part["name"], typed):
            while waiting is not None and _byte(waiting[0]) < _byte(place):
                yield waiting
                waiting = next(unreadable, None)
            yield place, row
        while waiting is not None:
            yield waiting
            waiting = next(unreadable, None)


def _byte(place: str) -> int:
    return int(place.rsplit("#", 1)[1])


def _unreadable(path: str, typed: _Ids) -> Iterator[tuple[str, dict[str, Any]]]:
    for batch in read_batches(path, columns=["id", "uri", "failures"]):
        for identifier, place, failures in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            empty = dict.fromkeys(("duplicate_of", "similarity", "cluster", "cluster_size"))
            yield place, {"id": typed(identifier), "kept": False, **empty, "error": failures[0]["detail"]}


def _documents(run: str, name: str, typed: _Ids) -> Iterator[tuple[str, dict[str, Any]]]:
    found = read_batches(files.join(run, "clusters", f"{name}.parquet"))
    waiting = pa.table({})
    for batch in read_batches(files.join(run, "documents", f"{name}.parquet"), columns=["uri"]):
        while waiting.num_rows < batch.num_rows:
            more = pa.Table.from_batches([next(found)])
            waiting = pa.concat_tables([waiting, more]) if waiting.num_rows else more
        own, waiting = waiting.slice(0, batch.num_rows), waiting.slice(batch.num_rows)
        columns = [batch.column("uri").to_pylist(), *(column.to_pylist() for column in own.columns)]
        for place, identifier, _, size, kept, best, similarity in zip(*columns, strict=True):
            yield (
                place,
                {
                    "id": typed(identifier),
                    "kept": kept,
                    "duplicate_of": None if kept else typed(best),
                    "similarity": None if kept else round(similarity, 4),
                    "cluster": typed(best or identifier),
                    "cluster_size": size,
                },
            )


def _summary(context: Context, counts: Mapping[str, int]) -> str:
    near = context.recipe.dedup.near
    recall = context.manifests["candidates"]["config"]["expected_recall"]
    found = ", ".join(f"{recall[similarity]:.1%} of similarity {similarity}" for similarity in ("0.9", "0.8", "0.7"))
    stats = context.manifests["clusters"]["totals"].get("stats", {})
    num_clusters = int(stats.get("clusters", 0))
    told = f"malmoi: {counted(counts['documents'], 'document')}: {counts['kept']:,} kept, "
    told += f"{counts['documents'] - counts['kept']:,} near-duplicates ({counted(num_clusters, 'cluster')})"
    told += f"; {counted(counts['unreadable'], 'line')} could not be read" if counts["unreadable"] else ""
    settings = f"threshold {near.threshold:g}, {near.bands} bands of {near.rows} rows"
    return f"{told}\nmalmoi: {settings}: of pairs of documents this finds {found}"


if __name__ == "__main__":
    main()
