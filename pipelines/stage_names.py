"""The names of a build's stages, in order, for whoever reads a run without running it. Imports nothing.

``pipelines.build`` pairs the names with the stages themselves. A run lacks the stages that its recipe does without.
"""

STAGE_NAMES = (
    "ingest",
    "knowledge-sample",
    "knowledge",
    "filter",
    "duplicates",
    "repeats-index",
    "repeats",
    "dedup",
    "signatures",
    "candidates",
    "clusters",
    "near-dedup",
    "decontaminate",
    "tokenizer-sample",
    "tokenizer",
    "tokens",
    "plan",
    "shards",
)
#: Those whose partitions are documents.
DOCUMENT_STAGES = frozenset({"ingest", "filter", "dedup", "near-dedup", "decontaminate"})
