"""What the plan does with each document: which uses of it there are, in which form, of how many tokens, in which sequences.

Enters: rows of ``tokens`` with their rows of ``plan``. Leaves: the uses, one number of repeat after the other, and the sums
that ``plan.json`` tells of them, worked out anew: for whoever checks a plan, or takes documents out of one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filters.document import SEGMENTS
from mixing.forms import PLAIN, forms

from .recipe_tables import Fim

Ints = NDArray[np.int64]

TOKEN_COLUMNS = ("source", "segment", "language", "hash", "knowledge", "num_tokens", "fim_tokens")
PLAN_COLUMNS = ("repeats", "long")
#: What is summed of every group of documents.
GROUP_SUMS = ("documents", "tokens", "planned_documents", "planned_tokens", "planned_plain_tokens")


@dataclass(frozen=True)
class RepeatUses:
    """Use ``repeat`` of every document that has so many: ``rows`` of the table, aligned with the other arrays."""

    repeat: int
    rows: Ints
    form: NDArray[np.int8]
    tokens: Ints
    is_long: NDArray[np.bool_]


def fim_of(tokens_manifest: Mapping[str, Any] | None) -> Fim:
    """The settings that the forms of uses depend on, as ``tokens`` was made with them."""
    config = (tokens_manifest or {}).get("config", {}).get("fim")
    if config is None:
        return Fim.model_validate(dict.fromkeys(SEGMENTS, 0.0))
    return Fim.model_validate({name: config[name] for name in Fim.model_fields})


def planned_uses(documents: pa.Table, plan: pa.Table, *, fim: Fim) -> Iterator[RepeatUses]:
    """The uses of some rows. A document without a FIM form is plain whatever its hash says."""
    repeats, long = plan["repeats"].to_numpy(), plan["long"].to_numpy().astype(np.uint32)
    hashes, segments = documents["hash"].to_numpy(), _texts(documents, "segment")
    plain, other = (documents[name].to_numpy().astype(np.int64) for name in ("num_tokens", "fim_tokens"))
    rates = np.select([segments == s for s in SEGMENTS], [float(getattr(fim, s)) for s in SEGMENTS], 0.0)
    for repeat in range(int(repeats.max(initial=0))):
        rows = np.flatnonzero(repeats > repeat)
        form = forms(hashes[rows], repeat, fim_rate=rates[rows], spm=float(fim.spm))
        form = np.where(other[rows] > 0, form, PLAIN).astype(np.int8)
        yield RepeatUses(
            repeat=repeat,
            rows=rows,
            form=form,
            tokens=np.where(form == PLAIN, plain[rows], other[rows]),
            is_long=((long[rows] >> np.uint32(repeat)) & np.uint32(1)).astype(np.bool_),
        )


def plan_sums(
    documents: pa.Table, plan: pa.Table, *, fim: Fim, lengths: Sequence[int], buckets: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The sums of ``plan.json`` over some rows: nested tables of whole numbers, which add up over partitions.

    ``lengths`` of the sequences, the short one first; ``buckets`` the rows of ``plan.json``'s ``knowledge``.
    """
    repeats = plan["repeats"].to_numpy().astype(np.int64)
    by_row = {"tokens": documents["num_tokens"].to_numpy().astype(np.int64), "planned_documents": repeats}
    by_row["documents"] = np.ones(len(repeats), dtype=np.int64)
    by_row["planned_plain_tokens"] = by_row["tokens"] * repeats
    planned, long_tokens, num_fim = (np.zeros(len(repeats), dtype=np.int64) for _ in range(3))
    for uses in planned_uses(documents, plan, fim=fim):
        planned[uses.rows] += uses.tokens
        long_tokens[uses.rows] += np.where(uses.is_long, uses.tokens, 0)
        num_fim[uses.rows] += uses.form != PLAIN
    by_row["planned_tokens"] = planned
    by_length = {str(lengths[0]): planned - long_tokens}
    by_length |= {str(length): long_tokens for length in lengths[1:]}
    sums: dict[str, Any] = {"segments": {}, "languages": {}, "sources": {}, "knowledge": {}}
    for table, column in (("segments", "segment"), ("languages", "language"), ("sources", "source")):
        keys = _texts(documents, column)
        for key in sorted(set(keys.tolist())):
            own = keys == key
            sums[table][key] = {name: int(by_row[name][own].sum()) for name in GROUP_SUMS}
            if table == "segments":
                sums[table][key] |= _of_segment(own, repeats, num_fim, by_length)
    numbers = bucket_numbers(documents, buckets)
    for number in np.unique(numbers[numbers >= 0]).tolist():
        own = numbers == number
        sums["knowledge"][str(number)] = {name: int(by_row[name][own].sum()) for name in GROUP_SUMS}
    return sums


def _of_segment(own: NDArray[np.bool_], repeats: Ints, num_fim: Ints, by_length: Mapping[str, Ints]) -> dict[str, Any]:
    counts = np.bincount(repeats[own])
    return {
        "fim_documents": int(num_fim[own].sum()),
        "by_length": {length: int(tokens[own].sum()) for length, tokens in by_length.items()},
        "uses": {str(times): int(count) for times, count in enumerate(counts.tolist()) if count},
    }


def bucket_numbers(documents: pa.Table, buckets: Sequence[Mapping[str, Any]]) -> Ints:
    """The row of ``knowledge`` that each document is counted in; -1: none.

    A score that is a bound is in the bucket above it; what is below 0 or from 1 on is in the outermost ones.
    """
    segments = _texts(documents, "segment")
    scores = documents["knowledge"].to_numpy(zero_copy_only=False).astype(np.float32)
    numbers = np.full(len(scores), -1, dtype=np.int64)
    for number, row in enumerate(buckets):
        within = np.isfinite(scores)
        if row["low"] is None:
            within = ~within
        else:
            # In the precision of the scores.
            within &= (scores >= np.float32(row["low"])) | (row["low"] <= 0)
            within &= (scores < np.float32(row["high"])) | (row["high"] >= 1)
        numbers[(segments == row["segment"]) & within & (numbers < 0)] = number
    return numbers


def _texts(documents: pa.Table, column: str) -> NDArray[Any]:
    return np.array([value or "" for value in documents[column].to_pylist()], dtype=object)
