"""Which sources need a larger sample to be told anything about: those of few records, or of few clusters that hold any.

What enters: what ingest made of a sample. What leaves: by source, the share of it that is to be read next. How much that may
be in bytes is bounded, by source and in all, so that a corpus of long books in a thousand sources stays a minute's work.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.engine import files

from .drawing import Drawn
from .strata import Stratum

#: A source of fewer records, or whose records lie in fewer clusters, says too little of how they differ.
_LEAST_RECORDS, _LEAST_FILLED = 60, 6
_MORE = 1.3
#: What one source may be given for that, and all together.
_MOST_SOURCE_BYTES, _MOST_BYTES = 4_000_000, 12_000_000


def source_rates(drawn: Sequence[Drawn]) -> dict[str, float]:
    """By source, the share of its bytes that was taken."""
    known: dict[str, float] = {}
    taken: dict[str, float] = {}
    for part in drawn:
        known[part.source] = known.get(part.source, 0.0) + part.num_bytes
        own = sum(cluster.num_bytes for cluster in part.clusters) * part.inner_share
        taken[part.source] = taken.get(part.source, 0.0) + (part.num_bytes if part.rate >= 1 else own)
    return {name: min(taken[name] / size, 1.0) if size else 1.0 for name, size in known.items()}


def least_shares(strata: Sequence[Stratum], drawn: Sequence[Drawn], manifest: Mapping[str, Any], run: str) -> dict[str, float]:
    """The shares of sources that were read in part and need more; of the cheapest first, as far as the bytes go."""
    sizes: dict[str, int] = {}
    for stratum in strata:
        sizes[stratum.source.name] = sizes.get(stratum.source.name, 0) + stratum.content_bytes
    records, filled = _seen(manifest, run)
    wanted: dict[str, float] = {}
    for name, rate in source_rates(drawn).items():
        seen = min(records.get(name, 0) / _LEAST_RECORDS, filled.get(name, 0) / _LEAST_FILLED)
        if rate < 1 and seen < 1:
            most = _MOST_SOURCE_BYTES / max(sizes[name], 1)
            share = min(max(rate, 1 / max(sizes[name], 1)) * max(2.0, _MORE / max(seen, 0.1)), 1.0, most)
            if share > rate:
                wanted[name] = share
    left = float(_MOST_BYTES)
    result: dict[str, float] = {}
    for name in sorted(wanted, key=lambda name: (wanted[name] * sizes[name], name)):
        left -= wanted[name] * sizes[name]
        if left >= 0:
            result[name] = wanted[name]
    return result


def _seen(manifest: Mapping[str, Any], run: str) -> tuple[dict[str, int], dict[str, int]]:
    """By source, its records and the clusters that hold any: a partition of the probe is one source's."""
    records: dict[str, int] = {}
    filled: dict[str, int] = {}
    for entry in manifest["partitions"]:
        ends: list[list[int]] = files.read_json(files.join(run, "ingest", "clusters", f"{entry['name']}.json"))
        for source in entry["stats"]["sources"]:
            records[source] = int(entry["in"])
            filled[source] = sum(end != before for before, end in zip([[0, 0], *ends], ends, strict=False))
    return records, filled
