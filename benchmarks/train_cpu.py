"""Tokens a second of training on CPU, against the same model in plain PyTorch with SDPA, in turns in one process.

    PYTHONPATH=. .venv/bin/python -m benchmarks.train_cpu [--steps 6] [--layers 6] [--hidden 512] [--length 1024] [--batch 4]

Both have the same sizes, initial weights of the same kind, float32, AdamW in one kernel, gradient clipping, and as many
micro-batches of one sequence a step. Ours runs as in pretraining: megatron's schedule, gradient buffers, distributed optimizer,
attention by pieces, z-loss. Plain: ``torch.nn`` layers, ``scaled_dot_product_attention``, ``cross_entropy``. Measured is CPU
time, which other processes disturb less than wall time, as the median over turns of the ratio; with documents of one whole
sequence, and of 16 pieces.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from trainer.recipe import Layout, Model, Optimizer


class _PlainLayer(nn.Module):
    def __init__(self, *, hidden: int, heads: int, groups: int, ffn: int) -> None:
        super().__init__()
        self.heads, self.groups, self.size = heads, groups, hidden // heads
        self.norm1, self.norm2 = nn.RMSNorm(hidden), nn.RMSNorm(hidden)
        self.qkv = nn.Linear(hidden, (heads + 2 * groups) * self.size, bias=False)
        self.out = nn.Linear(hidden, hidden, bias=False)
        self.gate_up = nn.Linear(hidden, 2 * ffn, bias=False)
        self.down = nn.Linear(ffn, hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, hidden = x.shape
        sizes = [self.heads * self.size, self.groups * self.size, self.groups * self.size]
        parts = self.qkv(self.norm1(x)).split(sizes, dim=-1)
        query, key, value = (part.view(batch, length, -1, self.size).transpose(1, 2) for part in parts)
        query, key = _turned(query, cos, sin), _turned(key, cos, sin)
        attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, hidden))
        gate, up = self.gate_up(self.norm2(x)).chunk(2, dim=-1)
        return x + self.down(functional.silu(gate) * up)


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


class _Plain(nn.Module):
    def __init__(self, *, vocab: int, layers: int, hidden: int, heads: int, groups: int, ffn: int, length: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, hidden)
        self.layers = nn.ModuleList(_PlainLayer(hidden=hidden, heads=heads, groups=groups, ffn=ffn) for _ in range(layers))
        self.norm = nn.RMSNorm(hidden)
        self.head = nn.Linear(hidden, vocab, bias=False)
        size = hidden // heads
        angles = torch.outer(torch.arange(length).float(), 10_000.0 ** (-torch.arange(0, size, 2).float() / size))
        angles = torch.cat((angles, angles), dim=-1)
        self.cos, self.sin = angles.cos(), angles.sin()

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin)
        return self.head(self.norm(x))


def _plain_step(arguments: argparse.Namespace, *, tokens: Tensor) -> Callable[[], object]:
    model = _Plain(
        vocab=arguments.vocab,
        layers=arguments.layers,
        hidden=arguments.hidden,
        heads=arguments.hidden // 64,
        groups=max(1, arguments.hidden // 256),
        ffn=arguments.hidden * 3,
        length=arguments.length,
    )
    for weight in model.parameters():
        if weight.ndim > 1:
            nn.init.normal_(weight, std=0.02)
    adam = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    labels = tokens.roll(-1, dims=1)

    def step() -> float:
        adam.zero_grad()
        total = 0.0
        for _ in range(arguments.batch):
            loss = functional.cross_entropy(model(tokens).flatten(0, 1), labels.flatten()) / arguments.batch
            loss.backward()
            total += loss.item()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        return total

    return step


def _our_step(arguments: argparse.Namespace, *, tokens: Tensor, num_pieces: int) -> Callable[[], object]:
    from trainer.megatron.forward import train_step
    from trainer.megatron.model import build_chunks
    from trainer.megatron.optimizer import Stepper, distribute
    from trainer.megatron.packed_batches import Sample, micro_batch

    layout = Layout.model_validate({})
    sizes: dict[str, Any] = {
        "num_layers": arguments.layers,
        "hidden_size": arguments.hidden,
        "ffn_hidden_size": arguments.hidden * 3,
        "num_attention_heads": arguments.hidden // 64,
        "num_query_groups": max(1, arguments.hidden // 256),
    }
    model = Model.model_validate(sizes).config(vocab_size=arguments.vocab, max_sequence_length=arguments.length)
    wrapped = distribute(build_chunks(model, layout=layout, precision="fp32", seed=1), layout=layout, overlap=False)
    optimizer = Optimizer.model_validate({"lr": 1e-4})
    stepper = Stepper(wrapped, optimizer=optimizer, layout=layout, bf16=False, overlap=False)
    line = tokens[0].numpy()
    starts = np.linspace(0, arguments.length, num_pieces + 1).astype(np.int64)
    mask = np.ones(arguments.length, dtype=np.float32)
    batch = micro_batch([Sample(line, np.roll(line, -1), mask, mask > 1, starts, "all")])

    def step() -> float:
        stepper.zero()
        sums = train_step(wrapped, [batch] * arguments.batch, z_loss=1e-4, stop=False)
        stepper.apply(learning_rate=1e-4, gradient_norm=stepper.gradient_norm())
        return sums.loss / sums.tokens

    return step


def _seconds(step: Callable[[], object]) -> float:
    began = time.process_time()
    step()
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    for name, value in (
        ("steps", 6),
        ("layers", 6),
        ("hidden", 512),
        ("length", 1024),
        ("batch", 4),
        ("vocab", 32_000),
        ("threads", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(arguments.threads)
    from trainer.megatron import processes

    tokens = torch.randint(0, arguments.vocab, (1, arguments.length), generator=torch.Generator().manual_seed(1))
    with processes.running(Layout.model_validate({}), seed=1):
        steps = {
            "plain PyTorch, SDPA": _plain_step(arguments, tokens=tokens),
            "megatron, one piece": _our_step(arguments, tokens=tokens, num_pieces=1),
            "megatron, 16 pieces": _our_step(arguments, tokens=tokens, num_pieces=16),
        }
        for step in steps.values():
            step()
        turns = [{name: _seconds(step) for name, step in steps.items()} for _ in range(arguments.steps)]
    for name in steps:
        seconds = statistics.median(turn[name] for turn in turns)
        ratio = statistics.median(turn["plain PyTorch, SDPA"] / turn[name] for turn in turns)
        speed = arguments.length * arguments.batch / seconds
        print(f"{name:22} {seconds * 1000:8.0f} ms CPU a step {speed:8.0f} tokens/s {ratio:7.1%} of plain")


if __name__ == "__main__":
    main()
