"""Continues a line of ids: greedy, or drawn at a temperature from the likeliest tokens, one token at a time.

Ids enter, the new ids leave one by one, until one that ends the text. Keys and values of what is there are kept
(megatron's static inference context), so each further token costs one position. The same seed draws the same ids; the padding
of the vocabulary is never drawn. The nucleus is that of Holtzman et al. 2019 (arXiv 1904.09751).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from megatron.core.inference.contexts import StaticInferenceContext
from torch import Tensor

from ..model_config import ModelConfig
from ..sampling import Sampling
from . import compat


@torch.no_grad()
def generate(
    chunk: Any, prompt: Sequence[int], *, config: ModelConfig, sampling: Sampling, stop_ids: Sequence[int]
) -> Iterator[int]:
    """The ids that follow ``prompt``, without the one that ends them. ``chunk`` is a whole model in evaluation mode.

    Raises ``ValueError`` for a prompt without ids, or one that leaves no room in the model's length.
    """
    if not prompt:
        raise ValueError("the prompt is empty: the model needs a token to go on from")
    if len(prompt) >= config.max_sequence_length:
        raise ValueError(f"the prompt has {len(prompt):,} tokens; the model reads {config.max_sequence_length:,}: shorten it")
    length = min(config.max_sequence_length, len(prompt) + sampling.max_tokens)
    context = StaticInferenceContext(1, length)
    generator = torch.Generator().manual_seed(sampling.seed)
    ids: list[int] = list(prompt)
    for _ in range(len(prompt), length):
        logits = _next_logits(chunk, ids, context=context)[: config.vocab_size]
        chosen = _choose(logits, sampling=sampling, generator=generator)
        if chosen in stop_ids:
            return
        yield chosen
        ids = [chosen]


def _next_logits(chunk: Any, ids: Sequence[int], *, context: Any) -> Tensor:
    """Of the token behind ``ids``, which follow what ``context`` holds."""
    begin = context.sequence_len_offset
    device = compat.device()
    tokens = torch.tensor([ids], device=device)
    positions = torch.arange(begin, begin + len(ids), device=device)[None]
    logits = chunk(tokens, positions, None, inference_context=context, runtime_gather_output=True)
    context.sequence_len_offset += len(ids)
    return logits[0, -1].float().cpu()


def _choose(logits: Tensor, *, sampling: Sampling, generator: torch.Generator) -> int:
    if sampling.temperature == 0:
        return int(logits.argmax())
    probabilities = torch.softmax(logits.double() / sampling.temperature, dim=-1)
    if sampling.top_p < 1:
        ordered, order = probabilities.sort(descending=True, stable=True)
        # A token stays while those before it do not reach top_p, so the likeliest always does.
        ordered[ordered.cumsum(dim=-1) - ordered >= sampling.top_p] = 0.0
        probabilities = torch.zeros_like(probabilities).scatter_(0, order, ordered)
    return int(torch.multinomial(probabilities, 1, generator=generator))
