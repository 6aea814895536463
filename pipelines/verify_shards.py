"""What ``malmoi verify`` checks of shards: that each token is where it should be, and none is anywhere else.

Enters: the committed ``shards`` of a run. Leaves: problems, each with its file, sequence and document. A position of a shard
is a document's token by the lineage, or padding: at the end of a sequence, or where a document was taken down. Each use of
a document is there from its first token to its end of text; special tokens stand where the form of the use has them, and
nowhere else; the boundaries begin where pieces and padding do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tokenizer.fim import FORM_NAMES, PLAIN, SPM
from tokenizer.indexed_dataset import read_index
from tokenizer.special_tokens import END_OF_TEXT, FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX

from .engine import files
from .engine.ledger import add_up
from .shard_pieces import Pieces
from .shard_set import BOUNDARIES_SUFFIX, LINEAGE_SUFFIX, ShardSet, segment_of, sequence_length
from .stages.shards_summary import COUNTS
from .takedown.layout import StageFiles, described

#: Positions that are looked at together.
_POSITIONS = 1 << 21
REMEDY = "delete shards/manifest.json and {name}.bin, and run `malmoi build` again"
_REPACK = "delete shards/manifest.json and run `malmoi build` again"
Ints = NDArray[np.int64]
Count = Callable[..., None]


def shard_problems(shards: ShardSet, stage: StageFiles, count: Count, *, skipped: frozenset[str]) -> Iterator[str]:
    """The problems of each shard but those ``skipped``, which are told to be damaged already."""
    for entry in stage.entries:
        for file in sorted(entry["files"]):
            name = file.removesuffix(LINEAGE_SUFFIX)
            if file == name or name in skipped:
                continue
            problem = shard_problem(shards, name, entry)
            count("shards")
            if problem:
                yield f"shards/{name}: {problem}; {REMEDY.format(name=f'shards/{name}')}"
            else:
                count("tokens", _stats(entry, name)["tokens"])


def _stats(entry: Mapping[str, Any], name: str) -> Mapping[str, int]:
    return entry["stats"][str(sequence_length(name))][segment_of(name)]


def shard_problem(shards: ShardSet, name: str, entry: Mapping[str, Any]) -> str:
    """What is wrong with a shard, or nothing."""
    capacity, stats = sequence_length(name), _stats(entry, name)
    try:
        pieces = Pieces.of(shards.lineage(name), capacity=capacity)
        problem = _index_problem(shards, name, capacity, stats["sequences"])
        problem = problem or lineage_problem(pieces, stats["sequences"]) or _count_problem(pieces, stats)
        problem = problem or _boundary_problem(shards, name, pieces, stats["sequences"], taken_down="taken_down" in entry)
        return problem or _token_problem(shards, name, pieces, stats["sequences"])
    except ValueError as error:
        return str(error)


def _index_problem(shards: ShardSet, name: str, capacity: int, num_sequences: int) -> str:
    """An index that is not of so many sequences of this length, end to end."""
    path = shards.path(name, ".idx")
    index = read_index(files.read_bytes(path), name=path)
    whole = np.arange(num_sequences, dtype=np.int64) * capacity * shards.dtype.itemsize
    if index.dtype != shards.dtype or not np.array_equal(index.pointers, whole) or (index.lengths != capacity).any():
        return f"its index is not of {num_sequences:,} sequences of {capacity:,} ids"
    return ""


def lineage_problem(pieces: Pieces, num_sequences: int) -> str:
    """A lineage that puts a token nowhere, or twice, or two uses of a document into one sequence."""
    order = np.arange(len(pieces))
    outside = (pieces.length < 1) | (pieces.start < 0) | (pieces.start + pieces.length > pieces.capacity)
    outside |= (pieces.sequence < 0) | (pieces.sequence >= num_sequences)
    # Of every use the first piece begins with its first token, and each other where the one before ended.
    by_use, firsts = pieces.by_use, pieces.first_of_use[:-1]
    expected = np.zeros(len(pieces), dtype=np.int64)
    expected[1:] = (pieces.document_start + pieces.length)[by_use][:-1]
    expected[firsts] = 0
    apart, other_form = np.zeros((2, len(pieces)), dtype=np.bool_)
    apart[by_use] = pieces.document_start[by_use] != expected
    other_form[by_use] = pieces.form[by_use] != np.repeat(pieces.use_form, np.diff(pieces.first_of_use))
    overlapping = np.zeros(len(pieces), dtype=np.bool_)
    overlapping[1:] = pieces.begins[1:] < pieces.ends[:-1]
    for wrong, what in (
        (outside, "a piece that is not within a sequence"),
        (overlapping, "a piece that overlaps the one before, or is not in order"),
        ((pieces.form < 0) | (pieces.form >= len(FORM_NAMES)) | other_form, "a use that is of no form, or of two"),
        (apart, "a piece that does not begin where the one before it in its document ended"),
        (_meeting(pieces), "two uses of one document in one sequence"),
    ):
        if wrong.any():
            return f"its lineage has {what}: {pieces.named(int(order[wrong][0]))}"
    return ""


def _meeting(pieces: Pieces) -> NDArray[np.bool_]:
    """The pieces that stand in a sequence with another use of their document."""
    key = pieces.document * (int(pieces.sequence.max(initial=0)) + 1) + pieces.sequence
    order = np.lexsort((pieces.use, key))
    met = np.zeros(len(pieces), dtype=np.bool_)
    met[order[1:]] = (np.diff(key[order]) == 0) & (np.diff(pieces.use[order]) != 0)
    return met


def counts_of(pieces: Pieces, num_sequences: int) -> dict[str, int]:
    """What a lineage adds up to."""
    tokens = int(pieces.length.sum())
    return {
        "documents": pieces.num_uses,
        "tokens": tokens,
        "sequences": num_sequences,
        "padding": num_sequences * pieces.capacity - tokens,
        "pieces": len(pieces),
        "split_documents": int((np.diff(pieces.first_of_use) > 1).sum()),
        "fim_documents": int((pieces.use_form != PLAIN).sum()),
    }


def _count_problem(pieces: Pieces, stats: Mapping[str, int]) -> str:
    found = counts_of(pieces, stats["sequences"])
    wrong = [f"{found[name]:,} {name} by its lineage, {stats.get(name, 0):,} by its manifest" for name in COUNTS]
    wrong = [told for name, told in zip(COUNTS, wrong, strict=True) if found[name] != stats.get(name, 0)]
    return f"it has {'; '.join(wrong)}" if wrong else ""


def _boundary_problem(shards: ShardSet, name: str, pieces: Pieces, num_sequences: int, *, taken_down: bool) -> str:
    """Boundaries that are not where pieces and padding begin. Those of documents that were taken down stay."""
    path = shards.path(name, f"{BOUNDARIES_SUFFIX}.idx")
    index = read_index(files.read_bytes(path), name=path)
    data = files.read_bytes(shards.path(name, f"{BOUNDARIES_SUFFIX}.bin"))
    if len(data) != index.num_bytes or len(index.lengths) != num_sequences:
        return f"its boundaries are of {len(index.lengths):,} sequences and {len(data):,} bytes, which are not its own"
    offsets = np.frombuffer(data, index.dtype.newbyteorder("<")).astype(np.int64)
    sequence = np.repeat(np.arange(num_sequences, dtype=np.int64), index.lengths)
    found = sequence * pieces.capacity + offsets
    padding = pieces.ends[pieces.ends % pieces.capacity != 0]
    expected = np.unique(np.concatenate([np.arange(num_sequences) * pieces.capacity, pieces.begins, padding]))
    wrong = np.setdiff1d(expected, found)
    extra = np.setdiff1d(found, expected)
    if len(extra) and taken_down:
        extra = extra[pieces.owner(extra) >= 0]
    wrong = np.union1d(wrong, extra)
    if len(wrong) or (np.diff(found) <= 0).any() or (offsets >= pieces.capacity).any():
        place = int(wrong[0]) if len(wrong) else int(found[np.argmax(np.diff(found) <= 0)])
        told = f"token {place % pieces.capacity} of sequence {place // pieces.capacity}"
        return f"its boundaries are not where its pieces begin, first at {told}"
    return ""


def _token_problem(shards: ShardSet, name: str, pieces: Pieces, num_sequences: int) -> str:
    """Padding that is not exactly where the lineage has nothing, ids out of range, special tokens out of place."""
    special_ids = np.array(sorted(shards.summary["special_tokens"].values()), dtype=np.int64)
    vocab_size, num_positions = int(shards.summary["tokenizer"]["vocab_size"]), num_sequences * pieces.capacity
    is_special = np.zeros(vocab_size, dtype=np.bool_)
    is_special[special_ids[special_ids < vocab_size]] = True
    found: list[Ints] = [np.zeros(0, dtype=np.int64)]
    ids: list[Ints] = [np.zeros(0, dtype=np.int64)]
    with shards.tokens(name) as tokens:
        for first in range(0, num_positions, _POSITIONS):
            own = tokens.read(first, min(_POSITIONS, num_positions - first))
            if len(own) != min(_POSITIONS, num_positions - first):
                return "it has fewer tokens than sequences of its length"
            outside = (own >= vocab_size) | (own < 0)
            if outside.any():
                place = first + int(np.argmax(outside))
                return f"{_position(pieces, place)} is the id {own[place - first]}, which the tokenizer does not have"
            wrong = np.flatnonzero((own == shards.pad) == _covered(pieces, first, len(own)))
            if len(wrong):
                return _padding_told(pieces, first + int(wrong[0]))
            special = np.flatnonzero(is_special[own] & (own != shards.pad))
            found.append(first + special)
            ids.append(own[special].astype(np.int64))
    return _special_problem(pieces, np.concatenate(found), np.concatenate(ids), shards.summary["special_tokens"])


def _covered(pieces: Pieces, first: int, number: int) -> NDArray[np.bool_]:
    """Which of some positions are a document's."""
    low, high = np.searchsorted(pieces.ends, first, side="right"), np.searchsorted(pieces.begins, first + number)
    steps = np.zeros(number + 1, dtype=np.int8)
    begins, ends = (np.clip(edges[low:high] - first, 0, number) for edges in (pieces.begins, pieces.ends))
    # Pieces that touch end and begin at one place, which takes nothing away.
    np.add.at(steps, begins, 1)
    np.subtract.at(steps, ends, 1)
    return np.cumsum(steps[:-1], dtype=np.int8) > 0


def _position(pieces: Pieces, place: int) -> str:
    row = int(pieces.owner(np.array([place]))[0])
    whose = f", document {pieces.ids[pieces.document[row]]!r}," if row >= 0 else ""
    return f"token {place % pieces.capacity} of sequence {place // pieces.capacity}{whose}"


def _padding_told(pieces: Pieces, place: int) -> str:
    row = int(pieces.owner(np.array([place]))[0])
    what = "is padding, though its lineage has a document there" if row >= 0 else "is nobody's by the lineage"
    return f"{_position(pieces, place)} {what}"


def _special_problem(pieces: Pieces, places: Ints, ids: Ints, special: Mapping[str, int]) -> str:
    """Special tokens (but padding) that are not exactly those of the form of each use, in their places."""
    rows = pieces.owner(places)
    use = pieces.use[rows]
    in_stream = pieces.document_start[rows] + places - pieces.begins[rows]
    order = np.lexsort((in_stream, use))
    use, in_stream, ids = use[order], in_stream[order], ids[order]
    numbers = np.bincount(use, minlength=pieces.num_uses)
    is_fim = pieces.use_form != PLAIN
    wrong = numbers != np.where(is_fim, 4, 1)
    firsts = np.cumsum(numbers) - numbers
    lasts = np.minimum(firsts + numbers, len(ids)) - 1
    right = ~wrong
    wrong[right] |= (ids[lasts] != special[END_OF_TEXT])[right] | (in_stream[lasts] != pieces.use_tokens - 1)[right]
    fim = np.flatnonzero(right & is_fim)
    for number, token in enumerate((FIM_PREFIX, FIM_SUFFIX, FIM_MIDDLE)):
        wrong[fim] |= ids[firsts[fim] + number] != special.get(token, -1)
    wrong[fim] |= in_stream[firsts[fim]] != 0
    wrong[fim] |= (in_stream[firsts[fim] + 1] == 1) < (pieces.use_form[fim] == SPM)
    if not wrong.any():
        return ""
    number = int(np.argmax(wrong))
    names = {value: name for name, value in special.items()}
    own = [names[i] for i in ids[firsts[number] : firsts[number] + numbers[number]].tolist()]
    form = FORM_NAMES[pieces.use_form[number]]
    return f"{pieces.named(int(pieces.first_row[number]))}: a {form} use with the special tokens {' '.join(own) or '(none)'}"


def summary_problems(shards: ShardSet, stage: StageFiles) -> Iterator[str]:
    """A ``shards.json`` that does not describe the shards."""
    summary, place = shards.summary, "shards/shards.json"
    if {**summary["files"]} != described(stage):
        yield f"{place} does not name the files that are there, or with other checksums; {_REPACK}"
    by_length: dict[str, Any] = add_up([entry["stats"] for entry in stage.entries])
    if sorted(map(str, summary["sequence_lengths"])) != sorted(summary.get("lengths", {})):
        yield f"{place}: its lengths are not its sequence_lengths; {_REPACK}"
    told: Mapping[str, Any] = summary.get("lengths", {})
    for length, row in told.items():
        yield from _table_problems(f"{place}: {length}", row["segments"], by_length.get(length, {}))
        for segment, counts in by_length.get(length, {}).items():
            if counts["tokens"] + counts["padding"] != counts["sequences"] * int(length):
                yield f"{place}: tokens and padding of {length} {segment} are not its sequences; {_REPACK}"
        if row["tokens"] != sum(counts["tokens"] for counts in by_length.get(length, {}).values()):
            yield f"{place}: {length} has {row['tokens']:,} tokens, its shards others; {_REPACK}"
    over_all = add_up([*by_length.values()]) if by_length else {}
    yield from _table_problems(place, summary["segments"], over_all)


def _table_problems(place: str, told: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Counts of segments that are not those of the shards."""
    all_tokens = sum(counts["tokens"] for counts in found.values())
    for segment in sorted({*told, *found}):
        row: Mapping[str, Any] = told.get(segment, {})
        own: Mapping[str, int] = found.get(segment, {})
        for name in _of_row(row):
            if row.get(name, 0) != own.get(name, 0):
                yield f"{place}: {segment} has {row.get(name, 0):,} {name}, its shards {own.get(name, 0):,}; {_REPACK}"
        share = own.get("tokens", 0) / all_tokens if all_tokens else 0.0
        if "share" in row and abs(row["share"] - share) > 1e-9:
            yield f"{place}: the share of {segment} is not that of its tokens; {_REPACK}"


def blend_problems(shards: ShardSet, stage: StageFiles) -> Iterator[str]:
    """A ``blend.txt`` that is not of the shards with sequences, each with their number."""
    for length in map(str, shards.summary["sequence_lengths"]):
        path = files.join(shards.directory, length, "blend.txt")
        told = files.read_bytes(path).decode("utf-8", "replace").split() if files.exists(path) else []
        found = [
            (str(_stats(entry, name)["sequences"]), name.removeprefix(f"{length}/"))
            for entry in stage.entries
            for name in (file.removesuffix(LINEAGE_SUFFIX) for file in entry["files"] if file.endswith(LINEAGE_SUFFIX))
            if name.startswith(f"{length}/") and _stats(entry, name)["sequences"]
        ]
        if len(told) % 2 or sorted(zip(told[::2], told[1::2], strict=True)) != sorted(found):
            yield f"shards/{length}/blend.txt is missing, or not of the shards that are there; {_REPACK}"


def _of_row(row: Mapping[str, Any]) -> Sequence[str]:
    return [name for name in COUNTS if name in row or name == "tokens"]
