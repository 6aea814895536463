"""What others make of the files: the reference encoder, transformers, tiktoken; on text of every kind."""

import json
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiktoken
from tiktoken.load import load_tiktoken_bpe
from tokenizers import Tokenizer
from transformers import AutoTokenizer

import malmoi
from tokenizer.encode import Encoder
from tokenizer.reference import ReferenceEncoder
from tokenizer.special_tokens import SPECIAL_TOKEN_IDS, SPECIAL_TOKENS

_FAMILY = "👨\u200d👩\u200d👧"


def fuzzed(count: int, seed: int) -> Iterator[str]:
    """Strings of all planes, decomposed and lone jamo, emoji sequences, special tokens, blanks, code, ordinary Korean."""
    rng = random.Random(seed)
    ranges = [(0, 0x7F), (0x80, 0x2FF), (0x300, 0x36F), (0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7A3), (0xA960, 0xD7FF)]
    ranges += [(0x2000, 0x2BFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xE000, 0xFFFF), (0x10000, 0x1FAFF), (0x20000, 0x10FFFF)]
    pieces = [
        *SPECIAL_TOKENS[:9],
        "<|",
        "|>",
        _FAMILY,
        "🇰🇷",
        "1️⃣",
        "학교에서",
        "갔다",
        "API를",
        "don't",
        "    ",
        "\r\n",
        "\t",
        "'s",
    ]
    for _ in range(count):
        parts: list[str] = []
        for _ in range(rng.randint(0, 12)):
            if rng.random() < 0.4:
                parts.append(rng.choice(pieces))
            else:
                low, high = rng.choice(ranges)
                parts.append("".join(map(chr, (rng.randint(low, high) for _ in range(rng.randint(1, 4))))))
        text = "".join(parts).encode("utf-8", "replace").decode()  # lone surrogates are no text
        yield unicodedata.normalize("NFD", text) if rng.random() < 0.1 else text


def check_round_trip(encoder: Encoder, texts: list[str]) -> None:
    for text, ids in zip(texts, encoder.encode_batch(texts), strict=True):
        assert encoder.decode(ids) == text
        assert not len(ids) or int(ids.min()) >= len(SPECIAL_TOKENS)


def test_fuzzed_strings_round_trip_and_make_no_special_token(encoder: Encoder) -> None:
    check_round_trip(encoder, list(fuzzed(5_000, 1)))


@pytest.mark.slow
def test_a_hundred_thousand_fuzzed_strings(encoder: Encoder) -> None:
    for seed in range(10):
        check_round_trip(encoder, list(fuzzed(10_000, seed)))


def test_a_line_of_10_mb(encoder: Encoder) -> None:
    text = "학교에서 <|user|> 갔다 abc " * 320_000
    assert len(text.encode()) > 10_000_000
    check_round_trip(encoder, [text])


def test_the_reference_agrees(tokenizer_path: Path, encoder: Encoder) -> None:
    reference = ReferenceEncoder(tokenizer_path)
    for text in fuzzed(3_000, 2):
        # Of characters newer than their tables the two engines of regular expressions may think differently.
        if all(unicodedata.category(letter) != "Cn" for letter in text):
            assert reference.encode(text) == encoder.encode(text).tolist(), text


def test_offsets_are_places_in_the_text(tokenizer_path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    text = "학교에서 API를 호출하면 doesn't"
    found = tokenizer.encode(text)
    assert "".join(dict.fromkeys(text[start:end] for start, end in found.offsets)) != ""
    assert [end for _, end in found.offsets] == sorted(end for _, end in found.offsets)
    assert (found.offsets[0][0], found.offsets[-1][1]) == (0, len(text))


def test_transformers_loads_it_with_its_chat_template(tokenizer_path: Path, encoder: Encoder) -> None:
    tokenizer = AutoTokenizer.from_pretrained(str(tokenizer_path.parent))
    text = "학교에서 API를 호출하면 2024년 doesn't\n    return"
    assert tokenizer(text)["input_ids"] == encoder.encode(text).tolist()
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert (tokenizer.eos_token_id, tokenizer.pad_token_id) == (0, SPECIAL_TOKEN_IDS["<|pad|>"])
    messages = [
        {"role": "system", "content": "짧게 답한다."},
        {"role": "user", "content": "안녕?"},
        {"role": "assistant", "content": "안녕하세요."},
        {"role": "user", "content": "학교는?"},
    ]
    rendered = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert rendered == (
        "<|user|>짧게 답한다.\n\n안녕?<|endofturn|><|assistant|>안녕하세요.<|endofturn|><|user|>학교는?<|endofturn|><|assistant|>"
    )
    assert len(tokenizer) == encoder.vocab_size


def test_tiktoken_reads_the_export(tokenizer_path: Path, encoder: Encoder, tmp_path: Path) -> None:
    path = tmp_path / "malmoi.tiktoken"
    assert malmoi.main(["tokenizer", "export", str(tokenizer_path), "--out", str(path)]) == 0
    told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    encoding = tiktoken.Encoding("malmoi", mergeable_ranks=load_tiktoken_bpe(str(path)), **told)
    assert encoding.n_vocab == encoder.vocab_size
    same = total = 0
    for text in fuzzed(2_000, 3):
        ids = encoding.encode(text, disallowed_special=())
        assert encoding.decode(ids) == text
        total += 1
        same += ids == encoder.encode(text).tolist()
    # tiktoken has no list of merges, so an entry that can be made in two ways may be made in the other.
    assert same / total > 0.97
