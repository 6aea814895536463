"""``shards.json`` and the blend files: what a trainer reads first.

What enters: the counts and files of every shard. What leaves: both, after the check that the shards hold what was planned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filters.document import SEGMENTS
from pipelines.engine import files
from pipelines.engine.ledger import ConservationError
from pipelines.engine.stage import StageFailedError
from pipelines.recipe_tables import Pack
from tokenizer.encode import Encoder
from tokenizer.indexed_dataset import optimal_dtype
from tokenizer.special_tokens import END_OF_TEXT, PAD, SPECIAL_TOKENS

from .context import Context
from .uses import shard_name

#: What is counted of every shard.
COUNTS = ("documents", "tokens", "sequences", "padding", "pieces", "split_documents", "fim_documents")


def lengths_of(table: Pack) -> tuple[int, ...]:
    """The lengths of sequences that a recipe asks for, the short ones first."""
    return (table.sequence_length, table.long_sequence_length) if table.long_share else (table.sequence_length,)


def special_tokens_of(encoder: Encoder) -> dict[str, int]:
    """The special tokens that a tokenizer has, with their ids."""
    found: dict[str, int] = {}
    for token in SPECIAL_TOKENS:
        try:
            found[token] = encoder.token_id(token)
        except KeyError:
            if token in (END_OF_TEXT, PAD):
                raise StageFailedError(f"shards: the tokenizer has no {token}: give one that has it") from None
    return found


@dataclass(frozen=True)
class Summary:
    """Checks that the shards hold what was planned, to the token, and writes ``shards.json``, which a trainer reads first."""

    context: Context
    encoder: Encoder
    planned: Mapping[tuple[int, str], int]

    def __call__(self, entries: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]) -> None:
        pack_table = self.context.recipe.pack
        stats: Mapping[str, Any] = totals.get("stats", {})
        rows = {(n, s): dict(stats.get(str(n), {}).get(s, {})) for n in lengths_of(pack_table) for s in SEGMENTS}
        all_tokens = sum(row.get("tokens", 0) for row in rows.values())
        if not all_tokens:
            raise StageFailedError("shards: no document is left to pack; the report tells which rules dropped them")
        for (length, segment), row in rows.items():
            planned = self.planned[length, segment]
            if row.get("tokens", 0) != planned:
                told = f"{segment} was planned with {planned} tokens in sequences of {length} and has {row.get('tokens', 0)}"
                raise ConservationError(f"shards: {told}")
            row["shards"] = sum(entry["name"].startswith(shard_name(length, segment, 0)[:-5]) for entry in entries)
        summary = {
            "tokenizer": {"sha256": self.encoder.fingerprint, "vocab_size": self.encoder.vocab_size},
            "special_tokens": special_tokens_of(self.encoder),
            "dtype": optimal_dtype(self.encoder.vocab_size).name,
            "sequence_lengths": list(lengths_of(pack_table)),
            **summed(rows),
            "files": {name: told for entry in entries for name, told in sorted(entry["files"].items())},
        }
        for length in lengths_of(pack_table):
            self._write_blend(length, entries)
        files.write_json(files.join(self.context.run, "shards", "shards.json"), summary)

    def _write_blend(self, length: int, entries: Sequence[Mapping[str, Any]]) -> None:
        """Weight and path of every shard of one length, as Megatron's ``--data-args-path`` reads them.

        The paths start at the file's own directory, so that shards can be moved; the weights are sequences: one pass is one
        epoch of the plan.
        """
        words: list[str] = []
        for entry in entries:
            for segment, counts in entry["stats"].get(str(length), {}).items():
                if counts["sequences"]:
                    words += [str(counts["sequences"]), f"{segment}/part-{entry['name'].rsplit('-', 1)[1]}"]
        with files.writing(files.join(self.context.run, "shards", str(length), "blend.txt")) as out:
            out.write((" ".join(words) + "\n").encode())


def summed(rows: Mapping[tuple[int, str], Mapping[str, int]]) -> dict[str, Any]:
    """``segments`` and ``lengths`` of ``shards.json``, from the counts of each length and segment."""
    tokens = sum(row.get("tokens", 0) for row in rows.values())

    def shares(of: Mapping[str, dict[str, Any]], total: int) -> dict[str, Any]:
        return {s: {**row, "share": row.get("tokens", 0) / total if total else 0.0} for s, row in of.items()}

    segments = {
        segment: {name: sum(row.get(name, 0) for (_, s), row in rows.items() if s == segment) for name in (*COUNTS, "shards")}
        for segment in SEGMENTS
    }
    lengths: dict[str, Any] = {}
    for length in dict.fromkeys(length for length, _ in rows):
        own = {s: {name: rows[length, s].get(name, 0) for name in (*COUNTS, "shards")} for s in SEGMENTS}
        total = sum(row["tokens"] for row in own.values())
        lengths[str(length)] = {"tokens": total, "share": total / tokens if tokens else 0.0, "segments": shares(own, total)}
    return {"segments": shares(segments, tokens), "lengths": lengths}
