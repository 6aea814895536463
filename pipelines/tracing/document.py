"""Where in the shards a document stands, or why it does not.

Enters: a :class:`~pipelines.shard_set.ShardSet` and an id. Leaves: a :class:`DocumentTrace`: every use with its places, in its
form; for a document without one whether the plan uses it 0 times, a stage lost it, it was taken down, or nobody knows it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipelines import why
from pipelines.engine import files
from pipelines.shard_set import ShardSet, sequence_length
from pipelines.takedown.journal import DIRECTORY, numbers
from pipelines.takedown.tables import read_columns
from pipelines.token_bytes import TokenBytes
from pipelines.tombstones import id_hash, of_run
from tokenizer.fim import FormError, original

from .about import About, about_documents, described
from .sequence import Place, form_name, uses_of

State = Literal["used", "planned 0 times", "not packed", "lost", "taken down", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use of the document, in one shard; ``tokens`` of all its places."""

    shard: str
    repeat: int
    form: str
    tokens: int
    places: tuple[Place, ...]
    complete: bool


@dataclass(frozen=True, kw_only=True)
class DocumentTrace:
    """One document. ``text`` is its text rebuilt from its first whole use, None without a tokenizer."""

    id: str
    state: State
    about: About
    uses: tuple[Use, ...] = ()
    text: str | None = None
    nearest: tuple[str, ...] = ()
    takedown: int | None = None
    has_run: bool = True


def trace_document(shards: ShardSet, identifier: str, *, tokenizer: str | None = None) -> DocumentTrace:
    """Where the document stands.

    Raises:
        ValueError: the id is empty, or a file is missing or damaged.
    """
    if not identifier:
        raise ValueError("--document is empty: give the id of a document, as in the lineage, the ledgers and the report")
    if any("\ud800" <= letter <= "\udfff" for letter in identifier):
        raise ValueError(f"--document {identifier!r} is not UTF-8, which every id is")
    uses: list[Use] = []
    forms: dict[Use, int] = {}
    for shard in shards.names:
        for use, form in _uses(shards, shard, identifier):
            uses.append(use)
            forms[use] = form
    uses.sort(key=lambda use: (use.repeat, use.shard))
    about = described(about_documents(shards.run, [identifier]), identifier) if shards.run else About()
    decoder = shards.decoder(tokenizer)
    if uses:
        whole = next((use for use in uses if use.complete), None)
        text = rebuilt(shards, whole, forms[whole], decoder) if whole and decoder else None
        return DocumentTrace(
            id=identifier, state="used", about=about, uses=tuple(uses), text=text, has_run=shards.run is not None
        )
    return _without_uses(shards, identifier, about)


def _uses(shards: ShardSet, shard: str, identifier: str) -> list[tuple[Use, int]]:
    rows = shards.places_of(shard, identifier)
    form_of = dict(zip(rows["repeat"].to_pylist(), rows["form"].to_pylist(), strict=True))
    found: list[tuple[Use, int]] = []
    for (_, repeat), places in uses_of(rows).items():
        follow = [0, *(place.document_end for place in places)]
        use = Use(
            shard=shard,
            repeat=repeat,
            form=form_name(form_of[repeat]),
            tokens=sum(place.length for place in places),
            places=tuple(places),
            complete=all(place.document_start == end for place, end in zip(places, follow, strict=False)),
        )
        found.append((use, form_of[repeat]))
    return found


def rebuilt(shards: ShardSet, use: Use, form: int, decoder: TokenBytes) -> str | None:
    """The text of a document from the tokens of one of its uses; None where they are not such a use."""
    capacity = sequence_length(use.shard)
    with shards.tokens(use.shard) as tokens:
        ids = np.concatenate([tokens.read(p.sequence * capacity + p.start, p.length) for p in use.places])
    try:
        parts = original(ids, form=form, special=shards.sentinels, end_of_text_id=shards.end_of_text)
        bounds = np.cumsum([0, *map(len, parts)])
        return b"".join(decoder.data(np.concatenate(parts), bounds)).decode("utf-8", "replace")
    except (FormError, IndexError):
        return None


def _without_uses(shards: ShardSet, identifier: str, about: About) -> DocumentTrace:
    """Why it is not in the shards, as far as the run tells."""
    if shards.run is None:
        return DocumentTrace(id=identifier, state="unknown", about=about, has_run=False)
    if about.planned_uses is not None:
        state: State = "planned 0 times" if not about.planned_uses else "not packed"
        return DocumentTrace(id=identifier, state=state, about=about)
    if id_hash(identifier) in of_run(shards.run, ()).ids:
        return DocumentTrace(id=identifier, state="taken down", about=about, takedown=_takedown_of(shards.run, identifier))
    if about.partition:
        return DocumentTrace(id=identifier, state="not packed", about=about)
    try:
        answer = why.tell(shards.run, identifier)
    except ValueError:  # a run without its first stage: nothing more is known
        return DocumentTrace(id=identifier, state="unknown", about=about)
    if answer.stories:
        story = answer.stories[0]
        about = About(partition=story.partition, source=story.source, uri=story.uri, licence=story.licence)
        return DocumentTrace(id=identifier, state="lost", about=about)
    return DocumentTrace(id=identifier, state="unknown", about=about, nearest=answer.nearest)


def _takedown_of(run: str, identifier: str) -> int | None:
    """The takedown that took a document, if it is one of this run's."""
    hashed = id_hash(identifier).hex()
    for number in numbers(run):
        path = files.join(run, DIRECTORY, f"{number:04d}", "documents.parquet")
        if files.exists(path) and hashed in read_columns(path, ["id_hash"])["id_hash"].to_pylist():
            return number
    return None
