"""A small run directory, written as the engine writes one: what the tests of the report read.

Fifteen records in two partitions come in; twelve are documents, nine pass the filter, eight stay after dedup, and their
tokens make three equal segments. Every figure is small enough to be counted by hand. ``OLDER_PLAN`` and ``OLDER_SHARDS`` are
what a version with one sequence length wrote.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.ledger import LedgerRow, add_up
from pipelines.engine.partition import PartitionWriter

WEB, CODE_AND_BOOKS = "part-00000-000", "part-00001-000"
#: name -> (partition, source, segment, language, text)
DOCUMENTS: dict[str, tuple[str, str, str, str, str]] = {
    "k0": (WEB, "web-ko", "korean", "ko", "말모이는 우리말을 모으는 일이다. 연락은 hong@example.com 으로."),
    "k1": (WEB, "web-ko", "korean", "ko", "전화는 010-1234-5678 이고 편지는 kim@example.com 이다."),
    "k2": (WEB, "web-ko", "korean", "ko", "가나다라마바사아자차카타파하"),
    "k3": (WEB, "web-ko", "korean", "ko", "동해물과 백두산이 마르고 닳도록"),
    "k4": (WEB, "web-ko", "korean", "ko", "짧다 ★★★"),
    "k5": (WEB, "web-ko", "korean", "ko", "짧다"),
    "e0": (CODE_AND_BOOKS, "books-en", "multilingual", "en", "Call me Ishmael."),
    "e1": (CODE_AND_BOOKS, "books-en", "multilingual", "en", "Call me Ishmael."),
    "e2": (CODE_AND_BOOKS, "books-en", "multilingual", "en", "no no no no no no"),
    "c0": (CODE_AND_BOOKS, "repos", "code", "python", "print('one')\n"),
    "c1": (CODE_AND_BOOKS, "repos", "code", "python", "print('two')\n"),
    "c2": (CODE_AND_BOOKS, "repos", "code", "python", "print('three')\n"),
}
SHORT = Failure("too_short", 2.0, 50.0, "fewer words than 50")
SYMBOLS = Failure("symbol_ratio", 0.375, 0.1)
REPEATED = Failure("repetition", 0.83, 0.2, "word 'no' six times")
LOSSES: dict[str, dict[str, tuple[str, list[Failure], str]]] = {
    "filter": {
        "k4": ("dropped", [SHORT, SYMBOLS], ""),
        "k5": ("dropped", [SHORT], ""),
        "e2": ("dropped", [REPEATED], ""),
    },
    "dedup": {"e1": ("duplicate", [Failure("exact_duplicate")], "e0")},
}
EDITS: dict[str, dict[str, list[Failure]]] = {
    "ingest": {"k3": [Failure("normalise_spaces", 3.0)]},
    "filter": {
        "k0": [Failure("pii_email_address", 1.0)],
        "k1": [Failure("pii_email_address", 1.0), Failure("pii_phone_number", 2.0)],
    },
}
INGEST_LOSSES: list[tuple[str, str, str, str, Failure]] = [
    (WEB, "web-ko", "bad-1", "unreadable", Failure("invalid_utf8", detail="byte 17 of record 3")),
    (WEB, "web-ko", "bad-2", "unreadable", Failure("truncated_record", detail="the file ends in the record")),
    (CODE_AND_BOOKS, "books-en", "empty-1", "dropped", Failure("empty_text", 0.0, 1.0)),
]
RESOLVED = {
    "fingerprint": "0123456789abcdef",
    "recipe": {
        "name": "tiny",
        "source": [
            {"name": "web-ko", "licence": "CC-BY-SA-4.0"},
            {"name": "books-en", "licence": "CC0-1.0"},
            {"name": "repos", "licence": "Apache-2.0"},
        ],
    },
}
OLDER_PLAN: dict[str, Any] = {
    "seed": 7,
    "sequence_length": 16,
    "segments": {
        name: {
            "documents": documents,
            "tokens": tokens,
            "share": 1 / 3,
            "target_tokens": 90,
            "epochs": 90 / tokens,
            "planned_documents": planned,
            "planned_tokens": 90,
        }
        for name, documents, tokens, planned in [
            ("korean", 4, 90, 4),
            ("multilingual", 1, 30, 3),
            ("code", 3, 45, 6),
        ]
    },
    "languages": {
        "ko": {"segment": "korean", "documents": 4, "tokens": 90, "planned_tokens": 90},
        "en": {"segment": "multilingual", "documents": 1, "tokens": 30, "planned_tokens": 90},
        "python": {"segment": "code", "documents": 3, "tokens": 45, "planned_tokens": 90},
    },
    "sources": {
        "web-ko": {"segment": "korean", "documents": 4, "tokens": 90, "planned_tokens": 90},
        "books-en": {"segment": "multilingual", "documents": 1, "tokens": 30, "planned_tokens": 90},
        "repos": {"segment": "code", "documents": 3, "tokens": 45, "planned_tokens": 90},
    },
}
OLDER_SHARDS: dict[str, Any] = {
    "tokenizer": {"sha256": "ab" * 32, "vocab_size": 1024},
    "special_tokens": {"<|pad|>": 1, "<|endoftext|>": 0, "<|r_1|>": 3, "<|r_0|>": 2, "<|r_2|>": 4, "<|r_7|>": 9},
    "dtype": "uint16",
    "sequence_length": 16,
    "segments": {
        name: {"shards": 1, "sequences": 6, "tokens": 90, "padding": 6, "share": 1 / 3}
        for name in ("korean", "multilingual", "code")
    },
    "files": {
        f"16/{name}/part-00000.{suffix}": {"bytes": num_bytes, "sha256": "cd" * 32}
        for name in ("korean", "multilingual", "code")
        for suffix, num_bytes in [("bin", 192), ("idx", 90)]
    },
}
_USES = {
    "korean": {"0": 0, "1": 4},
    "multilingual": {"0": 0, "1": 0, "2": 0, "3": 1},
    "code": {"0": 1, "1": 0, "2": 0, "3": 2},
}
_LIMITS = {"web-ko": (2.0, 0.0, 0.5), "books-en": (1.0, 0.1, 1.0), "repos": (1.0, 0.0, 0.3)}
#: Nine tenths of the tokens in sequences of 16, the others in sequences of 32.
PLAN: dict[str, Any] = {
    "seed": 7,
    "explanation": "korean is used once in full: the total is 270 tokens",
    "limited_by": "korean",
    "total_tokens": 270,
    "wanted_tokens": 300,
    "max_epochs": 4,
    "short": "shrink",
    "shortfalls": [
        {
            "what": "total_tokens",
            "wanted_tokens": 300,
            "possible_tokens": 270,
            "binding": "multilingual: 4 epochs <at most>",
            "remedy": "more multilingual text, or max_epochs = 5",
        }
    ],
    "sequence_lengths": {"16": {"share": 0.9, "tokens": 234}, "32": {"share": 0.1, "tokens": 36}},
    "segments": {
        name: {**row, "fim_documents": fim, "by_length": {"16": 78, "32": 12}, "uses": _USES[name]}
        for (name, row), fim in zip(OLDER_PLAN["segments"].items(), (0, 1, 3), strict=True)
    },
    "languages": {
        name: {**row, "planned_documents": planned, "epochs": 90 / row["tokens"], "share": share, "target_tokens": 90}
        for (name, row), planned, share in zip(OLDER_PLAN["languages"].items(), (4, 3, 6), (None, 1.0, None), strict=True)
    },
    "sources": {
        name: {**row, "weight": weight, "min": least, "max": most, "target_tokens": 90, "epochs": 90 / row["tokens"]}
        for (name, row), (weight, least, most) in zip(OLDER_PLAN["sources"].items(), _LIMITS.values(), strict=True)
    },
    "knowledge": [
        {
            "segment": "korean",
            "low": low,
            "high": high,
            "factor": factor,
            "documents": documents,
            "tokens": tokens,
            "planned_documents": documents,
            "planned_tokens": planned,
            "epochs": planned / tokens,
        }
        for low, high, factor, documents, tokens, planned in [
            (None, None, 1.0, 1, 15, 15),
            (None, 0.5, 1.0, 2, 50, 30),
            (0.5, None, 2.0, 1, 25, 45),
        ]
    ],
}
_COUNTS: dict[str, dict[str, int]] = {
    "16": {"documents": 3, "tokens": 78, "sequences": 5, "padding": 2, "pieces": 4, "split_documents": 1, "fim_documents": 1},
    "32": {"documents": 1, "tokens": 12, "sequences": 1, "padding": 20, "pieces": 1, "split_documents": 0, "fim_documents": 0},
}
SHARDS: dict[str, Any] = {
    **{key: OLDER_SHARDS[key] for key in ("tokenizer", "special_tokens", "dtype")},
    "sequence_lengths": [16, 32],
    "segments": {
        name: {**{key: sum(counts[key] for counts in _COUNTS.values()) for key in _COUNTS["16"]}, "shards": 2, "share": 1 / 3}
        for name in OLDER_SHARDS["segments"]
    },
    "lengths": {
        length: {
            "tokens": 3 * counts["tokens"],
            "share": 3 * counts["tokens"] / 270,
            "segments": {name: {**counts, "shards": 1} for name in OLDER_SHARDS["segments"]},
        }
        for length, counts in _COUNTS.items()
    },
    "files": {
        f"{length}/{name}/part-00000{suffix}": {"bytes": num_bytes, "sha256": "cd" * 32}
        for length in _COUNTS
        for name in OLDER_SHARDS["segments"]
        for suffix, num_bytes in [(".bin", 192), (".idx", 90), (".lineage.parquet", 18)]
    },
}
#: Document -> (tokens, characters), of what is left after dedup.
LENGTHS = {
    **{"k0": (30, 39), "k1": (20, 41), "k2": (25, 14), "k3": (15, 17)},
    **{"e0": (30, 16), "c0": (10, 13), "c1": (15, 13), "c2": (20, 15)},
}
FORECAST: dict[str, Any] = {
    "version": 1,
    "confidence": 0.95,
    "stages": {
        "filter": {
            "in": {"low": 12, "expected": 12, "high": 12},
            "kept": {"low": 8, "expected": 9, "high": 10},
            "retention": {"low": 0.7, "expected": 0.74, "high": 0.8},
        },
        "dedup": {"retention": {"low": 0.95, "expected": 0.97, "high": 0.99}},
        "decontaminate": {"retention": {"low": 0.9, "expected": 1.0, "high": 1.0}},
    },
    "rules": {
        "filter": {"too_short": {"low": 1, "expected": 2, "high": 3}, "language_score": {"low": 0, "expected": 1, "high": 2}},
        "decontaminate": {"contaminated": {"low": 0, "expected": 1, "high": 2}},
    },
    "unseen": {"filter": 1, "decontaminate": 1},
    "segments": {
        "korean": {
            "documents": {"low": 3, "expected": 4, "high": 5},
            "tokens": {"low": 80, "expected": 88, "high": 95},
            "share": 0.3333,
            "epochs": {"low": 1.1, "expected": 1.2, "high": 1.3},
        }
    },
    "languages": {"ko": {"segment": "korean", "tokens": {"low": 80, "expected": 88, "high": 95}}},
    "sources": {"web-ko": {"files": None, "planned_tokens": {"low": 80, "expected": 90, "high": 95}}},
    "tokens": {"low": 150, "expected": 160, "high": 170},
    "hours": {"low": 0.01, "expected": 0.02, "high": 0.03},
    "disk_bytes": {"low": 0, "expected": 1, "high": 2},
}
TIMING: dict[str, Any] = {
    "version": 1,
    "stages": {
        "ingest": {
            "fingerprint": "ingest-fingerprint",
            "units": 2,
            "sessions": [
                {"seconds": 1.5, "workers": 2, "units": 1, "bytes": 300},
                {"seconds": 0.5, "workers": 2, "units": 1, "bytes": 200},
            ],
        },
        "filter": {
            "fingerprint": "filter-fingerprint",
            "units": 2,
            "sessions": [{"seconds": 90.0, "workers": 2, "units": 1, "bytes": 9}],
        },
        "dedup": {"fingerprint": "of-other-documents", "units": 2, "sessions": [{"seconds": 7.0, "workers": 2, "units": 2}]},
    },
}


def build_run(
    directory: Path,
    *,
    until: str = "shards",
    older: bool = False,
    texts: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """Write the run up to and with stage ``until``, as an ``older`` version did. ``texts`` replaces texts and ``names`` ids."""
    run = str(directory)
    documents = {key: (*row[:4], (texts or {}).get(key, row[4])) for key, row in DOCUMENTS.items()}
    ids = {key: (names or {}).get(key, key) for key in documents}
    files.write_json(f"{run}/resolved.json", RESOLVED)
    with files.writing(f"{run}/recipe.toml") as out:
        out.write(b'name = "tiny"\nseed = 7\n')
    if not older:
        files.write_json(f"{run}/forecast.json", FORECAST)
        files.write_json(f"{run}/timing.json", TIMING)
    alive = list(documents)
    inputs: list[str] = []
    for stage in ("ingest", "filter", "dedup"):
        alive = _document_stage(run, stage, alive, documents=documents, ids=ids, inputs=inputs)
        inputs = [f"{stage}-fingerprint"]
        if stage == until:
            return run
        if stage == "ingest":
            write_manifest(run, "knowledge-sample", entries=[], inputs=[])
            write_manifest(run, "knowledge", entries=[], inputs=["knowledge-sample-fingerprint"])
        if stage == "filter":
            write_manifest(run, "duplicates", entries=[], inputs=inputs)
            inputs.append("duplicates-fingerprint")
    _late_stages(run, until=until, older=older)
    return run


def _document_stage(
    run: str,
    stage: str,
    alive: Sequence[str],
    *,
    documents: Mapping[str, tuple[str, str, str, str, str]],
    ids: Mapping[str, str],
    inputs: Sequence[str],
) -> list[str]:
    lost = LOSSES.get(stage, {})
    entries: list[dict[str, Any]] = []
    for name in (WEB, CODE_AND_BOOKS):
        with PartitionWriter(f"{run}/{stage}", name) as writer:
            for key in alive:
                partition, source, segment, language, text = documents[key]
                if partition == name:
                    known = stage != "ingest" or segment == "code"
                    row = (ids[key], source, segment if known else "", language if known else "", text)
                    _one(writer, row, lost.get(key), EDITS.get(stage, {}).get(key))
            if stage == "ingest":
                _ingest_losses(writer, name)
        entries.append(writer.entry)
        files.write_json(f"{run}/{stage}/parts/{name}.json", {"unit": name, "partitions": [writer.entry]})
    write_manifest(run, stage, entries=entries, inputs=inputs)
    return [key for key in alive if key not in lost]


def _one(
    writer: PartitionWriter,
    row: tuple[str, str, str, str, str],
    loss: tuple[str, list[Failure], str] | None,
    edits: list[Failure] | None,
) -> None:
    id_, source, segment, language, text = row
    size = len(text.encode())
    about: dict[str, Any] = {
        "id": id_,
        "source": source,
        "uri": f"file:///data/{source}/{id_}",
        "segment": segment,
        "language": language,
        "text_bytes": size,
    }
    if loss is not None:
        action, failures, kept_id = loss
        writer.tally.entered(source, text_bytes=size)
        writer.record(LedgerRow(**about, action=action, failures=failures, kept_id=kept_id))  # type: ignore[arg-type]
        return
    if edits:
        writer.record(LedgerRow(**about, action="edited", failures=edits))
    writer.add((id_, text, source, about["uri"], "", segment, language, 1.0, [], []), text_bytes=size)


def _ingest_losses(writer: PartitionWriter, name: str) -> None:
    for partition, source, id_, action, failure in INGEST_LOSSES:
        if partition == name:
            writer.tally.entered(source, text_bytes=10)
            row = LedgerRow(id=id_, source=source, action=action, failures=[failure], text_bytes=10)  # type: ignore[arg-type]
            writer.record(row)
    if name == WEB:
        writer.tally.not_documents.update({"request": 3, "warcinfo": 1})


def write_manifest(run: str, stage: str, *, entries: Sequence[Mapping[str, Any]], inputs: Sequence[str], **totals: Any) -> None:
    """``manifest.json`` as the engine's ``Stage.finish`` writes it; ``totals`` replaces the sums."""
    summed = add_up([{k: v for k, v in entry.items() if k not in ("name", "files")} for entry in entries])
    manifest = {
        "stage": stage,
        "fingerprint": f"{stage}-fingerprint",
        "config": {},
        "inputs": list(inputs),
        "code": "code",
        "partitions": list(entries),
        "totals": {**summed, **totals},
    }
    files.write_json(f"{run}/{stage}/manifest.json", manifest)


def _late_stages(run: str, *, until: str, older: bool) -> None:
    counted = {
        "languages": {
            "ko": {"documents": 4, "text_bytes": 270, "characters": 117, "tokens": 90},
            "en": {"documents": 1, "text_bytes": 16, "characters": 16, "tokens": 30},
            "python": {"documents": 3, "text_bytes": 41, "characters": 41, "tokens": 45},
        },
        "segments": {
            "korean": {"documents": 4, "text_bytes": 270, "characters": 117, "tokens": 90},
            "multilingual": {"documents": 1, "text_bytes": 16, "characters": 16, "tokens": 30},
            "code": {"documents": 3, "text_bytes": 41, "characters": 41, "tokens": 45},
        },
    }
    if not older:
        counted = {
            kind: {
                name: {**row, "words": row["tokens"] // 3, "byte_tokens": row["tokens"] // 10} for name, row in table.items()
            }
            for kind, table in counted.items()
        }
    for stage, inputs in [
        ("tokenizer-sample", ["dedup-fingerprint"]),
        ("tokenizer", ["tokenizer-sample-fingerprint"]),
        ("tokens", ["dedup-fingerprint", "tokenizer-fingerprint"]),
        ("plan", ["tokens-fingerprint"]),
        ("shards", ["tokens-fingerprint", "tokenizer-fingerprint", "plan-fingerprint"]),
    ]:
        if stage == "plan":
            files.write_json(f"{run}/plan/plan.json", OLDER_PLAN if older else PLAN)
        if stage == "shards":
            files.write_json(f"{run}/shards/shards.json", OLDER_SHARDS if older else SHARDS)
        totals: dict[str, Any] = {}
        if stage == "tokens":
            losses = {"dropped": 0, "duplicate": 0, "contaminated": 0, "unreadable": 0}
            described = {name: _token_table(run, name, older=older) for name in (WEB, CODE_AND_BOOKS)}
            counts = {"in": 8, "kept": 8, **losses, "edited": 0}
            totals["entries"] = [
                {"name": WEB, **counts, "files": described[WEB], "stats": counted},
                {"name": CODE_AND_BOOKS, **dict.fromkeys(counts, 0), "files": described[CODE_AND_BOOKS], "stats": {}},
            ]
        write_manifest(run, stage, inputs=inputs, **{"entries": [], **totals})
        if stage == until:
            return


def _token_table(run: str, partition: str, *, older: bool) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for key, (num_tokens, characters) in LENGTHS.items():
        own, source, segment, language, _ = DOCUMENTS[key]
        if own == partition:
            row = {"id": key, "source": source, "segment": segment, "language": language, "num_tokens": num_tokens}
            rows.append(row if older else {**row, "characters": characters})
    Path(f"{run}/tokens").mkdir(exist_ok=True)
    path = Path(f"{run}/tokens/{partition}.parquet")
    pq.write_table(pa.Table.from_pylist(rows), path)
    return {path.name: {"bytes": path.stat().st_size, "sha256": ""}}
