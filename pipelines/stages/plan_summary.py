"""``plan.json``: what goes into the shards, beside what there is and what was wished.

Documents, their uses and the solution of the mix enter; the tables of the plan leave: by segment, language, source and
knowledge bucket, and by the two lengths of sequences.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from filters.document import SEGMENTS
from mixing.uses import Documents
from mixing.wishes import Cell, Shortfall, Solution
from pipelines.mix_wishes import knowledge_buckets
from pipelines.recipe_tables import MixSource, Recipe

from .planned_corpus import Corpus, Key
from .planned_segment import Planned

CellKey = tuple[Key, int]
Sums = Mapping[CellKey, int]


@dataclass(frozen=True, kw_only=True)
class _Sums:
    """By group and bucket: what there is, and what is planned of it."""

    documents: Sums
    tokens: Sums
    planned_documents: Sums
    planned_tokens: Sums
    planned_plain_tokens: Sums
    fim_documents: Sums
    long_tokens: Sums
    targets: Sums

    @classmethod
    def of(cls, corpus: Corpus, planned: Planned, targets: Sums) -> "_Sums":
        counts, long = planned.counts, planned.long

        def fim(documents: Documents, chunk: slice) -> Any:
            used = (np.uint32(1) << counts[chunk].astype(np.uint32)) - np.uint32(1)
            return np.where(documents.fim_lengths > 0, np.bitwise_count(documents.fim_uses & used), 0)

        def in_long(documents: Documents, chunk: slice) -> Any:
            uses = range(int(counts[chunk].max(initial=0)))
            bits = [(long[chunk] >> np.uint32(use)) & np.uint32(1) for use in uses]
            return sum(
                (documents.use_lengths(use) * bit for use, bit in zip(uses, bits, strict=True)), np.zeros(len(documents))
            )

        return cls(
            documents=corpus.sums(lambda documents, _: np.ones(len(documents))),
            tokens=corpus.sums(lambda documents, _: documents.lengths),
            planned_documents=corpus.sums(lambda _, chunk: counts[chunk]),
            planned_tokens=corpus.sums(lambda documents, chunk: documents.tokens(counts[chunk].astype(np.int64))),
            planned_plain_tokens=corpus.sums(lambda documents, chunk: documents.lengths.astype(np.int64) * counts[chunk]),
            fim_documents=corpus.sums(fim),
            long_tokens=corpus.sums(in_long),
            targets=targets,
        )

    def row(self, chosen: Callable[[CellKey], bool]) -> dict[str, Any]:
        """The counts of some cells together. Epochs are of the text: what FIM adds to a use makes no more of it."""
        keys = [key for key in self.documents if chosen(key)]
        row: dict[str, Any] = {
            name: self.total(name, keys)
            for name in ("documents", "tokens", "planned_documents", "planned_tokens", "planned_plain_tokens")
        }
        row["epochs"] = round(row["planned_plain_tokens"] / row["tokens"], 6) if row["tokens"] else 0.0
        return row

    def total(self, name: str, keys: Iterable[CellKey]) -> int:
        return sum(getattr(self, name)[key] for key in keys)


def summary(corpus: Corpus, planned: Planned, recipe: Recipe, cells: list[Cell], solution: Solution) -> dict[str, Any]:
    """The whole of ``plan.json``."""
    targets = {
        ((cell.segment, cell.language, cell.source), cell.bucket): target
        for cell, target in zip(cells, solution.targets, strict=True)
    }
    sums = _Sums.of(corpus, planned, targets)
    segments = {segment: _segment(segment, corpus, planned, recipe, sums) for segment in SEGMENTS}
    plan: dict[str, Any] = {
        "seed": recipe.seed,
        "explanation": solution.explanation,
        "limited_by": solution.limited_by,
        "total_tokens": solution.total_tokens,
        "wanted_tokens": recipe.mix.total_tokens,
        "max_epochs": recipe.mix.max_epochs,
        "short": recipe.mix.short,
        "sequence_lengths": _lengths(recipe, segments),
        "segments": segments,
        "languages": _languages(recipe, sums),
        "sources": _sources(recipe, sums),
        "knowledge": _knowledge(recipe, sums),
    }
    plan["shortfalls"] = [asdict(row) for row in (*solution.shortfalls, *_whole_documents(plan))]
    return plan


def _segment(segment: str, corpus: Corpus, planned: Planned, recipe: Recipe, sums: _Sums) -> dict[str, Any]:
    row = sums.row(lambda key: key[0][0] == segment)
    keys = [key for key in sums.documents if key[0][0] == segment]
    long_tokens = sums.total("long_tokens", keys)
    row["share"] = getattr(recipe.mix, segment)
    row["target_tokens"] = sums.total("targets", keys)
    row["fim_documents"] = sums.total("fim_documents", keys)
    row["by_length"] = {str(recipe.pack.sequence_length): row["planned_tokens"] - long_tokens}
    if recipe.pack.long_share:
        row["by_length"][str(recipe.pack.long_sequence_length)] = long_tokens
    own = [number for number, key in enumerate(corpus.keys) if key[0] == segment]
    members = corpus.members(own[0], own[-1] + 1) if own else np.zeros(0, np.int64)
    uses = np.bincount(planned.counts[members]).tolist()
    row["uses"] = {str(times): documents for times, documents in enumerate(uses) if documents}
    return row


def _lengths(recipe: Recipe, segments: Mapping[str, Any]) -> dict[str, Any]:
    """How many tokens go into sequences of each length."""
    pack = recipe.pack
    wished = {pack.sequence_length: 1 - pack.long_share} | (
        {pack.long_sequence_length: pack.long_share} if pack.long_share else {}
    )
    return {
        str(length): {"share": round(share, 9), "tokens": sum(row["by_length"][str(length)] for row in segments.values())}
        for length, share in wished.items()
    }


def _languages(recipe: Recipe, sums: _Sums) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for segment, language in sorted({key[0][:2] for key in sums.documents}, key=lambda pair: (pair[1], pair[0])):
        row = sums.row(lambda key, language=language: key[0][1] == language)
        row["segment"] = segment
        row["share"] = getattr(recipe.mix.languages, segment).get(language)
        row["target_tokens"] = sums.total("targets", [key for key in sums.documents if key[0][1] == language])
        table.setdefault(language, row)
    return table


def _sources(recipe: Recipe, sums: _Sums) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for source in sorted({key[0][2] for key in sums.documents}):
        row = sums.row(lambda key, source=source: key[0][2] == source)
        wish = recipe.mix.sources.get(source, MixSource.model_validate({}))
        row |= {"weight": wish.weight, "min": wish.min, "max": wish.max}
        row["target_tokens"] = sums.total("targets", [key for key in sums.documents if key[0][2] == source])
        table[source] = row
    return table


def _knowledge(recipe: Recipe, sums: _Sums) -> list[dict[str, Any]]:
    """The buckets of the segments that have any."""
    rows: list[dict[str, Any]] = []
    for segment in SEGMENTS:
        buckets = knowledge_buckets(recipe, segment=segment)
        for number, bucket in enumerate(buckets if len(buckets) > 1 else ()):
            row = sums.row(lambda key, segment=segment, number=number: key[0][0] == segment and key[1] == number)
            if row["documents"]:
                rows.append({"segment": segment, "low": bucket.low, "high": bucket.high, "factor": bucket.factor, **row})
    return rows


#: A segment or language this far from its target, as a share of its segment's, is told.
_TOLERANCE = 0.001


def _whole_documents(plan: Mapping[str, Any]) -> list[Shortfall]:
    """Targets that whole documents cannot meet: where there are few, and long ones."""
    told: list[Shortfall] = []
    for table in ("segments", "languages"):
        for name, row in plan[table].items():
            of = plan["segments"][row.get("segment", name)]["target_tokens"]
            if abs(row["planned_tokens"] - row["target_tokens"]) > _TOLERANCE * of:
                told.append(
                    Shortfall(
                        what=name,
                        wanted_tokens=row["target_tokens"],
                        possible_tokens=row["planned_tokens"],
                        binding=f"its {row['documents']} documents are used whole, and no choice of them comes nearer",
                        remedy="add documents of it, or ask for another total_tokens",
                    )
                )
    return told
