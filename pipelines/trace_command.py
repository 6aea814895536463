"""``malmoi trace``: what stands in a sequence of a shard, and where in the shards a document stands.

Enters: a run or its shards directory, and a shard with the number of a sequence, or the id of a document. Leaves: a page or
JSON on standard output, and an exit code: 0, or 1 if the document stands nowhere in the shards.
"""

import json
from typing import IO

from .shard_set import open_shards
from .tracing.document import trace_document
from .tracing.page import MAX_CHARS, document_page, document_values, sequence_page, sequence_values
from .tracing.sequence import parse_sequence, trace_sequence


class TraceUsageError(ValueError):
    """Neither a sequence nor a document is named, or both."""

    exit_code = 2


def run_trace(
    run: str,
    out: IO[str],
    *,
    shard: str | None = None,
    sequence: str | None = None,
    document: str | None = None,
    position: str | None = None,
    tokenizer: str | None = None,
    as_json: bool = False,
    show_all: bool = False,
) -> int:
    """Tells; the exit code.

    Raises:
        TraceUsageError: what is asked for is not clear.
        ValueError: there is no such run, shard or sequence, or a file of it is damaged.
    """
    named = document is not None
    if named == (shard is not None) or (shard is None) != (sequence is None) or (named and position is not None):
        raise TraceUsageError("give a shard and the number of a sequence (4096/korean/part-00000 12), or --document ID")
    max_chars = 0 if show_all else MAX_CHARS
    if document is not None:
        trace = trace_document(open_shards(run), document, tokenizer=tokenizer)
        _tell(out, document_values(run, trace) if as_json else document_page(run, trace, max_chars=max_chars))
        return 0 if trace.uses else 1
    assert shard is not None
    assert sequence is not None
    number = parse_sequence(sequence)
    place = None if position is None else parse_position(position)
    found = trace_sequence(open_shards(run), shard, number, tokenizer=tokenizer, position=place)
    _tell(out, sequence_values(run, found) if as_json else sequence_page(run, found, max_chars=max_chars))
    return 0


def parse_position(given: str) -> int:
    """The place of a token in its sequence.

    Raises:
        ValueError: it is none.
    """
    if not (given.isascii() and given.isdecimal()):
        raise ValueError(f"--position {given!r} is no place in a sequence: give 0, 1, …")
    return int(given)


def _tell(out: IO[str], told: object) -> None:
    print(told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, indent=1), file=out)
