"""tiktoken and tekken files give what their own rule gives: always join the neighbours whose union has the lowest rank."""

import base64
import json
import random
from collections.abc import Mapping
from itertools import pairwise

import pytest
import regex

from tokenizer.reading.formats import read_tokenizer
from tokenizer.reading.split_patterns import CL100K, GPT2, O200K, QWEN, QWEN_3_5, split_pattern_of

SYLLABLES = [syllable.encode() for syllable in "가나다라마안녕하세요"]
WORDS = [b"ab", b"abab", b"aba", b"ba", b"bab", b" a", b" ab", b"aa", b"aaa", *SYLLABLES]
WORDS += ["안녕".encode(), "하세요".encode(), "세요".encode(), " 안녕".encode(), b" \xea", b"\xea\xb0", b"\x80\xeb"]
RANKS = {token: rank for rank, token in enumerate([*(bytes([byte]) for byte in range(256)), *dict.fromkeys(WORDS)])}


def tiktoken_file(ranks: Mapping[bytes, int]) -> bytes:
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks.items())


def tekken_file(ranks: Mapping[bytes, int], *, pattern: str = CL100K) -> bytes:
    entries = [{"rank": rank, "token_bytes": base64.b64encode(token).decode()} for token, rank in ranks.items()]
    config = {"pattern": pattern, "default_vocab_size": len(ranks) + 10, "default_num_special_tokens": 10}
    more = {"rank": len(ranks), "token_bytes": base64.b64encode(b"abababab").decode()}
    return json.dumps({"config": config, "vocab": [*entries, more]}).encode()


def by_rank(text: str) -> list[int]:
    """The rule, slowly."""
    found: list[int] = []
    for word in regex.findall(CL100K, text):
        parts = [bytes([byte]) for byte in word.encode()]
        if word.encode() in RANKS:
            parts = [word.encode()]
        while True:
            ranks = [RANKS.get(left + right, 1 << 30) for left, right in pairwise(parts)]
            if not ranks or min(ranks) == 1 << 30:
                break
            place = ranks.index(min(ranks))
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
        found.extend(RANKS[part] for part in parts)
    return found


@pytest.mark.parametrize("content", [tiktoken_file(RANKS), tekken_file(RANKS)], ids=["tiktoken", "tekken"])
def test_agrees_with_the_rule(content: bytes) -> None:
    tokenizer = read_tokenizer(content, name="cl100k_base.tiktoken")
    assert tokenizer.num_entries == len(RANKS)
    chance = random.Random(5)
    alphabet = ["a", "b", "ab", "가", "나", "안녕", "하세요", " ", "\n", "1", "!", "é", "힣", "😀", "<|endoftext|>"]
    texts = ["".join(chance.choices(alphabet, k=chance.randrange(30))) for _ in range(400)]
    for text, tokens in zip(texts, tokenizer.tokens(texts), strict=True):
        assert tokens.ids.tolist() == by_rank(text), text
        assert tokenizer.decode(tokens.ids.tolist()) == text
    assert tokenizer.count(texts) == sum(len(by_rank(text)) for text in texts)


def test_single_bytes_are_known() -> None:
    entries = read_tokenizer(tiktoken_file(RANKS), name="cl100k").byte_entries
    assert [number for number, is_byte in enumerate(entries) if is_byte] == list(range(0x80, 0x100))


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (tiktoken_file(RANKS), "mine.tiktoken", "mine.tiktoken: a tiktoken file holds no split pattern"),
        (tiktoken_file({b"a": 0}), "o200k_base.tiktoken", "255 single bytes have no rank, the first of them 0"),
        (b"IQ== 0\nIg==\n", "cl100k.tiktoken", "line 2"),
        (b"IQ== 0\n!!!! 1\n", "cl100k.tiktoken", "line 2"),
        (b'{"config": {}, "vocab": []}', "tekken.json", "no tekken.json"),
        (b'{"config": {"default_vocab_size": 3, "default_num_special_tokens": 1}, "vocab": [{}]}', "t.json", "no tekken.json"),
        (b'{"a": 1}', "x.json", "neither a tokenizer.json"),
        (b'{"model": {"type": "none"}}', "x.json", "`tokenizers` cannot read it"),
        (b"{", "x.json", "damaged JSON"),
        (b"", "x", "no tokenizer that can be read"),
        (b"PK\x03\x04", "x", "no tokenizer that can be read"),
    ],
)
def test_mistakes(content: bytes, name: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        read_tokenizer(content, name=name)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("cl100k_base.tiktoken", CL100K),
        ("o200k_base.tiktoken.zst", O200K),
        ("qwen.tiktoken", QWEN),
        ("Qwen3_6.tiktoken", QWEN_3_5),
        ("qwen3.5-base.tiktoken", QWEN_3_5),
        ("llama-3.1/tokenizer.model", CL100K),
        ("llama4", O200K),
        ("r50k_base.tiktoken", GPT2),
    ],
)
def test_split_patterns(name: str, pattern: str) -> None:
    assert split_pattern_of(name) == pattern


@pytest.mark.parametrize("pattern", [CL100K, O200K, QWEN, QWEN_3_5, GPT2])
def test_patterns_lose_nothing(pattern: str) -> None:
    text = "안녕하세요, I'LL go 12345 e\u0301 नमस्ते\r\n\n  x\t\u3000 <|endoftext|>//\n 😀\u200d"
    assert "".join(regex.findall(pattern, text)) == text


def test_patterns_split_as_published() -> None:
    text = "Don't myServer 12345 नमस्ते a//\n"
    assert regex.findall(CL100K, text)[:3] == ["Don", "'t", " myServer"]
    assert regex.findall(O200K, text)[:4] == ["Don't", " my", "Server", " "]
    assert "123" in regex.findall(O200K, text)
    assert "1" in regex.findall(QWEN, text)
    assert " नमस्ते" in regex.findall(QWEN_3_5, text)
    assert " नमस्ते" not in regex.findall(QWEN, text)
    assert regex.findall(O200K, text)[-1] == "//\n"
