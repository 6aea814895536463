"""The ``config.json`` of a Llama model in the Hugging Face format, from the sizes of a model and back.

Sizes enter and a dictionary leaves, or a dictionary enters and sizes leave. What this trainer cannot be (biases, another
activation, a sliding window, scaled rotary positions, another family) is refused, all reasons at once. Read against
``LlamaConfig`` of transformers 4.57 and 5.23; both spellings of what changed between them are written and read.
"""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Literal

from tokenizer.special_tokens import END_OF_TEXT, END_OF_TURN, PAD

from .model_config import ModelConfig

Dtype = Literal["float32", "bfloat16"]

#: Keys that have to have this value, or not be there.
_ONLY: dict[str, tuple[Any, ...]] = {
    "model_type": ("llama",),
    "hidden_act": ("silu",),
    "attention_bias": (False, None),
    "mlp_bias": (False, None),
    "attention_dropout": (0, 0.0, None),
    "pretraining_tp": (1, None),
    "sliding_window": (None,),
    "use_sliding_window": (False, None),
    "quantization_config": (None,),
    "partial_rotary_factor": (1, 1.0, None),
    "num_local_experts": (None,),
}


def to_config(model: ModelConfig, *, dtype: Dtype, special_tokens: Mapping[str, int]) -> dict[str, Any]:
    """``config.json``; ``model`` with the RoPE base and the length of the stage that the weights come from."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": model.vocab_size,
        "hidden_size": model.hidden_size,
        "intermediate_size": model.ffn_hidden_size,
        "num_hidden_layers": model.num_layers,
        "num_attention_heads": model.num_attention_heads,
        "num_key_value_heads": model.num_query_groups,
        "head_dim": model.head_dim,
        "hidden_act": "silu",
        "max_position_embeddings": model.max_sequence_length,
        "rms_norm_eps": model.norm_eps,
        "rope_theta": model.rope_base,
        "rope_parameters": {"rope_theta": model.rope_base, "rope_type": "default"},
        "tie_word_embeddings": model.tie_embeddings,
        "attention_bias": False,
        "attention_dropout": 0.0,
        "mlp_bias": False,
        "initializer_range": model.init_std,
        "use_cache": True,
        "bos_token_id": None,
        "eos_token_id": special_tokens[END_OF_TEXT],
        "pad_token_id": special_tokens[PAD],
        "dtype": dtype,
        "torch_dtype": dtype,
    }


def generation_config(special_tokens: Mapping[str, int]) -> dict[str, Any]:
    """``generation_config.json``: an answer ends at the end of the text or of the turn."""
    return {
        "do_sample": False,
        "bos_token_id": None,
        "eos_token_id": [special_tokens[END_OF_TEXT], special_tokens[END_OF_TURN]],
        "pad_token_id": special_tokens[PAD],
    }


def from_config(config: Mapping[str, Any], *, path: str | PurePath) -> ModelConfig:
    """The sizes of a Llama model. Raises ``ValueError`` naming everything in ``config`` that this trainer has no place for."""
    if not isinstance(config.get("model_type"), str):
        raise ValueError(f"{path}: no model_type, so this is no config.json of the Hugging Face format")
    mistakes = [
        f"{key} = {config[key]!r} (only {allowed[0]!r} is supported)"
        for key, allowed in _ONLY.items()
        if key in config and config[key] not in allowed
    ]
    architectures = config.get("architectures") or ["LlamaForCausalLM"]
    if architectures != ["LlamaForCausalLM"]:
        mistakes.append(f"architectures = {architectures!r} (only ['LlamaForCausalLM'] is supported)")
    base, rope_mistake = _rope(config)
    if mistakes := [*mistakes, *([rope_mistake] if rope_mistake else [])]:
        raise ValueError(f"{path}: not a model that this trainer can train: " + "; ".join(mistakes))
    heads = _size(config, "num_attention_heads", path=path)
    hidden = _size(config, "hidden_size", path=path)
    groups = heads if config.get("num_key_value_heads") is None else _size(config, "num_key_value_heads", path=path)
    if heads % groups:
        raise ValueError(f"{path}: num_attention_heads = {heads} is no multiple of num_key_value_heads = {groups}")
    given_head = config.get("head_dim") is not None
    if not given_head and hidden % heads:
        raise ValueError(
            f"{path}: hidden_size = {hidden} is no multiple of num_attention_heads = {heads}, and there is no head_dim"
        )
    return ModelConfig(
        num_layers=_size(config, "num_hidden_layers", path=path),
        hidden_size=hidden,
        ffn_hidden_size=_size(config, "intermediate_size", path=path),
        num_attention_heads=heads,
        num_query_groups=groups,
        head_dim=_size(config, "head_dim", path=path) if given_head else hidden // heads,
        vocab_size=_size(config, "vocab_size", path=path),
        max_sequence_length=_size(config, "max_position_embeddings", path=path),
        norm_eps=float(config.get("rms_norm_eps", 1e-6)),
        rope_base=base,
        tie_embeddings=bool(config.get("tie_word_embeddings", False)),
        init_std=float(config.get("initializer_range", 0.02)),
    )


def _rope(config: Mapping[str, Any]) -> tuple[float, str]:
    """The base, and what is not plain about the positions."""
    parameters = config.get("rope_parameters") or config.get("rope_scaling") or {}
    kind = parameters.get("rope_type", parameters.get("type", "default"))
    base = parameters.get("rope_theta", config.get("rope_theta", 10_000.0))
    mistake = "" if kind == "default" else f"rotary positions of type {kind!r} (only 'default' is supported)"
    if not isinstance(base, int | float) or isinstance(base, bool) or base <= 1:
        return 10_000.0, f"rope_theta = {base!r} is no base"
    return float(base), mistake


def _size(config: Mapping[str, Any], key: str, *, path: str | PurePath) -> int:
    value = config.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{path}: {key} = {value!r}: a whole number above 0 is needed")
    return value
