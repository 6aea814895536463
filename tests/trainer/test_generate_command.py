"""``malmoi train generate`` on a model whose text is known: whatever it reads, it writes ``ab`` and ends."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

import malmoi
from tests.tokenizer.conftest import CORPUS
from tokenizer.assembling import save
from tokenizer.encode import Encoder
from tokenizer.special_tokens import SPECIAL_TOKEN_IDS
from tokenizer.train import Training, count_words, train
from trainer.events import CheckpointEvent
from trainer.model_config import ModelConfig

torch = pytest.importorskip("torch")
pytest.importorskip("megatron.core")

CONFIG = ModelConfig(
    num_layers=2,
    hidden_size=64,
    ffn_hidden_size=96,
    num_attention_heads=4,
    num_query_groups=2,
    head_dim=16,
    vocab_size=300,
    max_sequence_length=48,
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trained = train(count_words(CORPUS * 3), Training(vocab_size=300))
    return save(trained.tokenizer, directory=tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="module")
def run(tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Layers add nothing; the next token is a function of the last one: anything -> a -> b -> end of text."""
    from trainer.megatron.hugging_face import megatron_shapes
    from trainer.megatron.whole_model import save_whole_model

    encoder = Encoder(tokenizer)
    (a,), (b,) = encoder.encode("a").tolist(), encoder.encode("b").tolist()
    weights = {name: torch.zeros(shape) for name, shape in megatron_shapes(CONFIG).items()}
    embedding, output = weights["embedding.word_embeddings.weight"], weights["output_layer.weight"]
    weights["decoder.final_layernorm.weight"].fill_(1)
    embedding[:, 0] = 1
    embedding[a], embedding[b] = torch.eye(64)[1], torch.eye(64)[2]
    output[a], output[b], output[SPECIAL_TOKEN_IDS["<|endoftext|>"]] = torch.eye(64)[:3]
    folder = tmp_path_factory.mktemp("run")
    event = CheckpointEvent(
        run="r",
        kind="pretrain",
        step=3,
        path="",
        consumed_samples={},
        consumed_tokens={},
        tokenizer_sha256=encoder.fingerprint,
        shards_fingerprint="",
        special_tokens=SPECIAL_TOKEN_IDS,
        metrics={},
        model=asdict(CONFIG),
        precision="fp32",
        layout={"world_size": 1},
        versions={},
    )
    save_whole_model(weights, config=CONFIG, event=event, run=folder)
    (folder / "tokenizer").mkdir()
    shutil.copyfile(tokenizer, folder / "tokenizer" / "tokenizer.json")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ["--prompt", "학교에"],
        ["--prompt", "x" * 10, "--temperature", "0.01", "--seed", "3"],
        ["--prefix", "def f(", "--suffix", "):"],
        ["--prefix", "def f(", "--suffix", "):", "--form", "spm"],
        ["--suffix", "):"],
    ],
)
def test_it_writes_what_follows(run: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert malmoi.main(["train", "generate", str(run), *words]) == 0
    captured = capsys.readouterr()
    assert captured.out == "ab\n"


def test_ids_as_json_and_a_bound(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint = str(run / "checkpoints" / "step-00000003")
    assert malmoi.main(["train", "generate", checkpoint, "--prompt", "x", "--json", "--max-tokens", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["text"] == "a"
    assert len(told["ids"]) == len(told["prompt_ids"]) == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ([], 2, "give --prompt TEXT, or --prefix TEXT and --suffix TEXT"),
        (["--prompt", "a", "--suffix", "b"], 2, "give --prompt TEXT, or"),
        (["--prompt", ""], 2, "--prompt is empty"),
        (["--prompt", "a", "--top-p", "0"], 2, "top_p = 0.0: above 0"),
        (["--prompt", "a", "--temperature", "-1"], 2, "temperature = -1.0"),
        (["--prompt", "a", "--max-tokens", "0"], 2, "max_tokens = 0: at least 1"),
        (["--prompt", "@/nowhere"], 1, "/nowhere"),
        (["--prompt", "가" * 60], 1, "the model reads 48: shorten it"),
        (["--prompt", "a", "--tokenizer", "/nowhere"], 1, "no tokenizer with SHA-256"),
    ],
)
def test_what_cannot_be_done(run: Path, words: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert malmoi.main(["train", "generate", str(run), *words]) == code
    assert told in capsys.readouterr().err


def test_a_run_without_a_checkpoint_and_one_of_another_tokenizer(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert malmoi.main(["train", "generate", str(tmp_path), "--prompt", "a"]) == 1
    assert "is neither a checkpoint nor a training run with one" in capsys.readouterr().err
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    (copy / "tokenizer" / "tokenizer.json").write_bytes((run / "tokenizer" / "tokenizer.json").read_bytes() + b"\n")
    assert malmoi.main(["train", "generate", str(copy), "--prompt", "a"]) == 1
    assert "is another tokenizer than the one of" in capsys.readouterr().err
