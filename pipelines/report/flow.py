"""What flows where: documents from source to segment or loss, tokens of the mix from language to segment to sequence length.

Manifests, the counts of the token tables and ``plan.json`` enter; flows leave, as drawings and as rows of a table. Of many
sources or languages the largest have a place of their own, and the others share one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.engine.ledger import LOSSES
from pipelines.report.losses import segment_order
from pipelines.report.messages import Told, told
from pipelines.report.run_directory import Json, Manifest
from pipelines.report.sankey import Drawing, Link, Node, place

_SOURCES = 12
_LANGUAGES = 10
_HEIGHT = 360
#: What stands for the sources or languages without a place of their own; no name of the run can be it.
OTHERS = "\0others"
KEPT = "\0kept"


@dataclass(frozen=True, slots=True)
class Flow:
    """A drawing, and what each node is called: a name from the run, or a text of the page."""

    drawing: Drawing
    names: Mapping[str, str | Told]


def document_flow(manifests: Sequence[Manifest], *, kept: Mapping[tuple[str, str], int]) -> Flow | None:
    """From source to segment, or to the stage that lost it.

    ``kept`` is the documents of each (source, segment) after the last stage; where it is not known yet, or is not what the
    last stage kept, documents go to a node of their own.
    """
    if not manifests:
        return None
    tables: list[Json] = [manifest.stats.get("sources") or {} for manifest in manifests]
    entered = {name: int(row.get("in", 0)) for name, row in tables[0].items()}
    left = {name: int(row.get("kept", 0)) for name, row in tables[-1].items()}
    amounts: Counter[tuple[str, str]] = Counter()
    kinds: dict[str, str] = {}
    group, num_others = _grouped(entered, _SOURCES)
    known = sum(kept.values()) == sum(left.values())
    for (source, segment), documents in kept.items() if known else ():
        amounts[group.get(source, OTHERS), f"segment {segment}"] += documents
        kinds[f"segment {segment}"] = segment
    for source, documents in left.items() if not known else ():
        amounts[group.get(source, OTHERS), KEPT] += documents
        kinds[KEPT] = "kept"
    for manifest, table in zip(manifests, tables, strict=True):
        losses: Counter[str] = Counter()
        for source, row in table.items():
            for fate in LOSSES:
                losses[fate] += int(row.get(fate, 0))
                amounts[group.get(source, OTHERS), f"stage {manifest.stage}"] += int(row.get(fate, 0))
        kinds[f"stage {manifest.stage}"] = max(LOSSES, key=lambda fate: losses[fate])
    ends = [*sorted((k for k in kinds if k.startswith("segment ")), key=lambda k: segment_order(kinds[k])), KEPT]
    ends += [f"stage {manifest.stage}" for manifest in manifests]
    return _flow(amounts, [[*group.values(), OTHERS], ends], kinds, num_others)


def token_flow(plan: Json | None) -> Flow | None:
    """From language to segment to sequence length, in tokens of the mix."""
    segments: Json = (plan or {}).get("segments") or {}
    languages: Json = (plan or {}).get("languages") or {}
    planned = {name: int(row.get("planned_tokens", 0)) for name, row in languages.items() if row.get("segment") in segments}
    if not planned or not any(planned.values()):
        return None
    group, num_others = _grouped(planned, _LANGUAGES)
    order = sorted(segments, key=segment_order)
    amounts: Counter[tuple[str, str]] = Counter()
    kinds = {f"segment {name}": name for name in order}
    for name, tokens in planned.items():
        amounts[group.get(name, OTHERS), f"segment {languages[name]['segment']}"] += tokens
    lengths: set[int] = set()
    for name in order:
        for length, tokens in (segments[name].get("by_length") or {}).items():
            amounts[f"segment {name}", f"length {int(length)}"] += int(tokens)
            lengths.add(int(length))
    by_segment = sorted(group, key=lambda name: (segment_order(str(languages[name]["segment"])), -planned[name], name))
    kinds |= {group[name]: str(languages[name]["segment"]) for name in by_segment}
    columns = [[group[n] for n in by_segment] + [OTHERS], [f"segment {n}" for n in order]]
    return _flow(amounts, [*columns, [f"length {length}" for length in sorted(lengths)]], kinds, num_others)


def _grouped(amounts: Mapping[str, int], most: int) -> tuple[dict[str, str], int]:
    """The keys of those with a place of their own, and how many have none."""
    ranked = sorted(amounts, key=lambda name: (-amounts[name], name))
    # One alone would not be "others".
    own = ranked[: most if len(ranked) > most + 1 else most + 1]
    return {name: f"own {name}" for name in own}, len(ranked) - len(own)


def _flow(
    amounts: Mapping[tuple[str, str], int], columns: Sequence[Sequence[str]], kinds: Mapping[str, str], num_others: int
) -> Flow:
    touched = {key for pair, amount in amounts.items() if amount for key in pair}
    nodes = [
        Node(key, number, kinds.get(key, "other")) for number, keys in enumerate(columns) for key in keys if key in touched
    ]
    order = {node.key: place for place, node in enumerate(nodes)}
    links = [
        Link(start, end, amount, kinds.get(end, kinds.get(start, "other")))
        for (start, end), amount in sorted(amounts.items(), key=lambda item: [order.get(key, 0) for key in item[0]])
        if amount
    ]
    return Flow(place(nodes, links, height=_HEIGHT), {node.key: _name(node.key, num_others) for node in nodes})


def _name(key: str, num_others: int) -> str | Told:
    kind, _, name = key.partition(" ")
    if key == OTHERS:
        return told("flow.others", number=f"{num_others:,}")
    if key == KEPT:
        return told("flow.kept")
    if kind == "stage":
        return told("flow.lost_at", stage=name)
    if kind == "length":
        return f"{int(name):,}"
    if kind == "segment" and name in ("korean", "multilingual", "code"):
        return told(f"segment.{name}")
    return name
