"""Continuing a prompt: the kept keys and values change nothing, draws are reproducible, and fill-in-the-middle reads as trained."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.tokenizer.conftest import CORPUS
from tokenizer.assembling import save
from tokenizer.encode import Encoder
from tokenizer.special_tokens import SPECIAL_TOKEN_IDS
from tokenizer.train import Training, count_words, train
from trainer.generate_command import prompt_ids, read_text, stop_ids
from trainer.model_config import ModelConfig
from trainer.sampling import Sampling
from trainer.usage_error import UsageError

torch = pytest.importorskip("torch")
pytest.importorskip("megatron.core")

from trainer.megatron import processes  # noqa: E402
from trainer.megatron.generate import _choose, generate  # noqa: E402
from trainer.megatron.model import build_chunks  # noqa: E402
from trainer.recipe import Layout  # noqa: E402

CONFIG = ModelConfig(
    num_layers=2,
    hidden_size=64,
    ffn_hidden_size=96,
    num_attention_heads=4,
    num_query_groups=2,
    head_dim=16,
    vocab_size=300,
    max_sequence_length=48,
    init_std=0.3,
)
PREFIX, MIDDLE, SUFFIX = (SPECIAL_TOKEN_IDS[f"<|fim_{part}|>"] for part in ("prefix", "middle", "suffix"))


@pytest.fixture(scope="module")
def chunk() -> Iterator[Any]:
    layout = Layout.model_validate({})
    with processes.running(layout, seed=1):
        yield build_chunks(CONFIG, layout=layout, precision="fp32", seed=1)[0].eval()


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    trained = train(count_words(CORPUS * 3), Training(vocab_size=300))
    return Encoder(save(trained.tokenizer, directory=tmp_path_factory.mktemp("tokenizer")))


def _new(chunk: Any, prompt: Sequence[int], *, stop: Sequence[int] = (), **settings: Any) -> list[int]:
    return list(generate(chunk, prompt, config=CONFIG, sampling=Sampling(**settings), stop_ids=stop))


@torch.no_grad()
def _whole_logits(chunk: Any, ids: list[int]) -> Any:
    return chunk(torch.tensor([ids]), torch.arange(len(ids))[None], None)[0, -1, : CONFIG.vocab_size]


@pytest.mark.parametrize("prompt", [[40], [40, 41, 42, 43, 44, 45, 46], list(range(60, 90))])
def test_each_token_is_the_likeliest_after_the_whole_line(chunk: Any, prompt: list[int]) -> None:
    line = list(prompt)
    for found in _new(chunk, prompt, max_tokens=16):
        assert found == int(_whole_logits(chunk, line).argmax())
        line.append(found)
    assert len(line) == len(prompt) + 16


def test_it_ends_at_the_length_that_the_model_reads(chunk: Any) -> None:
    assert len(_new(chunk, list(range(40, 80)), max_tokens=100)) == 8
    with pytest.raises(ValueError, match="the prompt has 48 tokens; the model reads 48"):
        _new(chunk, [40] * 48)
    with pytest.raises(ValueError, match="the prompt is empty"):
        _new(chunk, [])


def test_it_ends_before_a_stop_id(chunk: Any) -> None:
    all_ids = _new(chunk, [40, 41], max_tokens=12)
    stop = all_ids[5]
    assert _new(chunk, [40, 41], max_tokens=12, stop=[stop]) == all_ids[: all_ids.index(stop)]


def test_a_seed_is_a_text(chunk: Any) -> None:
    drawn = [_new(chunk, [40, 41], max_tokens=20, temperature=1.5, seed=seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert _new(chunk, [40, 41], max_tokens=20, temperature=1.5, top_p=1e-9, seed=3) == _new(chunk, [40, 41], max_tokens=20)


def test_draws_follow_the_probabilities_and_the_nucleus() -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    generator = torch.Generator().manual_seed(0)

    def counts(**settings: Any) -> list[float]:
        sampling = Sampling(**settings)
        drawn = [_choose(logits, sampling=sampling, generator=generator) for _ in range(4000)]
        return [drawn.count(number) / 4000 for number in range(4)]

    assert counts(temperature=1.0) == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.03)
    assert counts(temperature=1.0, top_p=0.79) == pytest.approx([0.625, 0.375, 0, 0], abs=0.03)
    assert counts(temperature=1.0, top_p=0.5)[0] == 1
    assert counts(temperature=0.5) == pytest.approx([0.685, 0.247, 0.062, 0.007], abs=0.03)
    assert counts(temperature=0.0)[0] == 1


def test_padding_of_the_vocabulary_is_never_drawn(chunk: Any) -> None:
    assert CONFIG.padded_vocab_size() == 384
    assert max(_new(chunk, [40], max_tokens=40, temperature=100.0, seed=5)) < 300


@pytest.mark.parametrize(
    "settings",
    [{"max_tokens": 0}, {"max_tokens": -1}, {"temperature": -0.1}, {"temperature": 101}, {"top_p": 0}, {"top_p": 1.1}],
)
def test_settings_without_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(settings))):
        Sampling(**settings)


# --- What the model reads


def test_prompts_are_ordinary_text(encoder: Encoder) -> None:
    text = "학교 <|endoftext|><|fim_middle|>"
    for ids in (
        prompt_ids(encoder, SPECIAL_TOKEN_IDS, prompt=text),
        prompt_ids(encoder, SPECIAL_TOKEN_IDS, prompt=None, prefix=text)[1:-2],
        prompt_ids(encoder, SPECIAL_TOKEN_IDS, prompt=None, suffix=text)[2:-1],
    ):
        assert ids == encoder.encode(text).tolist()
        assert min(ids) >= len(SPECIAL_TOKEN_IDS)


def test_the_parts_stand_as_in_training(encoder: Encoder) -> None:
    before, after = encoder.encode("def f(").tolist(), encoder.encode("):\n").tolist()
    parts: dict[str, Any] = {"prompt": None, "prefix": "def f(", "suffix": "):\n"}
    assert prompt_ids(encoder, SPECIAL_TOKEN_IDS, **parts) == [PREFIX, *before, SUFFIX, *after, MIDDLE]
    assert prompt_ids(encoder, SPECIAL_TOKEN_IDS, **parts, form="spm") == [PREFIX, SUFFIX, *after, MIDDLE, *before]
    assert prompt_ids(encoder, SPECIAL_TOKEN_IDS, prompt=None, suffix="") == [PREFIX, SUFFIX, MIDDLE]


def test_what_ends_a_text() -> None:
    assert stop_ids(SPECIAL_TOKEN_IDS, fill_in=False) == [0, 3]
    assert stop_ids(SPECIAL_TOKEN_IDS, fill_in=True) == [0, 3, PREFIX, MIDDLE, SUFFIX]


def test_a_file_as_prompt(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("가\n", encoding="utf-8")
    assert read_text(f"@{tmp_path}/p") == "가\n"
    assert (read_text("a"), read_text(None), read_text("")) == ("a", None, "")
    (tmp_path / "p").write_bytes(b"\xff")
    with pytest.raises(ValueError, match="is not UTF-8 text"):
        read_text(f"@{tmp_path}/p")
    with pytest.raises(FileNotFoundError):
        read_text(f"@{tmp_path}/q")
