"""A small run from texts to shards of two lengths, made by the stages' own jobs without a runner: in about a second.

Ten short documents of each kind with what could confuse a reader of shards (names of special tokens, half characters at cuts,
ids with line ends), one longer than the longest sequence, one that no use is planned of, and one that was dropped.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from filters.document import SEGMENTS, Failure
from pipelines.engine import files
from pipelines.engine.ledger import LedgerRow, add_up
from pipelines.engine.partition import PartitionWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Unit, commit
from pipelines.planned_uses import GROUP_SUMS, fim_of, plan_sums
from pipelines.recipe_tables import Fim
from pipelines.stages.shards import Pack
from pipelines.stages.shards_summary import special_tokens_of, summed
from pipelines.stages.tokens import Encode
from pipelines.stages.uses import Assign, shard_name
from tokenizer.assembling import save
from tokenizer.encode import Encoder
from tokenizer.indexed_dataset import optimal_dtype
from tokenizer.lineage import LINEAGE_SCHEMA, read_lineage, write_lineage
from tokenizer.train import Training, count_words, train

SHORT, LONG = 64, 256
SEED = 7
FIM = Fim.model_validate({"korean": 0.5, "multilingual": 0.0, "code": 0.7, "spm": 0.5, "split": "thirds"})
PARTITIONS = ("part-00000-000", "part-00001-000")
ODD_ID = "odd\nid \x1b[31m\u202e"
LONG_ID, UNUSED_ID, DROPPED_ID = "ko-long", "ko-unused", "ko-dropped"
_KOREAN = ["학교", "시장", "바다", "도서관", "공원", "마을", "노래", "편지", "역사", "이야기"]
_ENGLISH = ["school", "market", "harbour", "library", "garden", "letter", "history", "song"]


def texts() -> dict[str, tuple[str, str, str, str]]:
    """id -> (partition, segment, language, text)."""
    made: dict[str, tuple[str, str, str, str]] = {}
    for n in range(10):
        korean = f"{n}번째 글이다. " + " ".join(
            f"{_KOREAN[(n * 7 + k) % 10]}에서 {_KOREAN[(n + 3 * k) % 10]}를 보았다." for k in range(4 + n % 5)
        )
        english = f"Text {n}. " + " ".join(
            f"The {_ENGLISH[(n + k) % 8]} of the {_ENGLISH[(5 * n + k) % 8]}." for k in range(4 + n % 5)
        )
        code = "".join(f"def {_ENGLISH[(n + k) % 8]}_{n}(value):\n    return value * {k}\n\n" for k in range(2 + n % 3))
        half = PARTITIONS[n % 2]
        made[f"ko-{n}"] = (half, "korean", "ko", korean)
        made[f"en-{n}"] = (half, "multilingual", "en", english)
        made[f"py-{n}"] = (half, "code", "python", code)
    made["ko-special"] = (PARTITIONS[0], "korean", "ko", "글에 <|endoftext|> 라고 <|fim_prefix|> 쓴다. <|pad|> 도 그렇다.")
    made["ko-emoji"] = (PARTITIONS[1], "korean", "ko", "😀😁👩‍👩‍👧 갃낡닯 漢字 " * 6)
    made["ko-control"] = (PARTITIONS[0], "korean", "ko", "줄\x1b[2J바꿈\r\n탭\t끝\u202e반대 글자가 섞인 글이다.")
    made[ODD_ID] = (PARTITIONS[1], "multilingual", "en", "An id can hold anything, a line end for example.")
    made[LONG_ID] = (PARTITIONS[1], "korean", "ko", "\n".join(f"{n}째 줄에는 {_KOREAN[n % 10]}가 있다." for n in range(90)))
    made[UNUSED_ID] = (PARTITIONS[0], "korean", "ko", "아무도 쓰지 않는 글이다.")
    return made


def make_tokenizer(directory: Path) -> Path:
    trained = train(count_words([text for *_, text in texts().values()]), Training(vocab_size=600))
    return save(trained.tokenizer, directory=directory)


def repeats_of(identifier: str) -> tuple[int, int]:
    """How often a document is used, and the mask of the uses in long sequences."""
    number = int(hashlib.sha256(identifier.encode()).hexdigest()[:4], 16)
    if identifier == UNUSED_ID:
        return 0, 0
    return (1, 1) if identifier == LONG_ID else (1 + number % 2, number % 2 << (number % 2))


def build_packed_run(directory: Path, *, tokenizer: Path, fim: Fim = FIM) -> Path:
    """Writes the run."""
    run = str(directory)
    files.write_json(f"{run}/resolved.json", {"recipe": {"name": "packed", "source": [{"name": "made"}]}})
    files.write_json(f"{run}/.state/x.json", {})
    _documents(run, "ingest", inputs=[])
    _documents(run, "filter", inputs=["ingest-fingerprint"])
    with files.writing(f"{run}/tokenizer/tokenizer.json") as out:
        out.write(tokenizer.read_bytes())
    entry = {"name": "tokenizer", "files": {"tokenizer.json": out.description()}}
    _manifest(run, "tokenizer", [("tokenizer", entry)], inputs=[])
    _tokens(run, fim)
    _plan(run)
    _shards(run, fim)
    return directory


def _documents(run: str, stage: str, *, inputs: Sequence[str]) -> None:
    made: list[tuple[str, Any]] = []
    for partition in PARTITIONS:
        with PartitionWriter(f"{run}/{stage}", partition) as out:
            for identifier, (where, segment, language, text) in texts().items():
                if where == partition:
                    row = (
                        identifier,
                        text,
                        "made",
                        f"{partition}.txt",
                        "CC0-1.0",
                        segment,
                        language,
                        1.0,
                        [("knowledge", 0.5)],
                        [],
                    )
                    out.add(row, text_bytes=len(text.encode()))
            if partition == PARTITIONS[0]:
                row = (DROPPED_ID, "짧다", "made", "x.txt", "CC0-1.0", "korean", "ko", 1.0, [], [])
                if stage == "ingest":
                    out.add(row, text_bytes=6)
                else:
                    out.tally.entered("made", text_bytes=6)
                    out.record(
                        LedgerRow(
                            id=DROPPED_ID, action="dropped", failures=[Failure("length", 1.0, 2.0)], source="made", text_bytes=6
                        )
                    )
        made.append((partition, out.entry))
    _manifest(run, stage, made, inputs=inputs)


def _manifest(run: str, stage: str, entries: Sequence[tuple[str, Any]], *, inputs: Sequence[str], config: Any = None) -> None:
    for unit, entry in entries:
        commit(f"{run}/{stage}", unit, [entry])
    own = sorted((entry for _, entry in entries), key=lambda entry: entry["name"])
    totals = add_up([{k: v for k, v in entry.items() if k not in ("name", "files")} for entry in own])
    manifest = {"stage": stage, "fingerprint": f"{stage}-fingerprint", "inputs": list(inputs), "config": config or {}}
    files.write_json(f"{run}/{stage}/manifest.json", {**manifest, "partitions": own, "totals": totals})


def _tokens(run: str, fim: Fim) -> None:
    job = Encode(f"{run}/tokenizer/tokenizer.json", SEED, fim, max_tokens=SHORT, max_uses=4)
    job.setup()
    made: list[tuple[str, Any]] = []
    for partition in PARTITIONS:
        unit = Unit(partition, f"{run}/filter/{partition}.parquet", 1)
        made.append(
            (partition, job.run(unit, directory=f"{run}/tokens", progress=Progress(f"{run}/.state", stage="tokens"))[0])
        )
    config = {"seed": SEED, "fim": {**fim.model_dump(mode="json"), "max_tokens": SHORT, "uses": 4}}
    _manifest(run, "tokens", made, inputs=["filter-fingerprint", "tokenizer-fingerprint"], config=config)


def _plan(run: str) -> None:
    described: dict[str, Any] = {}
    sums: list[Any] = []
    knowledge = [{"segment": "korean", "low": low, "high": high, "factor": 1.0} for low, high in ((0.0, 0.4), (0.4, 1.0))]
    fim = fim_of(files.read_json(f"{run}/tokens/manifest.json"))
    for partition in PARTITIONS:
        documents = pq.read_table(f"{run}/tokens/{partition}.parquet")
        uses = np.array([repeats_of(identifier) for identifier in documents["id"].to_pylist()])
        table = pa.table({"repeats": pa.array(uses[:, 0], pa.int32()), "long": pa.array(uses[:, 1], pa.uint32())})
        with files.writing(f"{run}/plan/{partition}.parquet") as out:
            pq.write_table(table, out)
        described[f"{partition}.parquet"] = out.description()
        sums.append(plan_sums(documents, table, fim=fim, lengths=[SHORT, LONG], buckets=knowledge))
    plan = _plan_of(add_up(sums), knowledge)
    with files.writing(f"{run}/plan/plan.json") as out:
        out.write(files.to_json(plan))
    described["plan.json"] = out.description()
    _manifest(run, "plan", [("plan", {"name": "plan", "files": described, "stats": {}})], inputs=["tokens-fingerprint"])


def _plan_of(sums: Any, knowledge: list[dict[str, Any]]) -> dict[str, Any]:
    total = sum(row["planned_tokens"] for row in sums["segments"].values())
    lengths = {str(n): sum(row["by_length"].get(str(n), 0) for row in sums["segments"].values()) for n in (SHORT, LONG)}

    def rows(table: str, **more: Any) -> dict[str, Any]:
        return {
            key: {**row, **more, "epochs": round(row["planned_plain_tokens"] / row["tokens"], 6)}
            for key, row in sums[table].items()
        }

    segments = rows("segments")
    for row in segments.values():
        row |= {"share": row["planned_tokens"] / total, "target_tokens": row["planned_tokens"]}
    empty = dict.fromkeys(GROUP_SUMS, 0)
    return {
        "seed": SEED,
        "explanation": "",
        "limited_by": "",
        "total_tokens": total,
        "wanted_tokens": None,
        "max_epochs": 4,
        "short": "shrink",
        "shortfalls": [],
        "sequence_lengths": {name: {"share": tokens / total, "tokens": tokens} for name, tokens in lengths.items()},
        "segments": segments,
        "languages": rows("languages"),
        "sources": rows("sources", weight=1.0, min=0.0, max=1.0),
        "knowledge": [
            {**row, **empty, "epochs": 0.0, **sums["knowledge"].get(str(number), {})} for number, row in enumerate(knowledge)
        ],
    }


def _shards(run: str, fim: Fim) -> None:
    num_shards = {
        (length, segment): 2 if (length, segment) == (SHORT, "korean") else 1
        for length in (SHORT, LONG)
        for segment in SEGMENTS
    }
    assign = Assign(run, PARTITIONS, num_shards, (SHORT, LONG), fim)
    blobs: dict[str, list[bytes]] = {}
    progress = Progress(f"{run}/.state", stage="shards")
    for partition in PARTITIONS:
        for key, blob in assign.emit(Unit(partition, f"{run}/tokens/{partition}.parquet", 1), progress=progress):
            blobs.setdefault(key, []).append(blob)
    job = Pack(run, PARTITIONS, f"{run}/tokenizer/tokenizer.json")
    job.setup()
    made: list[tuple[str, Any]] = []
    for (length, segment), count in num_shards.items():
        for number in range(count):
            name = shard_name(length, segment, number)
            unit = Unit(name, (f"{length}/{segment}/part-{number:05d}", blobs.get(name, [])), 1)
            made.append((name, job.run(unit, directory=f"{run}/shards", progress=progress)[0]))
    _summary(run, [entry for _, entry in sorted(made)])
    _manifest(run, "shards", made, inputs=["tokens-fingerprint", "tokenizer-fingerprint", "plan-fingerprint"])


def _summary(run: str, entries: Sequence[Mapping[str, Any]]) -> None:
    encoder = Encoder(f"{run}/tokenizer/tokenizer.json")
    stats = add_up([entry["stats"] for entry in entries])
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for length in (SHORT, LONG):
        words: list[str] = []
        for segment in SEGMENTS:
            rows[length, segment] = dict(stats.get(str(length), {}).get(segment, {}))
            rows[length, segment]["shards"] = sum(entry["name"].startswith(f"{length}-{segment}-") for entry in entries)
        for entry in entries:
            for segment, counts in entry["stats"].get(str(length), {}).items():
                words += [str(counts["sequences"]), f"{segment}/part-{entry['name'][-5:]}"] if counts["sequences"] else []
        with files.writing(f"{run}/shards/{length}/blend.txt") as out:
            out.write((" ".join(words) + "\n").encode())
    summary = {
        "tokenizer": {"sha256": encoder.fingerprint, "vocab_size": encoder.vocab_size},
        "special_tokens": special_tokens_of(encoder),
        "dtype": optimal_dtype(encoder.vocab_size).name,
        "sequence_lengths": [SHORT, LONG],
        **summed(rows),
        "files": {name: told for entry in entries for name, told in sorted(entry["files"].items())},
    }
    files.write_json(f"{run}/shards/shards.json", summary)


def reseal(run: Path, stage: str) -> None:
    """Describes the files of a stage as they are now, as nothing but a fault of ours would leave them."""

    def described(partitions: Any) -> None:
        for entry in partitions:
            for name in entry["files"]:
                data = (run / stage / name).read_bytes()
                entry["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    for path in [*(run / stage / "parts").glob("*.json"), run / stage / "manifest.json"]:
        edit_json(path, lambda value: described(value["partitions"]))
    if stage == "shards":
        manifest = files.read_json(str(run / "shards/manifest.json"))
        named = {name: told for entry in manifest["partitions"] for name, told in entry["files"].items()}
        edit_json(run / "shards/shards.json", lambda value: value.update(files=named))


def edit_json(path: Path, change: Callable[[Any], None]) -> None:
    value = files.read_json(str(path))
    change(value)
    files.write_json(str(path), value)


def edit_table(path: Path, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """Changes the rows of a Parquet file."""
    table = pq.read_table(path)
    pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), schema=table.schema), path)


def edit_lineage(run: Path, shard: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """Changes the rows of a shard's lineage, in the order in which they stand."""
    path = run / f"shards/{shard}.lineage.parquet"
    rows = change(read_lineage(path).to_pylist())
    write_lineage(pa.Table.from_pylist(rows, schema=LINEAGE_SCHEMA), to=path)


def edit_tokens(run: Path, shard: str, change: Callable[[Any], None]) -> None:
    """Changes the ids of a shard, in place."""
    path = run / f"shards/{shard}.bin"
    ids = np.fromfile(path, dtype="<u2")
    change(ids)
    path.write_bytes(ids.tobytes())
