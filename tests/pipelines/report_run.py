"""A small run directory, written as the engine writes one: what the tests of the report read.

Fifteen records in two partitions come in; twelve are documents, nine pass the filter, eight stay after dedup, and their
tokens make three equal segments. Every figure is small enough to be counted by hand.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
    "filter": {"k0": [Failure("pii_email", 1.0)], "k1": [Failure("pii_email", 1.0), Failure("pii_phone", 2.0)]}
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
PLAN = {
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
SHARDS = {
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


def build_run(
    directory: Path,
    *,
    until: str = "shards",
    texts: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """Write the run up to and with stage ``until``. ``texts`` replaces texts and ``names`` ids, by the names above."""
    run = str(directory)
    documents = {key: (*row[:4], (texts or {}).get(key, row[4])) for key, row in DOCUMENTS.items()}
    ids = {key: (names or {}).get(key, key) for key in documents}
    files.write_json(f"{run}/resolved.json", RESOLVED)
    with files.writing(f"{run}/recipe.toml") as out:
        out.write(b'name = "tiny"\nseed = 7\n')
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
    _late_stages(run, until=until)
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


def _late_stages(run: str, *, until: str) -> None:
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
    for stage, inputs in [
        ("tokenizer-sample", ["dedup-fingerprint"]),
        ("tokenizer", ["tokenizer-sample-fingerprint"]),
        ("tokens", ["dedup-fingerprint", "tokenizer-fingerprint"]),
        ("plan", ["tokens-fingerprint"]),
        ("shards", ["tokens-fingerprint", "tokenizer-fingerprint", "plan-fingerprint"]),
    ]:
        if stage == "plan":
            files.write_json(f"{run}/plan/plan.json", PLAN)
        if stage == "shards":
            files.write_json(f"{run}/shards/shards.json", SHARDS)
        totals: dict[str, Any] = {}
        if stage == "tokens":
            losses = {"dropped": 0, "duplicate": 0, "contaminated": 0, "unreadable": 0}
            entry = {"name": WEB, "in": 8, "kept": 8, **losses, "edited": 0, "files": {}, "stats": counted}
            totals["entries"] = [entry]
        write_manifest(run, stage, inputs=inputs, **{"entries": [], **totals})
        if stage == until:
            return
