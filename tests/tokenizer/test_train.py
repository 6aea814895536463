"""Training: what merges may and may not do, stable ids, and the same bytes each time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer, pre_tokenizers

from tokenizer.assembling import save
from tokenizer.special_tokens import SPECIAL_TOKENS
from tokenizer.train import TrainedTokenizer, Training, count_words, train


def trained_on(texts: list[str], **settings: float) -> TrainedTokenizer:
    return train(count_words(texts), Training(**settings))


def test_tokens_keep_to_morphemes_where_that_costs_little() -> None:
    # Many nouns before two particles that begin alike (에서, 에): the end of a noun with a particle is frequent, and is no word.
    nouns = ["학교", "대교", "종교", "외교", "육교", "비교", "설교", "주교"]
    texts = [" ".join(noun + particle for noun in nouns for particle in ("에서", "에는", "를"))] * 20
    sizes: dict[float, int] = {}
    for misalignment in (0, 1000):
        tokenizer = trained_on(texts, vocab_size=318, misalignment=misalignment).tokenizer
        glued = {"교에서", "교에는", "교를", "교에"} & {tokenizer.decode([n]) for n in range(tokenizer.get_vocab_size())}
        sizes[misalignment] = len(tokenizer.encode(texts[0]).ids)
        assert bool(glued) == (misalignment == 0)
    assert sizes[1000] <= sizes[0] * 1.5


def test_whole_morphemes_are_joined() -> None:
    tokenizer = trained_on(["학교에서 집에서"] * 50, vocab_size=320, misalignment=1000).tokenizer
    assert tokenizer.encode("학교에서 집에서").tokens == [_token("학교에서"), _token(" 집에서")]


def _token(text: str) -> str:
    """The name of a token in the vocabulary: its bytes as visible characters."""
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text)[0][0]


def test_special_tokens_come_first_and_all_bytes_follow() -> None:
    tokenizer = trained_on(["가나다"], vocab_size=300).tokenizer
    assert [tokenizer.id_to_token(number) for number in range(len(SPECIAL_TOKENS))] == list(SPECIAL_TOKENS)
    alphabet = {tokenizer.id_to_token(number) for number in range(32, 288)}
    assert alphabet == set(pre_tokenizers.ByteLevel.alphabet())


@pytest.mark.parametrize(("texts", "size"), [([], 288), (["", "\n"], 288), (["가나다"], 288), (["가나다"] * 2, 296)])
def test_a_small_corpus_says_so(texts: list[str], size: int) -> None:
    trained = trained_on(texts, vocab_size=1_000, korean_weight=1)
    assert (trained.vocab_size, trained.requested_vocab_size, trained.is_complete) == (size, 1_000, False)


def test_a_full_vocabulary_is_exactly_as_asked() -> None:
    trained = trained_on([" ".join(chr(0xAC00 + number) * 2 for number in range(500))] * 2, vocab_size=1_000)
    assert (trained.vocab_size, trained.is_complete) == (1_000, True)


def test_a_vocabulary_without_room_for_the_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="vocab_size is 287, but 32 special tokens and 256 bytes need 288: ask for more"):
        Training(vocab_size=287)


# Short words of few syllables: thousands of equally frequent pairs, and a pair that is met through many words.
_TRAIN_AND_PRINT_DIGEST = """
import hashlib, random, sys
from tokenizer.train import Training, count_words, train
source = random.Random(0)
words = ["".join(chr(0xAC00 + source.randrange(300)) for _ in range(source.randrange(1, 5))) for _ in range(4000)]
texts = [" ".join(words[source.randrange(4000)] for _ in range(50)) for _ in range(2000)]
if sys.argv[1] == "reversed":
    texts.reverse()
print(hashlib.sha256(train(count_words(texts), Training(vocab_size=4000)).tokenizer.to_str().encode()).hexdigest())
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


def test_saved_file_opens_in_the_library(tmp_path: Path) -> None:
    trained = trained_on(["학교에서"] * 10, vocab_size=310)
    path = save(trained.tokenizer, directory=tmp_path / "new")
    assert {file.name for file in path.parent.iterdir()} == {"tokenizer.json", "tokenizer_config.json"}
    loaded = Tokenizer.from_file(str(path))
    assert loaded.get_vocab_size() == trained.vocab_size
    assert loaded.encode("학교에서").tokens == [_token("학교에서")]
    assert loaded.encode("<|user|>").ids == [1]
