"""The model: megatron's ``GPTModel`` with rotary positions that begin anew with each document.

Sizes and a layout enter, this rank's chunks of the model leave (one, or several under virtual pipelining). Layers are
Transformer Engine's where it is installed, else megatron's own with SDPA and torch's RMSNorm.
"""

from typing import Any

import torch
import torch.nn.functional as functional
from megatron.core import parallel_state
from megatron.core.models.common.embeddings.rotary_pos_embedding import RotaryEmbedding
from megatron.core.models.gpt.gpt_layer_specs import (
    get_gpt_layer_local_spec,
    get_gpt_layer_with_transformer_engine_spec,
)
from megatron.core.models.gpt.gpt_model import GPTModel
from megatron.core.transformer import TransformerConfig
from megatron.core.transformer.module import Float16Module
from megatron.core.transformer.transformer_block import TransformerBlockSubmodules, get_num_layers_to_build
from torch import Tensor

from ..model_config import ModelConfig
from ..recipe import Layout
from . import compat
from .attention import PieceAttention
from .initial_weights import initialise


class RotaryPositions(RotaryEmbedding):
    """Angles for given positions, at a base that may change from stage to stage."""

    def __init__(self, *, head_dim: int, base: float) -> None:
        super().__init__(kv_channels=head_dim, rotary_percent=1.0, use_cpu_initialization=True)
        self.head_dim = head_dim
        self.positions: Tensor | None = None
        self.set_base(base)

    def set_base(self, base: float) -> None:
        """Turn by ``base`` from now on."""
        powers = torch.arange(0, self.head_dim, 2, dtype=torch.float32) / self.head_dim
        self.inv_freq = (1.0 / base**powers).to(compat.device())

    def forward(self, max_seq_len: int, offset: int = 0, **_: Any) -> Tensor:  # pyright: ignore[reportIncompatibleVariableOverride]
        """(tokens, 1, 1, head size): of the positions that were set, else of ``offset`` and the following."""
        positions = self.positions
        if positions is None:
            positions = torch.arange(offset, offset + max_seq_len, device=self.inv_freq.device)
        angles = torch.outer(positions.float(), self.inv_freq)
        return torch.cat((angles, angles), dim=-1)[:, None, None, :]


class PackedGPT(GPTModel):
    """``GPTModel`` that takes each token's position from ``position_ids`` where pieces are given."""

    def __init__(self, *args: Any, head_dim: int, rope_base: float, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.rotary_pos_emb = RotaryPositions(head_dim=head_dim, base=rope_base)

    def forward(self, input_ids: Tensor, position_ids: Tensor, *args: Any, **settings: Any) -> Tensor:
        """Logits of this rank's part of the vocabulary, or hidden states for the next pipeline rank."""
        packed: Any = settings.get("packed_seq_params")
        # Transformer Engine's kernel turns each piece from 0 by itself.
        by_token = packed is not None and packed.qkv_format == "sbhd"
        self.rotary_pos_emb.positions = position_ids.flatten() if by_token else None
        return super().forward(input_ids, position_ids, *args, **settings)


class RMSNorm(torch.nn.RMSNorm):
    """torch's RMSNorm as megatron calls it; its gradient is summed over tensor ranks under sequence parallelism."""

    def __init__(self, config: Any, hidden_size: int, eps: float = 1e-5, **_: Any) -> None:
        super().__init__(hidden_size, eps=eps, dtype=config.params_dtype)
        self.weight.sequence_parallel = config.sequence_parallel  # pyright: ignore[reportAttributeAccessIssue]


def fused_attention(layout: Layout) -> bool:
    """Whether Transformer Engine's attention is used. Its context parallelism needs padded documents; ours does not."""
    return compat.has_transformer_engine() and layout.context == 1


def transformer_config(model: ModelConfig, *, layout: Layout, precision: str) -> TransformerConfig:
    """megatron's configuration for these sizes."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    virtual = layout.virtual_pipeline if layout.virtual_pipeline > 1 else None
    recompute: dict[str, Any] = {}
    if layout.recompute == "full":
        recompute = {"recompute_granularity": "full", "recompute_method": "uniform", "recompute_num_layers": 1}
    elif layout.recompute == "selective":
        recompute = {"recompute_granularity": "selective"}
    return TransformerConfig(
        num_layers=model.num_layers,
        hidden_size=model.hidden_size,
        ffn_hidden_size=model.ffn_hidden_size,
        num_attention_heads=model.num_attention_heads,
        num_query_groups=model.num_query_groups,
        kv_channels=model.head_dim,
        normalization="RMSNorm",
        layernorm_epsilon=model.norm_eps,
        activation_func=functional.silu,
        gated_linear_unit=True,
        add_bias_linear=False,
        add_qkv_bias=False,
        hidden_dropout=0.0,
        attention_dropout=0.0,
        init_method_std=model.init_std,
        use_cpu_initialization=True,
        perform_initialization=False,
        bf16=precision == "bf16",
        params_dtype=dtype,
        pipeline_dtype=dtype,
        tensor_model_parallel_size=layout.tensor,
        pipeline_model_parallel_size=layout.pipeline,
        virtual_pipeline_model_parallel_size=virtual,
        context_parallel_size=layout.context,
        sequence_parallel=layout.sequence_parallel,
        overlap_p2p_comm=virtual is not None,
        batch_p2p_comm=layout.batch_p2p_comm if layout.pipeline > 1 else virtual is None,
        calculate_per_token_loss=True,
        apply_rope_fusion=fused_attention(layout),
        bias_activation_fusion=torch.cuda.is_available(),
        **recompute,
    )


def _layers(config: TransformerConfig, *, layout: Layout, chunk: int | None) -> Any:
    if compat.has_transformer_engine():
        fused: Any = get_gpt_layer_with_transformer_engine_spec()
        if not fused_attention(layout):
            fused.submodules.self_attention.submodules.core_attention = PieceAttention
        return fused
    spec: Any = get_gpt_layer_local_spec(normalization="RMSNorm")
    parts: Any = spec.submodules
    parts.self_attention.submodules.core_attention = PieceAttention
    parts.input_layernorm = parts.pre_mlp_layernorm = RMSNorm
    norm: Any = RMSNorm
    return TransformerBlockSubmodules(layer_specs=[spec] * get_num_layers_to_build(config, chunk), layer_norm=norm)


def build_chunks(
    model: ModelConfig, *, layout: Layout, precision: str, seed: int | None, output_layer: bool = True
) -> list[torch.nn.Module]:
    """This rank's chunks with initial weights, the same ones under every layout; with ``bf16``, wrapped in ``Float16Module``.

    The process groups have to exist (:mod:`trainer.megatron.processes`). Without a ``seed`` no weights are drawn: all of them
    have to be loaded. Without ``output_layer`` the last chunk ends in the final norm, for another head to follow.
    """
    config = transformer_config(model, layout=layout, precision=precision)
    chunks: list[torch.nn.Module] = []
    for number in range(layout.virtual_pipeline):
        chunk = number if layout.virtual_pipeline > 1 else None
        first = parallel_state.is_pipeline_first_stage(ignore_virtual=False, vp_stage=chunk)
        last = parallel_state.is_pipeline_last_stage(ignore_virtual=False, vp_stage=chunk)
        built = PackedGPT(
            config,
            _layers(config, layout=layout, chunk=chunk),
            vocab_size=model.padded_vocab_size(layout.tensor),
            max_sequence_length=model.max_sequence_length,
            pre_process=first,
            post_process=last and output_layer,
            parallel_output=True,
            share_embeddings_and_output_weights=model.tie_embeddings,
            position_embedding_type="rope",
            vp_stage=chunk,
            head_dim=model.head_dim,
            rope_base=model.rope_base,
        )
        initialise(built, model=model, layout=layout, seed=seed)
        built.to(compat.device())
        chunks.append(Float16Module(config, built) if precision == "bf16" else built)
    return chunks


def set_rope_base(chunks: list[torch.nn.Module], *, base: float) -> None:
    """Turn by ``base`` from now on, in all chunks."""
    for chunk in chunks:
        for module in chunk.modules():
            if isinstance(module, RotaryPositions):
                module.set_base(base)
