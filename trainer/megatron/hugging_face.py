"""Weights of a model between megatron's names and those of ``LlamaForCausalLM``, and the files that hold the latter.

A whole model (one tensor-parallel rank) enters or leaves. Megatron keeps queries, keys and values in one matrix, grouped by
query group (its queries, its key, its value); gate and up in one, one behind the other; and rows of padding at the end of the
vocabulary. All of this is a matter of order: no number changes. With Transformer Engine a norm belongs to the matrix behind it,
so its weight has another name.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ..model_config import ModelConfig

#: Norms by the name that they have with Transformer Engine.
_FUSED_NORMS = {
    "self_attention.linear_qkv.layer_norm_weight": "input_layernorm.weight",
    "mlp.linear_fc1.layer_norm_weight": "pre_mlp_layernorm.weight",
}
_LAYER = (
    ("self_attn.o_proj.weight", "self_attention.linear_proj.weight"),
    ("mlp.down_proj.weight", "mlp.linear_fc2.weight"),
    ("input_layernorm.weight", "input_layernorm.weight"),
    ("post_attention_layernorm.weight", "pre_mlp_layernorm.weight"),
)


def to_hugging_face(weights: Mapping[str, Tensor], *, model: ModelConfig) -> Iterator[tuple[str, Tensor]]:
    """Names and tensors of ``LlamaForCausalLM``, a layer at a time, contiguous and on the CPU.

    Raises ``ValueError`` naming what ``weights`` lacks, has too much or in another shape.
    """
    plain = _plain_names(weights)
    _check(
        {name: tuple(weight.shape) for name, weight in plain.items()}, expected=megatron_shapes(model), place="the checkpoint"
    )
    for name, weight in _renamed(plain, model=model):
        yield name, weight.detach().cpu().contiguous()


def _plain_names(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Without what belongs to Transformer Engine alone."""
    plain: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if name.endswith("_extra_state"):
            continue
        for fused, own in _FUSED_NORMS.items():
            name = name.removesuffix(fused) + own if name.endswith(fused) else name
        plain[name] = weight
    return plain


def _renamed(weights: Mapping[str, Tensor], *, model: ModelConfig) -> Iterator[tuple[str, Tensor]]:
    embedding = weights["embedding.word_embeddings.weight"]
    yield "model.embed_tokens.weight", embedding[: model.vocab_size].clone()
    queries = model.num_attention_heads // model.num_query_groups
    for number in range(model.num_layers):
        ours, theirs = f"decoder.layers.{number}.", f"model.layers.{number}."
        grouped = weights[ours + "self_attention.linear_qkv.weight"].view(
            model.num_query_groups, queries + 2, model.head_dim, model.hidden_size
        )
        for letter, part in zip("qkv", grouped.split([queries, 1, 1], dim=1), strict=True):
            yield f"{theirs}self_attn.{letter}_proj.weight", part.reshape(-1, model.hidden_size).clone()
        for name, part in zip(("gate", "up"), weights[ours + "mlp.linear_fc1.weight"].chunk(2), strict=True):
            yield f"{theirs}mlp.{name}_proj.weight", part.clone()
        for their_name, our_name in _LAYER:
            yield theirs + their_name, weights[ours + our_name]
    yield "model.norm.weight", weights["decoder.final_layernorm.weight"]
    if not model.tie_embeddings:
        yield "lm_head.weight", weights["output_layer.weight"][: model.vocab_size].clone()


def from_hugging_face(weights: Mapping[str, Tensor], *, model: ModelConfig) -> dict[str, Tensor]:
    """Megatron's names (without Transformer Engine) and whole tensors; rows of padding in the vocabulary are zeros.

    ``weights`` may be lazy (:mod:`trainer.megatron.safetensors_folder`): each is taken once. :func:`check_names` has seen them.
    """
    made: dict[str, Tensor] = {
        "embedding.word_embeddings.weight": _padded(weights["model.embed_tokens.weight"], model=model),
        "decoder.final_layernorm.weight": weights["model.norm.weight"],
    }
    for number in range(model.num_layers):
        ours, theirs = f"decoder.layers.{number}.", f"model.layers.{number}."
        parts = [
            weights[f"{theirs}self_attn.{letter}_proj.weight"].view(
                model.num_query_groups, -1, model.head_dim, model.hidden_size
            )
            for letter in "qkv"
        ]
        made[ours + "self_attention.linear_qkv.weight"] = torch.cat(parts, dim=1).reshape(-1, model.hidden_size)
        made[ours + "mlp.linear_fc1.weight"] = torch.cat(
            [weights[f"{theirs}mlp.{name}_proj.weight"] for name in ("gate", "up")]
        )
        for their_name, our_name in _LAYER:
            made[ours + our_name] = weights[theirs + their_name]
    if not model.tie_embeddings:
        made["output_layer.weight"] = _padded(weights["lm_head.weight"], model=model)
    return made


def with_names_of(weights: Mapping[str, Tensor], *, chunk: torch.nn.Module) -> dict[str, Tensor]:
    """``weights`` of :func:`from_hugging_face` by the names that ``chunk`` has for them, Transformer Engine's among them."""
    fused = {own: name for name, own in _FUSED_NORMS.items()}
    names = set(chunk.state_dict())
    renamed: dict[str, Tensor] = {}
    for name, weight in weights.items():
        for own, other in fused.items():
            if name.endswith(own) and name not in names:
                name = name.removesuffix(own) + other
        renamed[name] = weight
    return renamed


def _padded(matrix: Tensor, *, model: ModelConfig) -> Tensor:
    rows = matrix.new_zeros((model.padded_vocab_size(), model.hidden_size))
    rows[: model.vocab_size] = matrix
    return rows


def megatron_shapes(model: ModelConfig) -> dict[str, tuple[int, ...]]:
    """What a whole model has, by megatron's names."""
    hidden, heads = model.hidden_size, model.head_dim * model.num_attention_heads
    vocabulary = (model.padded_vocab_size(), hidden)
    shapes: dict[str, tuple[int, ...]] = {
        "embedding.word_embeddings.weight": vocabulary,
        "decoder.final_layernorm.weight": (hidden,),
    }
    for number in range(model.num_layers):
        prefix = f"decoder.layers.{number}."
        shapes[prefix + "self_attention.linear_qkv.weight"] = (heads + 2 * model.head_dim * model.num_query_groups, hidden)
        shapes[prefix + "self_attention.linear_proj.weight"] = (hidden, heads)
        shapes[prefix + "mlp.linear_fc1.weight"] = (2 * model.ffn_hidden_size, hidden)
        shapes[prefix + "mlp.linear_fc2.weight"] = (hidden, model.ffn_hidden_size)
        shapes[prefix + "input_layernorm.weight"] = shapes[prefix + "pre_mlp_layernorm.weight"] = (hidden,)
    return shapes if model.tie_embeddings else {**shapes, "output_layer.weight": vocabulary}


def llama_shapes(model: ModelConfig) -> dict[str, tuple[int, ...]]:
    """What ``LlamaForCausalLM`` has, by its names."""
    hidden, queries = model.hidden_size, model.head_dim * model.num_attention_heads
    keys, vocabulary = model.head_dim * model.num_query_groups, (model.vocab_size, hidden)
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": vocabulary, "model.norm.weight": (hidden,)}
    for number in range(model.num_layers):
        prefix = f"model.layers.{number}."
        for letter, rows in (("q", queries), ("k", keys), ("v", keys)):
            shapes[f"{prefix}self_attn.{letter}_proj.weight"] = (rows, hidden)
        shapes[prefix + "self_attn.o_proj.weight"] = (hidden, queries)
        shapes[prefix + "mlp.gate_proj.weight"] = shapes[prefix + "mlp.up_proj.weight"] = (model.ffn_hidden_size, hidden)
        shapes[prefix + "mlp.down_proj.weight"] = (hidden, model.ffn_hidden_size)
        shapes[prefix + "input_layernorm.weight"] = shapes[prefix + "post_attention_layernorm.weight"] = (hidden,)
    return shapes if model.tie_embeddings else {**shapes, "lm_head.weight": vocabulary}


def _check(found: Mapping[str, tuple[int, ...]], *, expected: Mapping[str, tuple[int, ...]], place: str) -> None:
    mistakes = [f"{name} is missing" for name in expected if name not in found]
    mistakes += [f"{name} has no place in the model" for name in found if name not in expected]
    mistakes += [
        f"{name} is {list(found[name])}, not {list(shape)}"
        for name, shape in expected.items()
        if name in found and tuple(found[name]) != shape
    ]
    if mistakes:
        more = f"; and {len(mistakes) - 8} more" if len(mistakes) > 8 else ""
        raise ValueError(f"{place} does not hold the model of its configuration: " + "; ".join(mistakes[:8]) + more)


def check_names(found: Mapping[str, tuple[int, ...]], *, model: ModelConfig, place: str) -> None:
    """Raises ``ValueError`` naming what ``found`` (names and shapes) lacks, has too much or in another shape than ``model``."""
    # Old files hold the frequencies of the positions, which follow from the configuration.
    shapes = {name: shape for name, shape in found.items() if not name.endswith("rotary_emb.inv_freq")}
    if model.tie_embeddings:
        shapes.pop("lm_head.weight", None)
    _check(shapes, expected=llama_shapes(model), place=place)
