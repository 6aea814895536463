"""Accounts for the documents of a record batch by columns: what the tally counts and what the ledger tells.

Enters: a record batch, and what was found in it by row. Leaves: sums in the tally, rows in the ledger, without a Python
object for each of a million dropped documents.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filters.batch import Finding

from .ledger import LEDGER_SCHEMA, Action, Tally, listed_failures

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


def account(
    tally: Tally,
    batch: pa.RecordBatch,
    sizes: Ints,
    *,
    lost: Sequence[tuple[Action, Mask]] = (),
    kept_sizes: Ints | None = None,
) -> None:
    """Counts the documents of ``batch`` as entered, as lost by action, and the others as kept.

    ``sizes`` are the bytes of the texts as they entered, ``kept_sizes`` (default: the same) as they are kept.
    """
    names = ("source", "segment", "language")
    columns = [batch.column(name).dictionary_encode() for name in names]
    codes = [column.indices.to_numpy(zero_copy_only=False).astype(np.int64) for column in columns]
    values = [column.dictionary.to_pylist() for column in columns]
    sources, segments, languages = values
    for code, source in enumerate(sources):
        own = codes[0] == code
        tally.entered(source, text_bytes=int(sizes[own].sum()), documents=int(own.sum()))
        for action, rows in lost:
            if (own & rows).any():
                tally.lost_or_edited(action, source, documents=int((own & rows).sum()))
    kept_sizes = sizes if kept_sizes is None else kept_sizes
    kept = ~np.logical_or.reduce([rows for _, rows in lost]) if lost else np.ones(len(sizes), dtype=np.bool_)
    together = (codes[0] * len(segments) + codes[1]) * len(languages) + codes[2]
    for key in np.unique(together[kept]).tolist():
        own = kept & (together == key)
        source_segment, language = divmod(key, len(languages))
        source, segment = divmod(source_segment, len(segments))
        tally.kept(
            sources[source],
            segment=segments[segment],
            language=languages[language],
            text_bytes=int(kept_sizes[own].sum()),
            documents=int(own.sum()),
        )


def findings_batch(
    tally: Tally,
    batch: pa.RecordBatch,
    sizes: Ints,
    *,
    action: Action,
    findings: Sequence[Finding],
    kept_ids: pa.Array | None = None,
) -> pa.RecordBatch | None:
    """A ledger row for each document of ``batch`` that has a finding, or None where none has; counts the rules.

    ``kept_ids``, of duplicates, has a value for each row of ``batch``.
    """
    if not findings:
        return None
    for rule in {finding.rule for finding in findings}:
        rows = np.unique(np.concatenate([finding.rows for finding in findings if finding.rule == rule]))
        tally.add("rules", rule, documents=len(rows), text_bytes=int(sizes[rows].sum()))
    rows = np.concatenate([finding.rows for finding in findings])
    order = np.argsort(rows, kind="stable")
    found, counts = np.unique(rows, return_counts=True)
    if action == "edited":
        # Edited documents stay, so that no account of losses counts them.
        tally.lost_or_edited(action, "", documents=len(found))
    taken = pa.array(found)
    of_batch = {name: batch.column(name).take(taken) for name in ("id", "source", "uri", "language", "segment")}
    columns = of_batch | {
        "action": pa.repeat(action, len(found)),
        "failures": listed_failures(_failure_columns(findings, order), counts.tolist()),
        "kept_id": pa.repeat("", len(found)) if kept_ids is None else kept_ids.take(taken),
        "text_bytes": pa.array(sizes[found]),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in LEDGER_SCHEMA.names], schema=LEDGER_SCHEMA)


def _failure_columns(findings: Sequence[Finding], order: Ints) -> list[pa.Array]:
    """Rule, value, threshold and detail of each finding's rows, in ``order``."""
    sizes = [len(finding.rows) for finding in findings]
    values = np.concatenate([finding.values for finding in findings]).astype(np.float64)
    limits = [np.nan if finding.threshold is None else float(finding.threshold) for finding in findings]
    thresholds = np.repeat(np.array(limits), sizes)
    rules = pa.array([finding.rule for finding in findings]).take(pa.array(np.repeat(np.arange(len(sizes)), sizes)[order]))
    if any(finding.details for finding in findings):
        details = [text for finding in findings for text in (finding.details or [""] * len(finding.rows))]
        told = pa.array(details, pa.string()).take(pa.array(order))
    else:
        told = pa.repeat("", len(order))
    numbers = [pa.array(column[order], mask=np.isnan(column[order])) for column in (values, thresholds)]
    return [rules, *numbers, told]
