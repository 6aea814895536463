"""What a document is, and what a rule says of one.

A document enters as one row of a partition (DESIGN.md section 2) and leaves as one; a rule never changes it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pyarrow as pa

#: The three segments of the training mix, in the order in which every table lists them.
SEGMENTS = ("korean", "multilingual", "code")

#: One row of a partition. ``segment`` and ``language`` are empty until the filter stage has identified the document,
#: except for code, whose segment and language the reader knows.
DOCUMENT_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field("segment", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("language_score", pa.float32(), nullable=False),
        pa.field("scores", pa.map_(pa.string(), pa.float32()), nullable=False),
        pa.field("metadata", pa.map_(pa.string(), pa.string()), nullable=False),
    ]
)


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Document(NamedTuple):
    """One document: the columns of :data:`DOCUMENT_SCHEMA`.

    A named tuple, for there is one for every document of a corpus: a frozen dataclass takes four times as long to make.
    """

    id: str
    text: str
    source: str = ""
    uri: str = ""
    licence: str = ""
    segment: str = ""
    language: str = ""
    language_score: float = 0.0
    scores: Mapping[str, float] = _NOTHING
    metadata: Mapping[str, str] = _NOTHING


class Failure(NamedTuple):
    """One rule that a document did not pass, or one edit that was made to it.

    ``value`` is what was measured and ``threshold`` what it was held against (for an edit: how many places changed, and
    ``None``); ``detail`` says in words what a number cannot. A named tuple, for bad documents have several each.
    """

    rule: str
    value: float | None = None
    threshold: float | None = None
    detail: str = ""
