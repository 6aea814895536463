"""Attention and loss of packed sequences equal those of their documents alone; nothing crosses a boundary."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("megatron.core")

from trainer.megatron import processes  # noqa: E402
from trainer.megatron.loss import token_losses  # noqa: E402
from trainer.megatron.model import build_chunks, set_rope_base  # noqa: E402
from trainer.megatron.pieces import context_chunks, make_pieces, positions, starts_from_tokens  # noqa: E402
from trainer.recipe import Layout, Model  # noqa: E402

SIZES = {"num_layers": 2, "hidden_size": 64, "ffn_hidden_size": 96, "num_attention_heads": 4, "num_query_groups": 2}
LENGTHS = [5, 1, 20, 38]


@pytest.fixture(scope="module")
def model() -> Iterator[Any]:
    layout = Layout.model_validate({})
    sizes = Model.model_validate(SIZES).config(vocab_size=300, max_sequence_length=64)
    with processes.running(layout, seed=1):
        chunk = build_chunks(sizes, layout=layout, precision="fp32", seed=3)[0]
        with torch.no_grad():
            # Sharper than initial weights, so that attention matters.
            for name, weight in chunk.named_parameters():
                if weight.ndim == 2 and "embedding" not in name:
                    weight.mul_(5)
        yield chunk


def _run(model: Any, tokens: Any, starts: list[int]) -> Any:
    edges = np.array([*starts, tokens.numel()])
    ids = torch.from_numpy(positions(edges))[None]
    return model(tokens[None], ids, None, packed_seq_params=make_pieces(edges))


def test_packed_sequences_are_their_documents(model: Any) -> None:
    tokens = torch.randint(0, 300, (sum(LENGTHS),), generator=torch.Generator().manual_seed(1))
    starts = np.cumsum([0, *LENGTHS[:-1]]).tolist()
    packed = _run(model, tokens, starts)
    alone = torch.cat([_run(model, part, [0]) for part in tokens.split(LENGTHS)], dim=1)
    labels = tokens.roll(-1)
    assert (packed - alone).abs().max() < 1e-5
    assert (token_losses(packed, labels)[0] - token_losses(alone, labels)[0]).abs().max() < 1e-5


def test_packed_sequences_have_the_gradient_of_their_documents(model: Any) -> None:
    tokens = torch.randint(0, 300, (sum(LENGTHS),), generator=torch.Generator().manual_seed(2))
    starts = np.cumsum([0, *LENGTHS[:-1]]).tolist()
    gradients: list[dict[str, Any]] = []
    for whole in (True, False):
        model.zero_grad()
        parts = [(tokens, starts)] if whole else [(part, [0]) for part in tokens.split(LENGTHS)]
        loss = sum(token_losses(_run(model, part, begins), part)[0].sum() for part, begins in parts)
        loss.backward()
        gradients.append({name: weight.grad.clone() for name, weight in model.named_parameters()})
    for name, gradient in gradients[0].items():
        assert (gradient - gradients[1][name]).abs().max() < 1e-4 * max(1.0, gradient.abs().max()), name


@pytest.mark.parametrize("document", [0, 2, 3])
def test_a_document_is_not_seen_by_the_others(model: Any, document: int) -> None:
    tokens = torch.randint(0, 300, (sum(LENGTHS),), generator=torch.Generator().manual_seed(3))
    edges = np.cumsum([0, *LENGTHS])
    other = tokens.clone()
    other[edges[document] : edges[document + 1]] = (other[edges[document] : edges[document + 1]] + 17) % 300
    before, after = (_run(model, line, edges[:-1].tolist()) for line in (tokens, other))
    same = (before == after).all(-1)[0]
    inside = torch.zeros_like(same)
    inside[edges[document] : edges[document + 1]] = True
    assert same[~inside].all()
    assert not same[inside].any()


def test_without_pieces_it_is_causal_attention(model: Any) -> None:
    tokens = torch.randint(0, 300, (24,), generator=torch.Generator().manual_seed(4))
    plain = model(tokens[None], torch.arange(24)[None], None)
    assert (plain - _run(model, tokens, [0])).abs().max() < 1e-5
    assert (plain[:, :10] - model(tokens[None, :10], torch.arange(10)[None], None)).abs().max() < 1e-5


@pytest.mark.usefixtures("model")
def test_without_a_seed_nothing_is_drawn_and_weights_are_marked_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.megatron import initial_weights

    layout = Layout.model_validate({})
    sizes = Model.model_validate(SIZES).config(vocab_size=300, max_sequence_length=64)
    drawn = build_chunks(sizes, layout=layout, precision="fp32", seed=3)[0]
    monkeypatch.setattr(initial_weights, "_part", None)
    empty = build_chunks(sizes, layout=layout, precision="fp32", seed=None)[0]
    marks = ("tensor_model_parallel", "partition_dim", "partition_stride", "sequence_parallel")
    for (name, one), (other_name, other) in zip(drawn.named_parameters(), empty.named_parameters(), strict=True):
        assert (name, one.shape) == (other_name, other.shape)
        assert [getattr(one, mark, None) for mark in marks] == [getattr(other, mark, None) for mark in marks]
    empty.load_state_dict(drawn.state_dict())
    tokens = torch.arange(24)
    assert torch.equal(_run(drawn, tokens, [0]), _run(empty, tokens, [0]))


def test_the_rope_base_of_a_stage_turns_otherwise(model: Any) -> None:
    tokens = torch.randint(0, 300, (24,), generator=torch.Generator().manual_seed(5))
    before = _run(model, tokens, [0])
    set_rope_base([model], base=500_000)
    changed = _run(model, tokens, [0])
    set_rope_base([model], base=10_000)
    assert (before - changed).abs().max() > 1e-3
    assert torch.equal(before, _run(model, tokens, [0]))


@pytest.mark.usefixtures("model")
def test_losses_and_gradients_are_torchs() -> None:
    logits = (torch.randn(1, 50, 300, generator=torch.Generator().manual_seed(1)) * 5).requires_grad_()
    labels = torch.randint(0, 300, (50,), generator=torch.Generator().manual_seed(2))
    ours, log_sums = token_losses(logits, labels)
    ((ours + 0.1 * log_sums.square()) * torch.arange(50)).sum().backward()
    gradient = logits.grad.clone()
    logits.grad = None
    theirs = torch.nn.functional.cross_entropy(logits[0], labels, reduction="none")
    sums = logits[0].logsumexp(-1)
    ((theirs + 0.1 * sums.square()) * torch.arange(50)).sum().backward()
    assert torch.allclose(ours, theirs, atol=1e-5)
    assert torch.allclose(log_sums, sums, atol=1e-5)
    assert torch.allclose(gradient, logits.grad, atol=1e-4)


@pytest.mark.parametrize(
    ("tokens", "starts"),
    [
        ([5, 0, 5, 5, 0, 7, 7], [0, 2, 5]),
        ([5, 5, 5, 5, 5, 5, 5], [0]),
        ([7, 7, 5, 0, 7, 7, 5], [0, 2, 4, 6]),
        ([0, 0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_starts_from_end_of_text_and_padding(tokens: list[int], starts: list[int]) -> None:
    assert starts_from_tokens(np.array(tokens), end_of_text=0, pad=7).tolist() == starts


def test_context_chunks_cover_the_line_once() -> None:
    chunks = sorted(chunk for rank in range(4) for chunk in context_chunks(64, context=4, rank=rank))
    assert chunks == [(start, start + 8) for start in range(0, 64, 8)]
    assert context_chunks(64, context=4, rank=0) == ((0, 8), (56, 64))
