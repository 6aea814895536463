"""Bytes that the forward pass keeps for the backward pass, on one rank.

After Korthikanti et al. 2022 (arXiv 2205.05198), for this model: flash attention (no s x s matrix is kept, only the output and
its log-sum-exp), grouped-query attention, RMSNorm, SwiGLU, no dropout. Tensor parallelism cuts what lies inside attention and
feed-forward; what lies between (inputs of norms and their outputs) only with sequence parallelism; context parallelism cuts the
sequence. Two sets of kernels are known: ``fused`` (GPU: norm and SwiGLU keep their inputs alone) and ``plain`` (CPU:
autograd keeps the intermediate results as well; checked against saved-tensor hooks).

In flight at once, by pipeline schedule (Narayanan et al. 2021, arXiv 2104.04473): with 1F1B, rank p of P keeps P - p
micro-batches of its layers; interleaved with V chunks, 2 (P - p - 1) + (V - 1) P + 1 chunks.
"""

from dataclasses import dataclass
from typing import Literal

from .model_config import ModelConfig
from .plan_layout import Batch, PlanLayout
from .plan_parameters import Precision

Kernels = Literal["fused", "plain"]

_FP32 = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationBytes:
    """On one rank at its peak: what is kept of all layers in flight, what a layer being computed anew takes, the logits."""

    layers: int
    recomputed_layer: int
    logits: int

    @property
    def total(self) -> int:
        return self.layers + self.recomputed_layer + self.logits


def layer_activation_terms(
    model: ModelConfig, layout: PlanLayout, batch: Batch, *, precision: Precision, kernels: Kernels
) -> dict[str, int]:
    """Of one layer and one micro-batch on one rank, by what is kept."""
    element = 2 if precision == "bf16" else _FP32
    tokens = batch.micro_batch * batch.sequence_length // layout.context
    # Between the matrices of a tensor-parallel group every rank holds all tokens, unless the sequence is cut.
    between = tokens // layout.tensor if layout.sequence_parallel else tokens
    hidden = model.hidden_size
    queries = model.num_attention_heads * model.head_dim // layout.tensor
    keys = model.num_query_groups * model.head_dim // layout.tensor
    feed_forward = model.ffn_hidden_size // layout.tensor
    heads = model.num_attention_heads // layout.tensor
    # Values are a view of the product with queries and keys, which stays; rotated queries and keys are copies.
    keys_and_values, rotated = queries + 2 * keys, queries + keys
    if layout.context > 1:
        # Each rank keeps the keys and values of the whole line, if one document fills it.
        keys_and_values, rotated = 2 * keys * layout.context, queries
    if kernels == "plain":
        # Composed of elementary operations: norms in fp32 with the normalised input, three products of SwiGLU, and
        # the attention of each document before they are laid end to end.
        norm, gated, outputs = between * (2 * hidden + 1) * _FP32, 5, 2
    else:
        norm, gated, outputs = between * (hidden * element + _FP32), 3, 1
        # torch's kernel for many documents wants as many keys as queries; Transformer Engine's does not, but cannot cut the
        # context here. The larger of the two.
        repeated = (2 * queries * layout.context, queries)
        keys_and_values, rotated = max((keys_and_values, rotated), repeated, key=sum)
    return {
        "norms": 2 * norm,
        "inputs of matrices": 2 * between * hidden * element,
        "queries, keys, values": tokens * keys_and_values * element,
        "rotated queries and keys": tokens * rotated * element,
        "cosines and sines": 4 * tokens * model.head_dim * element,
        "attention output": tokens * queries * element * outputs,
        "attention denominators": tokens * heads * _FP32,
        "SwiGLU": tokens * gated * feed_forward * element,
    }


def layer_activations(
    model: ModelConfig, layout: PlanLayout, batch: Batch, *, precision: Precision, kernels: Kernels = "fused"
) -> int:
    """What is kept of one layer and one micro-batch on one rank under the layout's recompute."""
    terms = layer_activation_terms(model, layout, batch, precision=precision, kernels=kernels)
    if layout.recompute == "full":
        return _layer_input(model, layout, batch, precision=precision)
    if layout.recompute == "selective":
        # Attention alone is computed again. Its output is the input of the next matrix, so that is kept in any case: with
        # flash attention almost nothing is gained.
        terms["attention denominators"] = 0
        terms["attention output"] //= 2 if kernels == "plain" else 1
    return sum(terms.values())


def layers_in_flight(model: ModelConfig, layout: PlanLayout, *, stage: int, num_microbatches: int) -> int:
    """Of how many (layer, micro-batch) pairs pipeline rank ``stage`` keeps activations at its peak."""
    layers = model.num_layers // layout.pipeline
    if layout.virtual_pipeline == 1:
        return layers * min(layout.pipeline - stage, num_microbatches)
    warm_up = 2 * (layout.pipeline - stage - 1) + (layout.virtual_pipeline - 1) * layout.pipeline
    chunks = min(warm_up + 1, num_microbatches * layout.virtual_pipeline)
    return layers // layout.virtual_pipeline * chunks


def stage_activations(
    model: ModelConfig, layout: PlanLayout, batch: Batch, *, stage: int, precision: Precision, kernels: Kernels = "fused"
) -> ActivationBytes:
    """The peak on a rank of pipeline stage ``stage``."""
    kept = layer_activations(model, layout, batch, precision=precision, kernels=kernels)
    pairs = layers_in_flight(model, layout, stage=stage, num_microbatches=batch.num_microbatches(layout))
    again = 0
    if layout.recompute == "full":
        terms = layer_activation_terms(model, layout, batch, precision=precision, kernels=kernels)
        again = sum(terms.values())
    logits = 0
    if stage == layout.pipeline - 1:
        logits = logit_bytes(model, layout, batch, precision=precision)
        # Input and output of the final norm.
        logits += 2 * _layer_input(model, layout, batch, precision=precision)
    return ActivationBytes(layers=kept * pairs, recomputed_layer=again, logits=logits)


def logit_bytes(model: ModelConfig, layout: PlanLayout, batch: Batch, *, precision: Precision) -> int:
    """Of the cross-entropy (:mod:`trainer.megatron.loss`): the logits and their gradient; the softmax is never whole."""
    element = 2 if precision == "bf16" else _FP32
    tokens = batch.micro_batch * batch.sequence_length // layout.context
    return tokens * model.padded_vocab_size(layout.tensor) // layout.tensor * 2 * element


def _layer_input(model: ModelConfig, layout: PlanLayout, batch: Batch, *, precision: Precision) -> int:
    tokens = batch.micro_batch * batch.sequence_length // layout.context
    between = tokens // layout.tensor if layout.sequence_parallel else tokens
    return between * model.hidden_size * (2 if precision == "bf16" else _FP32)
