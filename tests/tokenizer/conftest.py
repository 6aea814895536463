"""A small tokenizer and one morpheme cutter, shared by the tests."""

from pathlib import Path

import pytest

from tokenizer.assembling import save
from tokenizer.encode import Encoder
from tokenizer.morphemes import MorphemeCutter
from tokenizer.train import Training, count_words, train

CORPUS = (
    "안녕하세요. 저는 학교에 갔다 왔습니다. 학교에서 친구를 만났다.",
    "형태소 분석기는 문장을 형태소로 나눈다. 분석기를 쓰면 문장이 보인다.",
    "API를 호출하면 2024년 12345원이 청구됩니다. API로 요청합니다.",
    "def main(argument):\n    for item in argument:\n        print(item['name'])\n    return None\n",
    "The quick brown fox doesn't jump over the lazy dog. It isn't the dog's fault.",
    "日本語の文章です。日本語の文章もあります。Überraschung! Größe.",
)


@pytest.fixture(scope="session")
def cutter() -> MorphemeCutter:
    return MorphemeCutter()


@pytest.fixture(scope="session")
def tokenizer_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trained = train(count_words(CORPUS * 3), Training(vocab_size=600))
    return save(trained.tokenizer, directory=tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="session")
def encoder(tokenizer_path: Path) -> Encoder:
    return Encoder(tokenizer_path)
