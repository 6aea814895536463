"""The plan's formulas against real models on CPU: parameters, state and activations of each rank, under several layouts."""

import json
from typing import Any

import pytest

from tests.trainer.launching import finish, start
from trainer.model_config import ModelConfig
from trainer.plan_activations import layer_activations
from trainer.plan_layout import Batch, PlanLayout
from trainer.plan_parameters import rank_parameters, state_bytes

pytest.importorskip("torch")
pytest.importorskip("megatron.core")

SIZES = {
    "num_layers": 4,
    "hidden_size": 96,
    "ffn_hidden_size": 160,
    "num_attention_heads": 6,
    "num_query_groups": 2,
    "head_dim": 16,
    "vocab_size": 500,
    "max_sequence_length": 192,
}
TOKENS = 192
LAYOUTS: dict[int, dict[str, dict[str, Any]]] = {
    1: {
        "one": {},
        "one, plain optimizer": {"distributed_optimizer": False},
        "one, bf16": {"precision": "bf16"},
        "one, tied": {"tie_embeddings": True},
        "selective recompute": {"recompute": "selective"},
        "full recompute": {"recompute": "full"},
        "full recompute, bf16": {"recompute": "full", "precision": "bf16"},
    },
    2: {
        "tensor": {"tensor": 2},
        "tensor and sequence": {"tensor": 2, "sequence_parallel": True},
        "tensor and sequence, bf16": {"tensor": 2, "sequence_parallel": True, "precision": "bf16"},
        "tensor, full recompute": {"tensor": 2, "sequence_parallel": True, "recompute": "full"},
        "pipeline": {"pipeline": 2},
        "pipeline, tied": {"pipeline": 2, "tie_embeddings": True},
        "virtual pipeline": {"pipeline": 2, "virtual_pipeline": 2},
        "context": {"context": 2},
        "data": {},
        "data, bf16": {"precision": "bf16"},
        "data, plain optimizer": {"distributed_optimizer": False, "precision": "bf16"},
    },
}
NAMES = [(size, name) for size, layouts in LAYOUTS.items() for name in layouts]
_MODEL = ("precision", "tie_embeddings")

#: What a rank holds is counted in a process of its own: parameters, buffers of DDP, state of Adam, tensors kept for backward.
WORKER = """
import json, sys, warnings
warnings.filterwarnings("ignore")

def kept_bytes(chunks, tokens, context, rank):
    import numpy as np, torch
    from trainer.megatron.pieces import make_pieces, positions
    starts = np.array([0, tokens])
    pieces = make_pieces(starts, context=context, context_rank=rank)
    held = np.concatenate([np.arange(first, last) for first, last in pieces.chunks])
    ids = torch.from_numpy(held % 400)[None]
    parameters = {weight.untyped_storage().data_ptr() for weight in chunks[0].parameters()}
    found, alive = {}, []
    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in parameters:
            found[storage.data_ptr()] = storage.nbytes()
            alive.append(tensor)
        return tensor
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        alive.append(chunks[0](ids, torch.from_numpy(positions(starts)[held])[None], None, packed_seq_params=pieces))
    return sum(found.values())

def measured(settings, tokens):
    import os, torch
    from trainer.megatron import model, processes
    from trainer.megatron.optimizer import Stepper, distribute, make_loadable
    from trainer.model_config import ModelConfig
    from trainer.recipe import Layout, Optimizer
    from megatron.core import parallel_state
    settings = dict(settings)
    precision, tie = settings.pop("precision", "fp32"), settings.pop("tie_embeddings", False)
    layout = Layout.model_validate(settings)
    result = {}
    with processes.running(layout, seed=1):
        kept = []
        for layers in (2, 4):
            sizes = ModelConfig(**{**SIZES, "num_layers": layers}, tie_embeddings=tie)
            if layers == 2 and layout.pipeline > 1:
                continue
            chunks = model.build_chunks(sizes, layout=layout, precision=precision, seed=1)
            if layout.pipeline == 1:
                rank = parallel_state.get_context_parallel_rank()
                kept.append(kept_bytes(chunks, tokens, layout.context, rank))
        result["stage"] = parallel_state.get_pipeline_model_parallel_rank()
        result["layer"] = (kept[1] - kept[0]) / 2 if kept else None
        unique = {id(weight): weight for chunk in chunks for weight in chunk.parameters()}
        result["parameters"] = sum(weight.numel() for weight in unique.values())
        result["weights"] = sum(weight.nbytes for weight in unique.values())
        wrapped = distribute(chunks, layout=layout, overlap=False)
        result["gradients"] = sum(buffer.grad_data.nbytes for chunk in wrapped for buffer in chunk.buffers)
        stepper = Stepper(wrapped, optimizer=Optimizer(lr=1e-3), layout=layout, bf16=precision == "bf16", overlap=False)
        make_loadable(stepper)
        own = {weight.untyped_storage().data_ptr() for weight in unique.values()}
        own |= {buffer.param_data.untyped_storage().data_ptr() for chunk in wrapped for buffer in chunk.buffers if buffer.param_data is not None}
        state = {}
        for part in stepper.parts():
            if part.optimizer is None:
                continue
            for weight, moments in part.optimizer.state.items():
                for tensor in (weight, *(moment for moment in moments.values() if moment.numel() > 1)):
                    if tensor.untyped_storage().data_ptr() not in own:
                        state[tensor.data_ptr(), tensor.numel()] = tensor.numel() * tensor.element_size()
        result["optimizer"] = sum(state.values())
    return result

if __name__ == "__main__":
    import os
    from pathlib import Path
    SIZES = {SIZES}
    for settings, out, port in json.loads(sys.argv[1]):
        os.environ["MASTER_PORT"] = port
        print("MEASURED", json.dumps([Path(out).name, measured(json.loads(settings), {TOKENS})]), flush=True)
""".replace("{SIZES}", repr(SIZES)).replace("{TOKENS}", str(TOKENS))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """By the layout's name, what each rank found."""
    folder = tmp_path_factory.mktemp("measured")
    found: dict[str, list[dict[str, Any]]] = {}
    for size, layouts in LAYOUTS.items():
        jobs: Any = [(json.dumps(settings), folder / name) for name, settings in layouts.items()]
        for output in finish(start(jobs, world_size=size, worker=WORKER)):
            for line in output.splitlines():
                if line.startswith("MEASURED "):
                    name, figures = json.loads(line.removeprefix("MEASURED "))
                    found.setdefault(name, []).append(figures)
    return found


def _planned(size: int, name: str) -> tuple[ModelConfig, PlanLayout, Any]:
    settings = LAYOUTS[size][name]
    layout = PlanLayout(gpus=size, **{key: value for key, value in settings.items() if key not in _MODEL})
    model = ModelConfig(**SIZES, tie_embeddings=settings.get("tie_embeddings", False))
    return model, layout, settings.get("precision", "fp32")


@pytest.mark.parametrize(("size", "name"), NAMES)
def test_parameters_and_state(measured: dict[str, list[dict[str, Any]]], size: int, name: str) -> None:
    model, layout, precision = _planned(size, name)
    assert len(measured[name]) == size
    optimizer = planned_optimizer = 0
    for figures in measured[name]:
        parameters = rank_parameters(model, layout, stage=figures["stage"])
        state = state_bytes(parameters, layout, precision=precision)
        assert figures["parameters"] == parameters
        assert figures["weights"] == state.weights
        # Buffers are padded so that every rank's part begins at a multiple of 128 bytes or so.
        assert state.gradients <= figures["gradients"] <= state.gradients + 4096
        optimizer += figures["optimizer"]
        planned_optimizer += state.optimizer
    assert optimizer == pytest.approx(planned_optimizer, abs=4096)


@pytest.mark.parametrize(("size", "name"), [(size, name) for size, name in NAMES if "pipeline" not in name])
def test_what_a_layer_keeps_for_the_backward_pass(measured: dict[str, list[dict[str, Any]]], size: int, name: str) -> None:
    model, layout, precision = _planned(size, name)
    batch = Batch(sequence_length=TOKENS, global_batch=2)
    planned = layer_activations(model, layout, batch, precision=precision, kernels="plain")
    for figures in measured[name]:
        if layout.context > 1:
            # On CPU queries of other ranks are stood in for, more or fewer by the rank.
            assert planned * 0.95 <= figures["layer"] <= 1.4 * planned
        else:
            assert figures["layer"] == pytest.approx(planned, rel=1e-4), name
