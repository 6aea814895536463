"""Retraining: ids that stay, ids that are new, and what a model needs to go over."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer

import malmoi
from tokenizer.assembling import save
from tokenizer.byte_names import bytes_of
from tokenizer.retraining import OldTokenizer, migration
from tokenizer.special_tokens import SPECIAL_TOKEN_IDS
from tokenizer.train import Training, count_words, train

OLD_TEXTS = ["학교에서 학교에 집에서 도서관에서 책을 읽었다. the old library was quiet"] * 30
NEW_TEXTS = ["병원에서 학교에서 의사가 환자를 보았다. 도서관에서 the new hospital was quiet"] * 30


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> OldTokenizer:
    trained = train(count_words(OLD_TEXTS), Training(vocab_size=340))
    return OldTokenizer.load(save(trained.tokenizer, directory=tmp_path_factory.mktemp("old")))


def ids_of(tokenizer: Tokenizer) -> dict[bytes, int]:
    return {bytes_of(n): i for n, i in tokenizer.get_vocab(with_added_tokens=False).items() if n not in SPECIAL_TOKEN_IDS}


@pytest.mark.parametrize("size", [330, 340, 360])
def test_what_stays_keeps_its_id(old: OldTokenizer, size: int) -> None:
    new = train(count_words(NEW_TEXTS), Training(vocab_size=size), old=old).tokenizer
    ids = ids_of(new)
    assert sorted([*SPECIAL_TOKEN_IDS.values(), *ids.values()]) == list(range(size))
    assert {token for token, number in ids.items() if old.ids.get(token, size) < size and old.ids[token] != number} == set()
    assert len(set(ids) & set(old.ids)) > 256
    for text in (*OLD_TEXTS[:1], *NEW_TEXTS[:1], "한글 😀 \0 <|user|>"):
        assert new.decode(new.encode(text).ids, skip_special_tokens=False) == text


def test_the_migration_accounts_for_every_row(old: OldTokenizer) -> None:
    new = train(count_words(NEW_TEXTS), Training(vocab_size=330), old=old).tokenizer
    told = migration(new, old)
    ids = ids_of(new)
    assert told["kept"] + len(told["moved"]) + len(told["new"]) == told["new_vocab_size"] == 330
    assert told["kept"] + len(told["moved"]) + len(told["removed"]) == told["old_vocab_size"] == 340
    by_id = {number: token for token, number in old.ids.items()}
    for row in told["new"]:
        token = bytes_of(row["token"])
        assert ids[token] == row["id"]
        assert token not in old.ids
        assert b"".join(by_id[piece] for piece in row["from"]) == token


def test_parts_of_characters_start_from_the_longest_old_parts(old: OldTokenizer) -> None:
    new = train(count_words(["뷁뷂뷃뷄뷅"] * 40), Training(vocab_size=300), old=old).tokenizer
    parts = [row for row in migration(new, old)["new"] if "\ufffd" in bytes_of(row["token"]).decode(errors="replace")]
    assert parts
    assert all(len(row["from"]) >= 2 for row in parts)


def test_the_same_corpus_changes_nothing(old: OldTokenizer) -> None:
    new = train(count_words(OLD_TEXTS), Training(vocab_size=340), old=old).tokenizer
    assert new.to_str() == old.tokenizer.to_str()
    told = migration(new, old)
    assert (told["kept"], told["moved"], told["new"], told["removed"]) == (340, [], [], [])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no"),
        ("{", "is not a tokenizer.json"),
        (
            Tokenizer.from_str('{"version":"1.0","model":{"type":"BPE","vocab":{},"merges":[]}}').to_str(),
            "was not trained by this project",
        ),
    ],
)
def test_what_cannot_be_started_from(tmp_path: Path, content: str | None, told: str) -> None:
    path = tmp_path / "old.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValueError, match=told):
        OldTokenizer.load(path)


def test_the_command(tmp_path: Path, old: OldTokenizer, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("\n".join(NEW_TEXTS), encoding="utf-8")
    old.tokenizer.save(str(tmp_path / "old.json"))
    words = ["tokenizer", "train", "--input", str(tmp_path / "a.txt"), "--out", str(tmp_path / "new"), "--vocab-size", "330"]
    assert malmoi.main([*words, "--from", str(tmp_path / "old.json")]) == 0
    assert "entries keep their ids" in capsys.readouterr().out
    assert json.loads((tmp_path / "new/migration.json").read_text(encoding="utf-8"))["new_vocab_size"] == 330
    assert malmoi.main([*words, "--from", str(tmp_path / "none.json")]) == 1
    assert "there is no" in capsys.readouterr().err
