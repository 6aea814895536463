"""What ``signatures`` leaves on disk, as the stages after it and later runs read it.

``RUN/signatures/<partition>.parquet`` has a row per document of the partition, in its order, in row groups of
:data:`CHUNK`; ``<partition>.bands-000.parquet`` …, one per row group, hold the band keys by range: the range of a key is its
upper bits, and the number of ranges a power of two, so that runs with different numbers of ranges read each other.
Documents are numbered through all indexes of a run: those of older runs first, in the order of the recipe, then its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filters.near_duplicates.buckets import Prints
from pipelines.engine import files
from pipelines.engine.fingerprint import digest
from pipelines.engine.partition import opened_parquet
from pipelines.engine.ranges import read_range
from pipelines.engine.stage import files_are_there

from .context import Context, as_made

#: Documents of a row group, and of a file of bands.
CHUNK = 65_536
BANDS_SCHEMA = pa.schema([("key", pa.uint64()), ("row", pa.int32())])

Ints = NDArray[np.int64]


def rows_schema(print_bytes: int) -> pa.Schema:
    """A row per document; ``same_as`` is the row of the chunk's first document with the same prints, which alone has band
    keys, or -1."""
    return pa.schema(
        [
            ("id", pa.string()),
            ("source", pa.string()),
            ("text_key", pa.binary(16)),
            ("id_key", pa.binary(16)),
            ("generation", pa.int32()),
            ("quality", pa.float32()),
            ("length", pa.int32()),
            ("present", pa.uint8()),
            ("same_as", pa.int32()),
            ("prints", pa.binary(print_bytes)),
        ]
    )


@dataclass(frozen=True)
class Part:
    """One partition of an index. ``first`` is the number of its first document."""

    name: str
    first: int
    num_documents: int
    bands: tuple[str, ...]

    @property
    def end(self) -> int:
        return self.first + self.num_documents


@dataclass(frozen=True)
class Index:
    """The signatures of one run: the number of its first document, and of its first generation."""

    directory: str
    #: The stage directory of the documents, which may be there no more.
    documents: str
    first: int
    parts: tuple[Part, ...]
    num_ranges: int
    first_generation: int
    num_generations: int
    num_kinds: int
    num_values: int
    #: How many documents it was made of, with those that takedowns took since.
    num_as_made: int

    def path(self, part: Part) -> str:
        return files.join(self.directory, f"{part.name}.parquet")

    @property
    def num_documents(self) -> int:
        return sum(part.num_documents for part in self.parts)

    @property
    def end(self) -> int:
        return self.first + self.num_documents


def older_manifests(context: Context) -> list[tuple[str, Mapping[str, Any]]]:
    """The signatures of the runs that the recipe names in ``[dedup] against``: directory and manifest.

    Raises:
        ValueError: one is not there, or not whole.
    """
    found: list[tuple[str, Mapping[str, Any]]] = []
    for given in context.recipe.dedup.against:
        directory = files.join(context.resolve(given), "signatures")
        manifest = files.read_json(files.join(directory, "manifest.json"))
        if not isinstance(manifest, dict) or not files_are_there(directory, manifest):
            raise ValueError(
                f"dedup.against: {given} has no finished index of signatures ({directory}); name the directory of a finished "
                "`malmoi build` with [dedup.near], or of `malmoi dedup`"
            )
        found.append((directory, manifest))
    return found


def num_as_made(manifest: Mapping[str, Any]) -> int:
    """How many documents a run had when it made its signatures."""
    return int(as_made(manifest["totals"]).get("stats", {}).get("documents", 0))


def content_of(manifest: Mapping[str, Any]) -> str:
    """What the files of a stage hold, as a hash, whatever made them."""
    return digest([[entry["name"], entry["files"]] for entry in manifest["partitions"]])


def indexes(context: Context) -> tuple[Index, ...]:
    """All indexes of a build, older ones first, its own last.

    Raises:
        ValueError: an older one cannot be compared with this run's.
    """
    own = context.manifests["signatures"]
    listed = [*older_manifests(context), (files.join(context.run, "signatures"), own)]
    found: list[Index] = []
    for directory, manifest in listed:
        if manifest["config"]["sketch"] != own["config"]["sketch"]:
            raise ValueError(_difference(directory, manifest["config"]["sketch"], own["config"]["sketch"]))
        first = found[-1].end if found else 0
        generation = found[-1].first_generation + found[-1].num_generations if found else 0
        found.append(_index(directory, manifest, first=first, first_generation=generation))
    return tuple(found)


def _difference(directory: str, older: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    settings = [f"{k} = {older.get(k)} there and {own[k]} here" for k in ("bands", "rows") if older.get(k) != own[k]]
    why = " and ".join(settings) or "they were made by another version of the shingles"
    remedy = "give this run the same [dedup.near]" if settings else "run the older build again"
    return f"dedup.against: the signatures in {directory} cannot be compared with this run's: {why}; {remedy}"


def _index(directory: str, manifest: Mapping[str, Any], *, first: int, first_generation: int) -> Index:
    parts: list[Part] = []
    end = first
    for entry in manifest["partitions"]:
        bands = tuple(sorted(name for name in entry["files"] if ".bands-" in name))
        parts.append(Part(entry["name"], end, int(entry["stats"]["documents"]), bands))
        end = parts[-1].end
    config = manifest["config"]
    sketch = config["sketch"]
    return Index(
        directory,
        files.join(directory.rsplit("/", 1)[0], config.get("documents", "documents")),
        first,
        tuple(parts),
        num_ranges=int(config["ranges"]),
        first_generation=first_generation,
        num_generations=int(config["generations"]),
        num_kinds=int(sketch["kinds"]),
        num_values=int(sketch["bands"]) * int(sketch["rows"]),
        num_as_made=num_as_made(manifest),
    )


def band_keys(index: Index, number: int, *, num_ranges: int) -> tuple[NDArray[np.uint64], Ints]:
    """The band keys of one of ``num_ranges`` ranges, and the number of the document that each is of."""
    keys: list[NDArray[np.uint64]] = [np.zeros(0, dtype=np.uint64)]
    numbers: list[Ints] = [np.zeros(0, dtype=np.int64)]
    own = _own_ranges(number, num_ranges, index.num_ranges)
    for part in index.parts:
        for base in part.bands:
            for of_file in own:
                table = read_range(files.join(index.directory, base), of_file)
                keys.append(table["key"].to_numpy())
                numbers.append(table["row"].to_numpy().astype(np.int64) + part.first)
    found, documents = np.concatenate(keys), np.concatenate(numbers)
    if num_ranges > index.num_ranges:
        among = range_of(found, num_ranges) == number
        found, documents = found[among], documents[among]
    return found, documents


def _own_ranges(number: int, num_ranges: int, of_index: int) -> range:
    """The ranges of an index that hold the keys of a range of another division."""
    if of_index <= num_ranges:
        return range(number * of_index // num_ranges, number * of_index // num_ranges + 1)
    return range(number * of_index // num_ranges, (number + 1) * of_index // num_ranges)


def range_of(keys: NDArray[np.uint64], num_ranges: int) -> NDArray[np.int64]:
    """The range of each key, by its upper bits; ``num_ranges`` is a power of two."""
    bits = num_ranges.bit_length() - 1
    return (keys >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(keys), dtype=np.int64)


def read_rows(path: str, rows: Ints, *, columns: Sequence[str]) -> pa.Table:
    """Some rows of a file of signatures, which must ascend; row groups without any are not read."""
    tables: list[pa.Table] = []
    with opened_parquet(path) as parquet:
        first = 0
        for group in range(parquet.num_row_groups):
            size = parquet.metadata.row_group(group).num_rows
            start, end = np.searchsorted(rows, [first, first + size])
            if end > start:
                table = parquet.read_row_group(group, columns=list(columns), use_threads=False)
                tables.append(table if end - start == size else table.take(pa.array(rows[start:end] - first)))
            first += size
        schema = parquet.schema_arrow
    chosen = pa.schema([schema.field(name) for name in columns])
    return pa.concat_tables([chosen.empty_table(), *(table.select(chosen.names) for table in tables)])


def read_prints(found: Sequence[Index], documents: Ints) -> tuple[Prints, NDArray[np.int32]]:
    """The prints and the generations of documents by their numbers, which must ascend."""
    own = found[-1]
    prints = Prints(
        np.empty((len(documents), own.num_kinds, own.num_values), dtype=np.uint8), np.empty(len(documents), dtype=np.uint8)
    )
    generations = np.empty(len(documents), dtype=np.int32)
    for index in found:
        for part in index.parts:
            start, end = np.searchsorted(documents, [part.first, part.end])
            if end > start:
                _fill(index, part, documents[start:end] - part.first, prints.part(start, end), generations[start:end])
    return prints, generations


def _fill(index: Index, part: Part, rows: Ints, prints: Prints, generations: NDArray[np.int32]) -> None:
    """Reads rows of one partition into arrays: this goes over all signatures again and again, so nothing is copied twice."""
    width = index.num_kinds * index.num_values
    with opened_parquet(index.path(part)) as parquet:
        first = 0
        for group in range(parquet.num_row_groups):
            size = parquet.metadata.row_group(group).num_rows
            start, end = np.searchsorted(rows, [first, first + size])
            if end > start:
                table = parquet.read_row_group(group, columns=["prints", "present", "generation"], use_threads=False)
                column = table["prints"].combine_chunks()
                data = np.frombuffer(column.buffers()[1], dtype=np.uint8)[column.offset * width :][: size * width]
                own = rows[start:end] - first
                np.take(data.reshape(size, width), own, axis=0, out=prints.values[start:end].reshape(-1, width), mode="clip")
                prints.present[start:end] = table["present"].to_numpy()[own]
                generations[start:end] = table["generation"].to_numpy()[own] + index.first_generation
            first += size
