"""Which models' data held documents: by the states of the shards that they read."""

import json
from pathlib import Path

import pytest

from pipelines.takedown.models import models_of, read_uses, states_up_to


def test_states_before_earlier_takedowns_held_the_documents_too() -> None:
    takedowns = [
        {"shards_fingerprint_before": "a", "shards_fingerprint_after": "b"},
        {"shards_fingerprint_before": "x", "shards_fingerprint_after": "y"},
        {"shards_fingerprint_before": "b", "shards_fingerprint_after": "c"},
    ]
    assert states_up_to("c", takedowns) == ["c", "b", "a"]
    assert states_up_to("z", takedowns) == ["z"]


def test_uses(tmp_path: Path) -> None:
    assert read_uses(str(tmp_path)) == []
    uses = [
        {"model": "말모이-1b", "shards_fingerprint": "a", "first_step": 0, "last_step": 900},
        {"model": "말모이-7b", "shards_fingerprint": "d", "first_step": 0, "last_step": None, "owner": "kim"},
    ]
    (tmp_path / "shards").mkdir()
    path = tmp_path / "shards/used_by.jsonl"
    path.write_text("\n".join(map(json.dumps, uses)) + "\n\n", encoding="utf-8")
    assert models_of(read_uses(str(tmp_path)), ["a"]) == uses[:1]
    for line in ("no json", "[]", '{"model": "x"}'):
        path.write_text(line, encoding="utf-8")
        with pytest.raises(ValueError, match=r"used_by.jsonl:1: no use"):
            read_uses(str(tmp_path))
