"""The stages of ``malmoi build`` in order, and what decides whether each of them still has to run."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .engine import files
from .engine.stage import Stage
from .recipe import LoadedRecipe
from .stage_names import DOCUMENT_STAGES
from .stages import (
    candidates,
    clusters,
    decontaminate,
    dedup,
    duplicates,
    ingest,
    knowledge,
    near_dedup,
    plan,
    repeats,
    repeats_index,
    shards,
    signatures,
    tokenizer,
    tokens,
)
from .stages import filter as filter_stage
from .stages.context import Context

#: In the order of ``stage_names``. A factory may use the manifests and files of the stages before; None: the recipe does
#: without it.
STAGES: tuple[tuple[str, Callable[[Context], Stage | None]], ...] = (
    ("ingest", ingest.stage),
    ("knowledge-sample", knowledge.sample_stage),
    ("knowledge", knowledge.train_stage),
    ("filter", filter_stage.stage),
    ("duplicates", duplicates.stage),
    ("repeats-index", repeats_index.stage),
    ("repeats", repeats.stage),
    ("dedup", dedup.stage),
    ("signatures", signatures.stage),
    ("candidates", candidates.stage),
    ("clusters", clusters.stage),
    ("near-dedup", near_dedup.stage),
    ("decontaminate", decontaminate.stage),
    ("tokenizer-sample", tokenizer.sample_stage),
    ("tokenizer", tokenizer.train_stage),
    ("tokens", tokens.stage),
    ("plan", plan.stage),
    ("shards", shards.stage),
)


def make_context(loaded: LoadedRecipe, run: str, *, root: str | None = None) -> Context:
    """A build of a recipe in a run directory; ``root`` overrides where the recipe's relative paths start."""
    base = os.path.abspath(root) if root else os.path.normpath(os.path.join(loaded.directory, loaded.recipe.root))
    return Context(loaded.recipe, files.absolute(run), base)


def walk(
    context: Context,
    run_stage: Callable[[Stage], dict[str, Any]],
    *,
    until: str | None = None,
    planning: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[Stage]:
    """Goes through the stages; one that is not complete is given to ``run_stage``. Yields each when it is complete.

    ``planning`` is entered while a stage's units are listed, which may take long where there are many files.
    """
    for name, factory in STAGES:
        with planning():
            stage = factory(context)
            manifest = stage.manifest() if stage else None
        if stage:
            context.manifests[name] = manifest or run_stage(stage)
            if name in DOCUMENT_STAGES:
                context.documents = name
            yield stage
        else:
            context.left_out.append(name)
        if name == until:
            return


class NotComplete(Exception):  # noqa: N818
    """A stage that still has to run."""


def is_complete(context: Context, *, until: str | None = None) -> bool:
    """Whether every stage has its manifest, so that there is nothing to run. Imports no Beam."""

    def missing(stage: Stage) -> dict[str, Any]:
        raise NotComplete(stage.name)

    try:
        for _ in walk(context, missing, until=until):
            pass
    except NotComplete:
        return False
    return True


def store_recipe(context: Context, loaded: LoadedRecipe) -> None:
    """Every run directory holds the recipe that made it, as written and resolved."""
    resolved = {"fingerprint": context.recipe.fingerprint(), "recipe": context.recipe.resolved()}
    for name, data in (("recipe.toml", loaded.text.encode()), ("resolved.json", files.to_json(resolved))):
        path = files.join(context.run, name)
        if not files.exists(path) or hashlib.sha256(files.read_bytes(path)).digest() != hashlib.sha256(data).digest():
            with files.writing(path) as out:
                out.write(data)
