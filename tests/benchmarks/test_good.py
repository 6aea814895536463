"""The written good documents: enough of every kind, all distinct, prose of three sentences and more; and reading real ones."""

import json
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from benchmarks import good
from filters.words import split_sentences

WRITTEN = good.written()


@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_enough_of_every_kind(kind: str) -> None:
    assert len(WRITTEN[kind]) >= 8
    assert all(3 <= len(split_sentences(text)) <= 40 for text in WRITTEN[kind] if kind != "dialogue and interview")


def test_all_written_documents_differ() -> None:
    counts = Counter(text for texts in WRITTEN.values() for text in texts)
    assert max(counts.values()) == 1
    assert len(WRITTEN) >= 19


def test_groups() -> None:
    groups = good.written_groups()
    assert len(groups) == len(WRITTEN) + 2
    assert all(len(split_sentences(text)) >= 3 for text in groups["written, 3 sentences"])
    assert groups == good.written_groups()


def test_passages_of_the_splits_share_nothing() -> None:
    dev, test = (set(good.passages({}, split=split)) for split in ("dev", "test"))
    assert dev
    assert len(test) > len(dev)
    assert not dev & test


def test_real_text(tmp_path: Path) -> None:
    sentence = "이 문서는 설치하는 방법을 처음부터 끝까지 차례대로 설명합니다."
    rows = [
        {"id": "long", "text": f"{sentence} 둘째 문장도 여기에 있습니다.\n" * 4},
        {"id": "short", "text": sentence},
        {"id": "English", "text": "This is not Korean at all. " * 20},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "debian-faq.jsonl.zst").write_bytes(zstandard.compress(lines.encode()))
    reviews = [{"id": "1", "text": "짧다"}, {"id": "2", "text": "아주 재미있게 본 영화라서 " * 5}]
    packed = zstandard.compress("".join(json.dumps(row) + "\n" for row in reviews).encode())
    (tmp_path / "nsmc-reviews.jsonl.zst").write_bytes(packed)
    kinds = good.real(tmp_path, per_kind=5, seed=1)
    assert kinds["FAQ"] == [rows[0]["text"]]
    assert kinds["film reviews"] == [reviews[1]["text"]]
    assert {len(split_sentences(text)) for text in kinds["FAQ, 3 sentences"]} == {3}
    assert kinds == good.real(tmp_path, per_kind=5, seed=1)
