"""What a trace found, as text for people and as plain values for programs."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pipelines.json_lines import counted
from pipelines.marked_text import harmless

from .about import About
from .document import DocumentTrace, Use
from .sequence import Piece, Place, SequenceTrace

#: How much of each text is shown unless more is asked for.
MAX_CHARS = 160
_REST_SHOWN = 6


def sequence_page(run: str, trace: SequenceTrace, *, max_chars: int = MAX_CHARS) -> str:
    """A sequence; of each text ``max_chars`` characters are shown, 0 shows all."""
    return "\n".join(_sequence_lines(run, trace, max_chars))


def _sequence_lines(run: str, trace: SequenceTrace, max_chars: int) -> Iterator[str]:
    num_padding = sum(length for _, length in trace.padding)
    yield f"{trace.shard}, sequence {trace.sequence:,} of {trace.num_sequences:,} (0 to {trace.num_sequences - 1:,})"
    pieces = counted(len(trace.pieces), "piece")
    yield f"{trace.segment}, {trace.sequence_length:,} tokens: {pieces}, {counted(num_padding, 'token')} of padding"
    if not trace.has_run:
        yield f"{run} is no run: only what the shards themselves tell"
    if not trace.has_text:
        yield "no tokenizer.json here, so no texts: give it by --tokenizer"
    parts: list[tuple[int, Piece | int]] = [(piece.place.start, piece) for piece in trace.pieces]
    parts += [*trace.padding]
    end = trace.sequence_length
    for start, part in sorted(parts, key=lambda part: part[0]):
        yield ""
        if isinstance(part, int):
            at_the_end = start + part == end
            yield f"{start:,} to {start + part:,}  padding" + ("" if at_the_end else " (of a document that was taken down)")
        else:
            yield from _piece_lines(part, max_chars)


def _piece_lines(piece: Piece, max_chars: int) -> Iterator[str]:
    place = piece.place
    yield f"{place.start:,} to {place.end:,}  {in_line(piece.document_id)}"
    if line := _about(piece.about):
        yield f"    {line}"
    use = f"use {piece.repeat}" + ("" if piece.about.planned_uses is None else f" (of {piece.about.planned_uses}, from 0)")
    extent = "whole," if piece.whole else f"tokens {place.document_start:,} to {place.document_end:,} of"
    yield f"    {use}, {piece.form}, {extent} {counted(piece.tokens, 'token')}"
    for other in piece.rest[:_REST_SHOWN]:
        yield f"    {_where(other)}"
    if len(piece.rest) > _REST_SHOWN:
        yield f"    and {counted(len(piece.rest) - _REST_SHOWN, 'more piece')} of it"
    if piece.text is not None:
        yield from _text_lines(piece.text, max_chars)


def _where(place: Place) -> str:
    extent = f"tokens {place.document_start:,} to {place.document_end:,}"
    return f"{extent}: sequence {place.sequence:,}, {place.start:,} to {place.end:,}"


def in_line(text: str) -> str:
    """A name as part of a line: nothing in it acts on a terminal, or ends the line."""
    return harmless(text).replace("\n", "<U+000A>").replace("\t", "<U+0009>")


def _about(about: About) -> str:
    known = [in_line(part) for part in (about.source, about.segment, about.language, about.licence, about.uri) if part]
    return ", ".join(known)


def _text_lines(text: str, max_chars: int) -> Iterator[str]:
    cut = text if max_chars <= 0 else text[:max_chars]
    for line in harmless(cut).split("\n"):
        yield f"    | {line}"
    if len(cut) < len(text):
        yield f"    … {counted(len(text) - len(cut), 'more character')} (--all)"


def document_page(run: str, trace: DocumentTrace, *, max_chars: int = MAX_CHARS) -> str:
    """A document; of its text ``max_chars`` characters are shown, 0 shows all."""
    return "\n".join(_document_lines(run, trace, max_chars))


def _document_lines(run: str, trace: DocumentTrace, max_chars: int) -> Iterator[str]:
    about, name = trace.about, in_line(trace.id)
    if trace.state == "unknown":
        yield _unknown(run, trace)
        return
    yield name
    if line := _about(about):
        yield f"    {line}"
    if about.num_tokens is not None:
        in_fim = f" ({about.fim_tokens:,} as PSM or SPM)" if about.fim_tokens else ""
        yield f"    {counted(about.num_tokens, 'token')}{in_fim}"
    if about.planned_uses:
        yield f"    planned {counted(about.planned_uses, 'time')}"
    yield from _state_lines(run, trace)
    for use in trace.uses:
        yield from _use_lines(use)
    if trace.text is not None:
        yield ""
        yield from _text_lines(trace.text, max_chars)


def _unknown(run: str, trace: DocumentTrace) -> str:
    name = in_line(trace.id)
    if not trace.has_run:
        return f"no document of these shards has the id {name!r}; without the run nobody knows whether it was ever in it"
    if trace.nearest:
        return f"no document of {run} has the id {name!r}; the nearest are:\n" + "\n".join(
            f"  {in_line(identifier)}" for identifier in trace.nearest
        )
    return f"no document of {run} has the id {name!r}; the ids stand in the column `id` of {run}/ingest/*.parquet"


def _state_lines(run: str, trace: DocumentTrace) -> Iterator[str]:
    name = in_line(trace.id)
    if trace.state == "planned 0 times":
        yield "Planned 0 times: its share of the mix went to other documents, so it stands in no shard."
    elif trace.state == "not packed":
        yield f"Kept, and not in the shards: they are not made yet, or of another version; `malmoi verify {run}` tells."
    elif trace.state == "lost":
        yield f"Lost before the shards: malmoi why {run} '{name}' tells where and why."
    elif trace.state == "taken down":
        by = f" by takedown {trace.takedown}" if trace.takedown is not None else ""
        yield f"Taken down{by}: nothing of it is left, and it is kept out from now on."


def _use_lines(use: Use) -> Iterator[str]:
    split = "" if len(use.places) == 1 else f" in {counted(len(use.places), 'piece')}"
    broken = "" if use.complete else "; its pieces do not follow one another: `malmoi verify` tells more"
    yield f"use {use.repeat}, {use.form}, {counted(use.tokens, 'token')}{split}: {use.shard}{broken}"
    for place in use.places:
        yield f"    {_where(place)}"


def sequence_values(run: str, trace: SequenceTrace) -> dict[str, Any]:
    """A sequence as plain values."""
    return {
        "run": run,
        "shard": trace.shard,
        "sequence": trace.sequence,
        "sequences": trace.num_sequences,
        "sequence_length": trace.sequence_length,
        "segment": trace.segment,
        "tokens": sum(piece.place.length for piece in trace.pieces),
        "padding": [{"start": start, "length": length} for start, length in trace.padding],
        "pieces": [_piece_values(piece) for piece in trace.pieces],
    }


def _piece_values(piece: Piece) -> dict[str, Any]:
    return {
        "document_id": piece.document_id,
        **asdict(piece.about),
        **asdict(piece.place),
        "repeat": piece.repeat,
        "form": piece.form,
        "use_tokens": piece.tokens,
        "whole": piece.whole,
        "rest": [asdict(place) for place in piece.rest],
        "text": piece.text,
    }


def document_values(run: str, trace: DocumentTrace) -> dict[str, Any]:
    """A document as plain values."""
    return {
        "run": run,
        "id": trace.id,
        "state": trace.state,
        **asdict(trace.about),
        "takedown": trace.takedown,
        "uses": [{**asdict(use), "places": [asdict(place) for place in use.places]} for use in trace.uses],
        "text": trace.text,
        "nearest": list(trace.nearest),
    }
