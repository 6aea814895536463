"""Training: what merges may and may not do, stable ids, and the same bytes each time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tokenizers import Regex, Tokenizer, pre_tokenizers

from tokenizer.morphemes import SEPARATOR
from tokenizer.special_tokens import SPECIAL_TOKENS
from tokenizer.train import SPLIT_PATTERN, save, train


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("API를 쓰는 함수", ["API", "를", " 쓰는", " 함수"]),
        ("안녕ㅋㅋㅋ  하세요", ["안녕ㅋㅋㅋ", " ", " 하세요"]),
        ("don't 'string' 'tis", ["don", "'t", " '", "string", "'", " '", "tis"]),
        ("12345개 1,234", ["123", "45", "개", " ", "1", ",", "234"]),
        ("f(a_b) != c", ["f", "(a", "_b", ")", " !=", " c"]),
        ("x:\n\n    return y\r\n", ["x", ":\n\n", "   ", " return", " y", "\r\n"]),
        ("if x:\n\treturn", ["if", " x", ":\n", "\treturn"]),
        ("हिन्दी の日本語", ["हिन्दी", " の日本語"]),
        ("ᄒᆞᆫ글 e\u0301t\u0301e", ["ᄒᆞᆫ글", " e\u0301t\u0301e"]),
        ("👨‍👩‍👧가족", ["👨‍👩‍👧", "가족"]),
        ("a\0b", ["a", "\0b"]),
    ],
)
def test_split_pattern(text: str, parts: list[str]) -> None:
    split = pre_tokenizers.Split(Regex(SPLIT_PATTERN), "isolated")
    assert [part for part, _ in split.pre_tokenize_str(text)] == parts


def test_no_token_spans_a_cut() -> None:
    texts = [f"학교{SEPARATOR}에서 학교{SEPARATOR}에 집{SEPARATOR}에서"] * 100
    vocabulary = train(texts, vocab_size=400).tokenizer.get_vocab()
    assert {_token(" 학교"), _token("에서"), _token("에")} <= set(vocabulary)
    assert not {token for token in vocabulary if _token("교에") in token or _token("집에") in token}
    free = train([text.replace(SEPARATOR, "") for text in texts], vocab_size=400).tokenizer.get_vocab()
    assert _token("학교에서") in free


def _token(text: str) -> str:
    """The name of a token in the vocabulary: its bytes as visible characters."""
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text)[0][0]


def test_special_tokens_come_first_and_all_bytes_follow() -> None:
    tokenizer = train(["가나다"], vocab_size=300).tokenizer
    assert [tokenizer.id_to_token(number) for number in range(len(SPECIAL_TOKENS))] == list(SPECIAL_TOKENS)
    alphabet = {tokenizer.id_to_token(number) for number in range(32, 288)}
    assert alphabet == set(pre_tokenizers.ByteLevel.alphabet())


@pytest.mark.parametrize(("texts", "size"), [([], 288), (["", "\n"], 288), (["가나다"], 288), (["가나다"] * 2, 296)])
def test_a_small_corpus_says_so(texts: list[str], size: int) -> None:
    trained = train(texts, vocab_size=1_000)
    assert (trained.vocab_size, trained.requested_vocab_size, trained.is_complete) == (size, 1_000, False)


def test_a_full_vocabulary_is_exactly_as_asked() -> None:
    trained = train([" ".join(chr(0xAC00 + number) * 2 for number in range(500))] * 2, vocab_size=1_000)
    assert (trained.vocab_size, trained.is_complete) == (1_000, True)


def test_a_vocabulary_without_room_for_the_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="vocab_size is 287, but 32 special tokens and 256 bytes need 288: ask for more"):
        train(["가"], vocab_size=287)


# Short words of few syllables: thousands of equally frequent pairs, and a pair that is met through many words.
_TRAIN_AND_PRINT_DIGEST = """
import hashlib, random, sys
from tokenizer.train import train
source = random.Random(0)
words = ["".join(chr(0xAC00 + source.randrange(300)) for _ in range(source.randrange(1, 5))) for _ in range(4000)]
texts = [" ".join(words[source.randrange(4000)] for _ in range(50)) for _ in range(2000)]
if sys.argv[1] == "reversed":
    texts.reverse()
print(hashlib.sha256(train(texts, vocab_size=4000).tokenizer.to_str().encode()).hexdigest())
"""


def test_same_texts_same_bytes_in_any_process_order_and_number_of_threads() -> None:
    root = Path(__file__).parents[2]
    digests = {
        subprocess.run(
            [sys.executable, "-c", _TRAIN_AND_PRINT_DIGEST, order],
            env={**os.environ, "TOKENIZERS_PARALLELISM": parallel, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for order, parallel, seed in (
            ("given", "true", "1"),
            ("given", "true", "2"),
            ("given", "false", "3"),
            ("reversed", "true", "4"),
            ("reversed", "false", "5"),
        )
    }
    assert len(digests) == 1


def test_saved_file_opens_in_the_library_and_knows_no_separator(tmp_path: Path) -> None:
    trained = train([f"학교{SEPARATOR}에서"] * 10, vocab_size=310)
    path = save(trained.tokenizer, directory=tmp_path / "new")
    assert {file.name for file in path.parent.iterdir()} == {"tokenizer.json", "tokenizer_config.json"}
    loaded = Tokenizer.from_file(str(path))
    assert loaded.get_vocab_size() == trained.vocab_size
    assert loaded.encode("학교에서").tokens == [_token("학교"), _token("에서")]
    assert loaded.encode("<|user|>").ids == [1]
    # The separator character itself is text like any other.
    assert loaded.decode(loaded.encode(f"가{SEPARATOR}나").ids) == f"가{SEPARATOR}나"
    assert SEPARATOR not in path.read_text(encoding="utf-8")
