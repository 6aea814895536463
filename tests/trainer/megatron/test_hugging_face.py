"""Export to the Hugging Face format and back: the same numbers, the same logits, the same text; and what is refused."""

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

import malmoi
from tests.tokenizer.conftest import CORPUS
from tests.trainer.launching import train as launch
from tests.trainer.tiny_shards import VOCAB_SIZE, write_recipe, write_shards
from tokenizer.assembling import save
from tokenizer.encode import Encoder
from tokenizer.train import Training, count_words, train
from trainer.events import checkpoints, read_event
from trainer.export_command import export_checkpoint, import_folder, run_export
from trainer.hugging_face_config import from_config, to_config
from trainer.model_config import ModelConfig

torch = pytest.importorskip("torch")
pytest.importorskip("megatron.core")
safetensors = pytest.importorskip("safetensors.torch")
transformers = pytest.importorskip("transformers")

from trainer.megatron.generate import generate  # noqa: E402
from trainer.megatron.hugging_face import check_names, from_hugging_face, llama_shapes, megatron_shapes, to_hugging_face  # noqa: E402
from trainer.megatron.safetensors_folder import SafetensorsFolder, write_safetensors  # noqa: E402
from trainer.megatron.whole_model import whole_model  # noqa: E402
from trainer.sampling import Sampling  # noqa: E402

MODEL = ModelConfig(
    num_layers=3,
    hidden_size=64,
    ffn_hidden_size=96,
    num_attention_heads=4,
    num_query_groups=2,
    head_dim=24,
    vocab_size=300,
    max_sequence_length=256,
    rope_base=500_000.0,
)
#: Checkpoints of a real training, 6 steps of two lengths, under each layout and in each precision.
LAYOUTS = {
    "tensor": (2, "tensor = 2\nsequence_parallel = true"),
    "virtual pipeline": (2, "pipeline = 2\nvirtual_pipeline = 2"),
}


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trained = train(count_words(CORPUS * 3), Training(vocab_size=VOCAB_SIZE))
    path = save(trained.tokenizer, directory=tmp_path_factory.mktemp("built") / "tokenizer")
    assert Encoder(path).vocab_size == VOCAB_SIZE
    return path


def _llama(model: ModelConfig, *, dtype: Any = None) -> Any:
    """A random model whose numbers are large enough to tell mistakes apart."""
    config = transformers.LlamaConfig(
        vocab_size=model.vocab_size,
        hidden_size=model.hidden_size,
        intermediate_size=model.ffn_hidden_size,
        num_hidden_layers=model.num_layers,
        num_attention_heads=model.num_attention_heads,
        num_key_value_heads=model.num_query_groups,
        head_dim=model.head_dim,
        max_position_embeddings=model.max_sequence_length,
        rms_norm_eps=model.norm_eps,
        rope_parameters={"rope_type": "default", "rope_theta": model.rope_base},
        tie_word_embeddings=model.tie_embeddings,
        initializer_range=0.1,
    )
    torch.manual_seed(0)
    llama = transformers.LlamaForCausalLM(config).eval()
    for name, weight in llama.named_parameters():
        if "norm" in name:
            weight.data.uniform_(0.5, 1.5)
    return llama.to(dtype) if dtype else llama


def _folder(path: Path, *, tokenizer: Path, model: ModelConfig = MODEL, dtype: Any = None) -> tuple[Path, Any]:
    llama = _llama(model, dtype=dtype)
    llama.save_pretrained(path)
    shutil.copyfile(tokenizer, path / "tokenizer.json")
    return path, llama


def _tensors(folder: Path) -> dict[str, Any]:
    found = SafetensorsFolder(folder)
    return {name: found[name] for name in found}


def _same(left: dict[str, Any], right: dict[str, Any]) -> bool:
    return left.keys() == right.keys() and all(
        left[name].dtype == right[name].dtype and torch.equal(left[name], right[name]) for name in left
    )


def _reload(folder: Path) -> Any:
    return transformers.LlamaForCausalLM.from_pretrained(folder).eval()


# --- From and to, without training


@pytest.mark.parametrize(
    ("changes", "dtype"),
    [({}, None), ({"tie_embeddings": True}, None), ({"num_query_groups": 4, "head_dim": 16}, None), ({}, "bfloat16")],
)
def test_a_folder_comes_back_bit_for_bit(changes: dict[str, Any], dtype: str | None, tokenizer: Path, tmp_path: Path) -> None:
    model = replace(MODEL, **changes)
    source, _ = _folder(tmp_path / "source", tokenizer=tokenizer, model=model, dtype=getattr(torch, dtype) if dtype else None)
    checkpoint = import_folder(source, tmp_path / "run")
    again = export_checkpoint(checkpoint, tmp_path / "again", max_file_bytes=100_000)
    assert _same(_tensors(source), _tensors(again))
    assert len(list(again.glob("model-*.safetensors"))) > 3
    assert (again / "tokenizer.json").read_bytes() == tokenizer.read_bytes()
    assert not list(tmp_path.glob(".partial*"))
    assert from_config(json.loads((again / "config.json").read_text()), path="c") == replace(model, init_std=0.1)
    assert _reload(again).dtype == (getattr(torch, dtype) if dtype else torch.float32)


def test_logits_and_greedy_text_are_those_of_transformers(tokenizer: Path, tmp_path: Path) -> None:
    source, _ = _folder(tmp_path / "source", tokenizer=tokenizer)
    checkpoint = import_folder(source, tmp_path / "run")
    theirs = _reload(export_checkpoint(checkpoint, tmp_path / "out"))
    ids = torch.randint(40, MODEL.vocab_size, (3, 200), generator=torch.Generator().manual_seed(1))
    with whole_model(checkpoint) as model, torch.no_grad():
        positions = torch.arange(200)[None]
        logits = torch.cat([model.chunk(line[None], positions, None)[..., : MODEL.vocab_size] for line in ids])
        assert (logits - theirs(ids).logits).abs().max() < 1e-4
        for line in ids:
            prompt = line[:40]
            ours = list(generate(model.chunk, prompt.tolist(), config=MODEL, sampling=Sampling(max_tokens=64), stop_ids=[]))
            wanted = theirs.generate(prompt[None], max_new_tokens=64, do_sample=False, eos_token_id=None, pad_token_id=7)
            assert ours == wanted[0, 40:].tolist()
            assert len(ours) == 64


def test_an_imported_run_says_where_it_comes_from(tokenizer: Path, tmp_path: Path) -> None:
    source, _ = _folder(tmp_path / "source", tokenizer=tokenizer)
    checkpoint = import_folder(source, tmp_path / "run")
    assert checkpoint == tmp_path / "run/checkpoints/step-00000000"
    event = read_event(checkpoint)
    assert (event.kind, event.step, event.precision, event.tokenizer_sha256) == (
        "imported",
        0,
        "fp32",
        Encoder(tokenizer).fingerprint,
    )
    assert event.model == asdict(replace(MODEL, init_std=0.1))
    with pytest.raises(FileExistsError, match="is there already: give another --out"):
        import_folder(source, tmp_path / "run")


def test_half_precision_becomes_float32_exactly(tokenizer: Path, tmp_path: Path) -> None:
    source, _ = _folder(tmp_path / "source", tokenizer=tokenizer, dtype=torch.float16)
    again = export_checkpoint(import_folder(source, tmp_path / "run"), tmp_path / "again")
    tensors = _tensors(again)
    assert all(torch.equal(weight.float(), tensors[name]) for name, weight in _tensors(source).items())


# --- Checkpoints of layouts


@pytest.fixture(scope="module")
def trained(tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of 6 steps: one process in fp32 and bf16 and with tied embeddings, and each layout."""
    folder = tmp_path_factory.mktemp("trained")
    shards = write_shards(
        folder / "built" / "shards" if (folder / "built" / "shards").mkdir(parents=True) else folder / "built/shards",
        tokenizer=Encoder(tokenizer).fingerprint,
    )
    shutil.copytree(tokenizer.parent, folder / "built" / "tokenizer")

    def job(name: str, *, layout: str = "", edit: Callable[[str], str] = str) -> tuple[Path, Path]:
        path = write_recipe(folder / f"{name}.toml", shards=shards, steps=6, extra=f"[layout]\n{layout}\n")
        path.write_text(edit(path.read_text()))
        return path, folder / name

    launch(
        [
            job("one"),
            job("bf16", edit=lambda text: text.replace('"fp32"', '"bf16"')),
            job("tied", edit=lambda text: text.replace("num_query_groups = 2", "num_query_groups = 2\ntie_embeddings = true")),
            job(
                "first stage",
                edit=lambda text: text.replace("share = 0.75", "share = 0.999").replace("share = 0.25", "share = 0.001"),
            ),
        ]
    )
    launch([job(name, layout=layout) for name, (_, layout) in LAYOUTS.items()], world_size=2)
    return folder


@pytest.mark.parametrize("name", ["one", *LAYOUTS])
def test_a_checkpoint_of_any_layout_is_exported(trained: Path, name: str, tmp_path: Path) -> None:
    checkpoint = checkpoints(trained / name)[-1]
    folder = export_checkpoint(checkpoint, tmp_path / "out")
    theirs = _reload(folder)
    # The base and the length are those of the last stage.
    assert theirs.config.rope_parameters["rope_theta"] == 50_000
    assert (theirs.config.max_position_embeddings, theirs.config.vocab_size) == (128, VOCAB_SIZE)
    ids = torch.randint(40, VOCAB_SIZE, (2, 100), generator=torch.Generator().manual_seed(1))
    with whole_model(checkpoint) as model, torch.no_grad():
        logits = torch.cat([model.chunk(line[None], torch.arange(100)[None], None)[..., :VOCAB_SIZE] for line in ids])
        assert (logits - theirs(ids).logits).abs().max() < 1e-4
        prompt = ids[0, :30]
        ours = list(generate(model.chunk, prompt.tolist(), config=model.config, sampling=Sampling(max_tokens=64), stop_ids=[]))
    assert (
        ours
        == theirs.generate(prompt[None], max_new_tokens=64, do_sample=False, eos_token_id=None, pad_token_id=7)[0, 30:].tolist()
    )


def test_every_layout_exports_the_model_of_one_process(trained: Path, tmp_path: Path) -> None:
    folders = {
        name: _tensors(export_checkpoint(checkpoints(trained / name)[-1], tmp_path / name)) for name in ("one", *LAYOUTS)
    }
    for name in LAYOUTS:
        assert folders[name].keys() == folders["one"].keys()
        for weight, tensor in folders["one"].items():
            torch.testing.assert_close(folders[name][weight], tensor, atol=2e-4, rtol=1e-3)


def test_a_first_stage_has_its_own_length_and_base(trained: Path, tmp_path: Path) -> None:
    config = json.loads(
        (export_checkpoint(checkpoints(trained / "first stage")[-1], tmp_path / "out") / "config.json").read_text()
    )
    assert (config["max_position_embeddings"], config["rope_theta"]) == (64, 10_000)


def test_tied_embeddings_and_bf16(trained: Path, tmp_path: Path) -> None:
    tied = export_checkpoint(checkpoints(trained / "tied")[-1], tmp_path / "tied")
    assert "lm_head.weight" not in _tensors(tied)
    theirs = _reload(tied)
    assert theirs.config.tie_word_embeddings
    assert torch.equal(theirs.lm_head.weight, theirs.model.embed_tokens.weight)
    bf16 = export_checkpoint(checkpoints(trained / "bf16")[-1], tmp_path / "bf16")
    assert {tensor.dtype for tensor in _tensors(bf16).values()} == {torch.bfloat16}
    again = export_checkpoint(import_folder(bf16, tmp_path / "run"), tmp_path / "again")
    assert _same(_tensors(bf16), _tensors(again))


def test_the_command_and_the_files_that_others_read(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert malmoi.main(["export", str(trained / "one"), "--to", "hf", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert sorted(path.name for path in out.iterdir()) == [
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    tokenizer = transformers.AutoTokenizer.from_pretrained(out)
    chat = [{"role": "user", "content": "안녕 <|endoftext|>"}]
    assert tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True).endswith(
        "<|endofturn|><|assistant|>"
    )
    assert transformers.GenerationConfig.from_pretrained(out).eos_token_id == [0, 3]
    assert malmoi.main(["export", str(out), "--from", "hf", "--out", str(tmp_path / "run")]) == 0
    assert malmoi.main(["train", "generate", str(tmp_path / "run"), "--prompt", "안녕", "--max-tokens", "4", "--json"]) == 0
    imported = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert malmoi.main(["train", "generate", str(trained / "one"), "--prompt", "안녕", "--max-tokens", "4", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ids"] == imported["ids"]


# --- What is refused


CONFIG = to_config(MODEL, dtype="float32", special_tokens={"<|endoftext|>": 0, "<|pad|>": 7})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model_type": "mistral"}, "model_type = 'mistral' (only 'llama' is supported)"),
        ({"model_type": None}, "no model_type"),
        ({"architectures": ["LlamaForSequenceClassification"]}, "architectures = ['LlamaForSequenceClassification']"),
        ({"attention_bias": True}, "attention_bias = True (only False is supported)"),
        ({"mlp_bias": True, "hidden_act": "gelu"}, "hidden_act = 'gelu' (only 'silu' is supported); mlp_bias = True"),
        ({"sliding_window": 4096}, "sliding_window = 4096 (only None is supported)"),
        ({"quantization_config": {"bits": 4}}, "quantization_config"),
        ({"rope_parameters": {"rope_type": "llama3", "rope_theta": 5e5, "factor": 8}}, "rotary positions of type 'llama3'"),
        ({"rope_parameters": None, "rope_scaling": {"type": "linear", "factor": 2}}, "rotary positions of type 'linear'"),
        ({"rope_parameters": {"rope_theta": "big"}}, "rope_theta = 'big' is no base"),
        ({"hidden_size": -64}, "hidden_size = -64: a whole number above 0"),
        ({"num_hidden_layers": 2.5}, "num_hidden_layers = 2.5"),
        ({"vocab_size": None}, "vocab_size = None"),
        ({"num_key_value_heads": 3}, "num_attention_heads = 4 is no multiple of num_key_value_heads = 3"),
        ({"head_dim": None, "hidden_size": 66}, "hidden_size = 66 is no multiple of num_attention_heads = 4"),
    ],
)
def test_configurations_of_other_models(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=r"^config.json: ") as error:
        from_config(CONFIG | changes, path="config.json")
    assert told in str(error.value)


def test_old_spellings_of_a_configuration_are_read() -> None:
    old = {key: value for key, value in CONFIG.items() if key not in ("rope_parameters", "head_dim", "num_key_value_heads")}
    read = from_config(old | {"hidden_size": 96, "rope_theta": 123.0}, path="c")
    assert (read.rope_base, read.head_dim, read.num_query_groups) == (123.0, 24, 4)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda t: t.pop("model.norm.weight"), "model.norm.weight is missing"),
        (
            lambda t: t.update({"model.layers.0.self_attn.q_proj.bias": torch.zeros(96)}),
            "q_proj.bias has no place in the model",
        ),
        (lambda t: t.update({"lm_head.weight": torch.zeros(301, 64)}), "lm_head.weight is [301, 64], not [300, 64]"),
        (lambda t: t.update({"model.norm.weight": torch.zeros(64, dtype=torch.int8)}), "numbers of the kind I8"),
        (lambda t: [t.pop(name) for name in list(t) if ".layers.2." in name], "and 1 more"),
    ],
)
def test_folders_that_do_not_hold_their_model(edit: Callable[[Any], Any], told: str, tokenizer: Path, tmp_path: Path) -> None:
    source, _ = _folder(tmp_path / "source", tokenizer=tokenizer)
    tensors = _tensors(source)
    edit(tensors)
    safetensors.save_file(tensors, source / "model.safetensors")
    with pytest.raises(ValueError, match=str(source)) as error:
        import_folder(source, tmp_path / "run")
    assert told in str(error.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda f: (f / "config.json").unlink(), "is no model in the Hugging Face format"),
        (lambda f: (f / "config.json").write_text("{"), "is no JSON"),
        (lambda f: (f / "config.json").write_text("[]"), "is no object of JSON"),
        (lambda f: (f / "tokenizer.json").unlink(), "give --tokenizer TOKENIZER.JSON"),
        (lambda f: (f / "model.safetensors").unlink(), "only safetensors can be read"),
        (lambda f: (f / "model.safetensors").write_bytes(b"\x08" * 100), "is no file of safetensors"),
        (lambda f: (f / "model.safetensors.index.json").write_text("{}"), "has no weight_map"),
        (lambda f: (f / "model.safetensors.index.json").write_text('{"weight_map": {"a": "gone"}}'), "gone is missing"),
        (lambda f: (f / "config.json").write_text(json.dumps(CONFIG | {"vocab_size": 301})), "has 300 entries, the model 301"),
    ],
)
def test_folders_with_damaged_files(edit: Callable[[Path], Any], told: str, tokenizer: Path, tmp_path: Path) -> None:
    source, _ = _folder(tmp_path / "source", tokenizer=tokenizer)
    edit(source)
    with pytest.raises(ValueError, match=str(source)) as error:
        import_folder(source, tmp_path / "run")
    assert told in str(error.value)
    assert not (tmp_path / "run").exists()


def test_checkpoints_that_cannot_be_exported(
    trained: Path, tokenizer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained / "one", run)
    checkpoint = checkpoints(run)[-1]

    def told(*words: str) -> str:
        assert malmoi.main(["export", *words]) in (1, 2)
        return capsys.readouterr().err

    assert "is neither a checkpoint nor a training run" in told(str(tmp_path), "--to", "hf", str(tmp_path / "x"))
    assert "'gguf' is no format; there is: hf" in told(str(run), "--to", "gguf", str(tmp_path / "x"))
    assert "--from hf needs --out" in told(str(run), "--from", "hf")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    assert "is not empty" in told(str(run), "--to", "hf", str(tmp_path / "full"))
    other = tmp_path / "other.json"
    other.write_bytes(tokenizer.read_bytes() + b" ")
    assert "is another tokenizer than the one of" in told(
        str(run), "--to", "hf", str(tmp_path / "x"), "--tokenizer", str(other)
    )
    assert "no tokenizer with SHA-256" in told(
        str(run), "--to", "hf", str(tmp_path / "x"), "--tokenizer", str(tmp_path / "none")
    )
    for part in checkpoint.glob("*.distcp"):
        part.write_bytes(part.read_bytes()[:100])
    assert "cannot be read" in told(str(run), "--to", "hf", str(tmp_path / "x"))
    (checkpoint / "event.json").unlink()
    assert "is neither a checkpoint" in told(str(checkpoint), "--to", "hf", str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()
    assert not list(tmp_path.glob(".partial*"))
    with pytest.raises(ValueError, match="give --to hf DIR, or --from hf"):
        run_export("a", io.StringIO())


# --- The map by itself


def test_queries_keys_and_values_lie_by_group() -> None:
    """Row by row: of each query group its queries, its key, its value."""
    model = replace(MODEL, num_layers=1, hidden_size=2, head_dim=2)
    weights = {name: torch.zeros(shape) for name, shape in megatron_shapes(model).items()}
    weights["decoder.layers.0.self_attention.linear_qkv.weight"] = torch.arange(16.0)[:, None].expand(16, 2).contiguous()
    weights["decoder.layers.0.mlp.linear_fc1.weight"] = torch.arange(192.0)[:, None].expand(192, 2).contiguous()
    made = dict(to_hugging_face(weights, model=model))
    assert made["model.layers.0.self_attn.q_proj.weight"][:, 0].tolist() == [0, 1, 2, 3, 8, 9, 10, 11]
    assert made["model.layers.0.self_attn.k_proj.weight"][:, 0].tolist() == [4, 5, 12, 13]
    assert made["model.layers.0.self_attn.v_proj.weight"][:, 0].tolist() == [6, 7, 14, 15]
    assert made["model.layers.0.mlp.gate_proj.weight"][:, 0].tolist() == list(range(96))
    assert made["model.layers.0.mlp.up_proj.weight"][:, 0].tolist() == list(range(96, 192))
    assert made["model.embed_tokens.weight"].shape == (300, 2)
    assert {name: tuple(weight.shape) for name, weight in made.items()} == llama_shapes(model)
    back = from_hugging_face(made, model=model)
    assert _same(back, weights)


def test_names_of_transformer_engine_are_the_same_weights() -> None:
    model = replace(MODEL, num_layers=1)
    weights = {name: torch.rand(shape) for name, shape in megatron_shapes(model).items()}
    layer = "decoder.layers.0."
    fused = dict(weights)
    fused[layer + "self_attention.linear_qkv.layer_norm_weight"] = fused.pop(layer + "input_layernorm.weight")
    fused[layer + "mlp.linear_fc1.layer_norm_weight"] = fused.pop(layer + "pre_mlp_layernorm.weight")
    fused[layer + "self_attention.linear_qkv._extra_state"] = torch.zeros(0)
    assert _same(dict(to_hugging_face(fused, model=model)), dict(to_hugging_face(weights, model=model)))


def test_a_checkpoint_with_other_weights_is_refused() -> None:
    weights = {name: torch.zeros(shape) for name, shape in megatron_shapes(MODEL).items()}
    weights["decoder.layers.0.mlp.linear_fc1.bias"] = torch.zeros(1)
    with pytest.raises(ValueError, match=r"the checkpoint does not hold .*linear_fc1.bias has no place"):
        dict(to_hugging_face(weights, model=MODEL))
    check_names(llama_shapes(MODEL) | {"model.layers.0.self_attn.rotary_emb.inv_freq": (12,)}, model=MODEL, place="x")


def test_files_are_the_same_each_time(tmp_path: Path) -> None:
    weights = {name: torch.rand(shape) for name, shape in megatron_shapes(MODEL).items()}
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_safetensors(to_hugging_face(weights, model=MODEL), folder=tmp_path / name, max_file_bytes=50_000)
    assert [path.read_bytes() for path in sorted((tmp_path / "a").iterdir())] == [
        path.read_bytes() for path in sorted((tmp_path / "b").iterdir())
    ]
