"""The analytic plan: figures worked out by hand, layouts that cannot be, the search, and the command."""

import io
import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import malmoi
from trainer.model_config import ModelConfig
from trainer.plan import Plan, Stretch, Work, make_plan
from trainer.plan_activations import layer_activation_terms, layer_activations, layers_in_flight, stage_activations
from trainer.plan_command import plan_layout, run_plan
from trainer.plan_hardware import DEVICES, GIB, Assumptions
from trainer.plan_layout import Batch, PlanLayout, batch_misfits, layout_misfits
from trainer.plan_parameters import checkpoint_bytes, rank_parameters, state_bytes
from trainer.plan_search import least_gpus, search, single_changes
from trainer.plan_time import step_time, step_traffic, token_flops
from trainer.recipe import Layout, parse_recipe, read_recipe
from trainer.recipe_layout import check_layout
from trainer.recipe_mistakes import RecipeError
from trainer.shipped import recipe_names, recipe_path, shipped_layout

#: Llama 3 8B, whose parameters are published: 8,030,261,248.
LLAMA_8B = ModelConfig(
    num_layers=32,
    hidden_size=4096,
    ffn_hidden_size=14336,
    num_attention_heads=32,
    num_query_groups=8,
    head_dim=128,
    vocab_size=128_256,
    max_sequence_length=8192,
)
SMALL = ModelConfig(
    num_layers=8,
    hidden_size=64,
    ffn_hidden_size=128,
    num_attention_heads=4,
    num_query_groups=2,
    head_dim=16,
    vocab_size=500,
    max_sequence_length=128,
)


def _work(model: ModelConfig = LLAMA_8B, *, sequence_length: int = 8192, global_batch: int = 512, **changes: Any) -> Work:
    stretch = Stretch(batch=Batch(sequence_length=sequence_length, global_batch=global_batch), num_steps=1000)
    work = Work(model=model, stretches=(stretch,), precision="bf16", device=DEVICES["h100"], assumed=Assumptions())
    return replace(work, **changes)


# --- Parameters and state


def test_parameters_are_those_that_were_published() -> None:
    assert LLAMA_8B.num_parameters() == 8_030_261_248
    assert rank_parameters(LLAMA_8B, PlanLayout(), stage=0) == 8_030_261_248


@pytest.mark.parametrize("tie", [False, True])
@pytest.mark.parametrize(("tensor", "pipeline"), [(1, 1), (2, 1), (1, 2), (2, 4), (2, 8)])
def test_the_ranks_parameters_add_up_to_the_models(tensor: int, pipeline: int, tie: bool) -> None:
    model = replace(SMALL, tie_embeddings=tie)
    layout = PlanLayout(gpus=tensor * pipeline, tensor=tensor, pipeline=pipeline)
    total = tensor * sum(rank_parameters(model, layout, stage=stage) for stage in range(pipeline))
    norms = (2 * model.num_layers + 1) * model.hidden_size
    copies = (tensor - 1) * norms + (model.num_embedding_parameters(tensor) if tie and pipeline > 1 else 0)
    assert total == model.num_parameters(tensor) + copies


@pytest.mark.parametrize(
    ("precision", "layout", "expected"),
    [
        # 2 + 4 + 12 bytes a parameter: an 8 B model takes 145 GB with its optimizer.
        ("bf16", PlanLayout(distributed_optimizer=False), (2000, 4000, 12000)),
        ("bf16", PlanLayout(gpus=8, distributed_optimizer=True), (2000, 4000, 1500)),
        ("bf16", PlanLayout(gpus=8, context=2, distributed_optimizer=True), (2000, 4000, 1500)),
        ("bf16", PlanLayout(gpus=8, tensor=4, distributed_optimizer=True), (2000, 4000, 6000)),
        ("bf16", PlanLayout(gpus=8, distributed_optimizer=False), (2000, 4000, 12000)),
        ("fp32", PlanLayout(gpus=2, distributed_optimizer=True), (4000, 4000, 4000)),
    ],
)
def test_state_of_a_thousand_parameters(precision: Any, layout: PlanLayout, expected: tuple[int, int, int]) -> None:
    state = state_bytes(1000, layout, precision=precision)
    assert (state.weights, state.gradients, state.optimizer) == expected
    assert state.total == sum(expected)


def test_a_checkpoint_holds_weights_and_three_numbers_for_each() -> None:
    assert checkpoint_bytes(LLAMA_8B, PlanLayout(), precision="bf16") == 14 * 8_030_261_248
    assert checkpoint_bytes(LLAMA_8B, PlanLayout(), precision="fp32") == 16 * 8_030_261_248


# --- Activations


def test_activations_of_a_plain_transformer_are_those_of_the_paper() -> None:
    """Korthikanti et al.: 34 s b h without the s x s matrices. Less two masks of dropout, and SwiGLU's 3 x 8 for GELU's 2 x 8: 40."""
    model = replace(LLAMA_8B, num_query_groups=32, ffn_hidden_size=4 * 4096)
    terms = layer_activation_terms(
        model, PlanLayout(), Batch(sequence_length=1024, global_batch=1), precision="bf16", kernels="fused"
    )
    per_hidden = {name: size / 1024 / 4096 for name, size in terms.items()}
    # Theirs has neither the copies that rotary positions make nor a number for each head or norm.
    ours = {"rotated queries and keys", "cosines and sines", "attention denominators"}
    assert sum(size for name, size in per_hidden.items() if name not in ours) == pytest.approx(34 - 2 + 8, abs=0.01)


@pytest.mark.parametrize(
    ("layout", "share"),
    [
        (PlanLayout(gpus=2, tensor=2, sequence_parallel=True), 1 / 2),
        (PlanLayout(gpus=8, tensor=8, sequence_parallel=True), 1 / 8),
    ],
)
def test_cutting_the_sequence_cuts_activations(layout: PlanLayout, share: float) -> None:
    batch = Batch(sequence_length=8192, global_batch=8)
    whole = layer_activations(LLAMA_8B, PlanLayout(), batch, precision="bf16")
    assert layer_activations(LLAMA_8B, layout, batch, precision="bf16") == pytest.approx(whole * share, rel=0.06)


@pytest.mark.parametrize("context", [2, 8])
def test_context_ranks_keep_the_keys_and_values_of_the_whole_line(context: int) -> None:
    batch = Batch(sequence_length=8192, global_batch=8)
    alone, cut = (
        layer_activation_terms(LLAMA_8B, PlanLayout(gpus=size, context=size), batch, precision="bf16", kernels="fused")
        for size in (1, context)
    )
    keys = "queries, keys, values"
    # With a head of keys for each of queries, as torch's kernel wants them.
    assert cut.pop(keys) == 8192 * 2 * 4096 * 2
    alone.pop(keys)
    assert all(cut[name] * context <= alone[name] * 1.01 for name in cut)


def test_tensor_ranks_without_sequence_parallel_keep_what_lies_between_matrices() -> None:
    batch = Batch(sequence_length=8192, global_batch=8)
    terms = layer_activation_terms(LLAMA_8B, PlanLayout(gpus=4, tensor=4), batch, precision="bf16", kernels="fused")
    alone = layer_activation_terms(LLAMA_8B, PlanLayout(), batch, precision="bf16", kernels="fused")
    same = [name for name in terms if terms[name] == alone[name]]
    assert same == ["norms", "inputs of matrices", "cosines and sines"]
    assert all(terms[name] * 4 == alone[name] for name in terms if name not in same)


def test_full_recompute_keeps_the_input_of_each_layer() -> None:
    batch = Batch(sequence_length=8192, global_batch=8)
    layout = PlanLayout(gpus=2, tensor=2, sequence_parallel=True, recompute="full")
    assert layer_activations(LLAMA_8B, layout, batch, precision="bf16") == 8192 * 4096 * 2 // 2
    peak = stage_activations(LLAMA_8B, layout, batch, stage=0, precision="bf16")
    assert peak.layers == 32 * 8192 * 4096
    assert peak.recomputed_layer == layer_activations(LLAMA_8B, replace(layout, recompute="none"), batch, precision="bf16")
    assert peak.logits == 8192 * 128_256 // 2 * 4 + 2 * 8192 * 4096


@pytest.mark.parametrize(
    ("pipeline", "virtual", "microbatches", "expected"),
    [
        (1, 1, 16, [8]),
        # 1F1B: P - p micro-batches of L / P layers.
        (4, 1, 16, [8, 6, 4, 2]),
        (4, 1, 2, [4, 4, 4, 2]),
        # Interleaved: the first rank keeps L (1 + (P - 1) / (P V)) of all layers (Korthikanti et al., section 4.2.3).
        (4, 2, 16, [11, 9, 7, 5]),
        (2, 4, 16, [9, 7]),
        (2, 2, 2, [8, 6]),
    ],
)
def test_layers_in_flight(pipeline: int, virtual: int, microbatches: int, expected: list[int]) -> None:
    layout = PlanLayout(gpus=pipeline, pipeline=pipeline, virtual_pipeline=virtual)
    assert [
        layers_in_flight(SMALL, layout, stage=stage, num_microbatches=microbatches) for stage in range(pipeline)
    ] == expected


# --- Time


def test_operations_are_six_a_weight_and_attention() -> None:
    matrices = LLAMA_8B.num_matrix_parameters()
    assert token_flops(LLAMA_8B, sequence_length=8192) == pytest.approx(6 * matrices + 6 * 32 * 4096 * 8192)
    assert token_flops(LLAMA_8B, sequence_length=8192, document_tokens=512) == pytest.approx(6 * matrices + 6 * 32 * 4096 * 512)
    assert token_flops(LLAMA_8B, sequence_length=256, document_tokens=512) == token_flops(LLAMA_8B, sequence_length=256)


def _time(layout: PlanLayout, **batch: int) -> Any:
    shape = Batch(**{"sequence_length": 8192, "global_batch": 512, **batch})
    return step_time(LLAMA_8B, layout, shape, device=DEVICES["h100"], assumed=Assumptions(), precision="bf16")


def test_one_device_reaches_what_kernels_reach() -> None:
    time = _time(PlanLayout(), global_batch=8)
    assert time.mfu == pytest.approx(0.5, rel=0.02)
    assert time.seconds == pytest.approx(token_flops(LLAMA_8B, sequence_length=8192) * 8 * 8192 / 494.5e12, rel=0.02)
    assert (time.bubble, time.tensor, time.context, time.pipeline, time.data) == (0, 0, 0, 0, 0)


def test_full_recompute_costs_a_third_more() -> None:
    assert _time(PlanLayout(recompute="full")).compute == pytest.approx(_time(PlanLayout()).compute * 4 / 3)


def test_the_bubble_shrinks_with_micro_batches_and_chunks() -> None:
    plain = _time(PlanLayout(gpus=4, pipeline=4), global_batch=12)
    assert plain.bubble / plain.compute == pytest.approx(3 / 12)
    assert _time(PlanLayout(gpus=4, pipeline=4, virtual_pipeline=2), global_batch=12).bubble == pytest.approx(
        plain.bubble / 2, rel=0.01
    )


def test_traffic_of_a_layer_and_a_step() -> None:
    batch = Batch(sequence_length=8192, global_batch=4)
    hidden = 8192 * 4096 * 2
    tensor = step_traffic(LLAMA_8B, PlanLayout(gpus=2, tensor=2), batch, precision="bf16")
    assert tensor.tensor == 4 * 32 * hidden * 4  # four all-reduces a layer, each twice (r - 1) / r of the bytes
    sequence = step_traffic(LLAMA_8B, PlanLayout(gpus=2, tensor=2, sequence_parallel=True), batch, precision="bf16")
    assert sequence.tensor == 4 * 32 * hidden * 5
    data = step_traffic(LLAMA_8B, PlanLayout(gpus=4), batch, precision="bf16")
    assert data.data == 8_030_261_248 * 6 * 3 // 4
    context = step_traffic(LLAMA_8B, PlanLayout(gpus=4, context=4), batch, precision="bf16")
    assert context.context == 4 * 32 * (8192 * 2 * 1024 * 2) * 2 * 3 // 4
    pipeline = step_traffic(LLAMA_8B, PlanLayout(gpus=2, pipeline=2), batch, precision="bf16")
    assert pipeline.pipeline == 2 * 4 * hidden


# --- What cannot be


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tensor": 3}, ["tensor: 3 does not divide num_attention_heads = 4", "num_query_groups = 2", "1, 2 would do"]),
        ({"gpus": 4, "tensor": 4}, ["tensor: 4 does not divide num_query_groups = 2; 1, 2 would do"]),
        ({"gpus": 16, "tensor": 16}, ["reaches over nodes of 8 devices"]),
        ({"pipeline": 3, "gpus": 3}, ["pipeline: 3 does not divide num_layers = 8; 1, 2, 4, 8 would do"]),
        (
            {"pipeline": 2, "gpus": 2, "virtual_pipeline": 3},
            ["virtual_pipeline: 3 does not divide the 4 layers of a pipeline rank"],
        ),
        ({"virtual_pipeline": 2}, ["virtual_pipeline: 2 without a pipeline does nothing"]),
        ({"sequence_parallel": True}, ["sequence_parallel: true without tensor parallelism"]),
        ({"gpus": 6, "tensor": 2, "pipeline": 2}, ["gpus: 6 devices are no multiple of tensor x pipeline x context = 4"]),
        ({"gpus": 1, "tensor": 2}, ["gpus: 1 devices are no multiple"]),
        ({"tensor": 0}, ["tensor: 0 is no number of parts"]),
        ({"pipeline": -2}, ["pipeline: -2 is no number of parts"]),
        ({"context": -1, "gpus": -1}, ["context: -1", "gpus: -1"]),
        ({"virtual_pipeline": 0}, ["virtual_pipeline: 0 is no number of parts"]),
    ],
)
def test_layouts_that_cannot_be(changes: dict[str, Any], told: list[str]) -> None:
    layout = PlanLayout(**changes)
    text = "\n".join(map(str, layout_misfits(SMALL, layout, node_gpus=8)))
    assert all(part in text for part in told), text
    plan = make_plan(_work(SMALL), layout)
    assert not plan.fits
    assert not plan.stretches


@pytest.mark.parametrize(
    ("batch", "layout", "told"),
    [
        ((64, 7, 1), {"gpus": 2}, "global_batch_size: 7 is no multiple of micro_batch_size 1 x 2 replicas; 6 or 8 would do"),
        ((64, 1, 1), {"gpus": 2}, "2 would do"),
        ((64, 8, 3), {}, "global_batch_size: 8 is no multiple of micro_batch_size 3"),
        (
            (64, 6, 1),
            {"gpus": 4, "pipeline": 4, "virtual_pipeline": 2},
            "virtual_pipeline: 6 micro-batches are no multiple of pipeline 4",
        ),
        ((66, 8, 1), {"gpus": 2, "context": 2}, "sequence_length: the 66 tokens of a micro-batch are no multiple of 4"),
        ((63, 8, 1), {"gpus": 2, "tensor": 2, "sequence_parallel": True}, "are no multiple of 2"),
        ((0, 8, 1), {}, "sequence_length: 0 is no size"),
        ((64, -8, 1), {}, "global_batch_size: -8 is no size"),
        ((64, 8, 0), {}, "micro_batch_size: 0 is no size"),
    ],
)
def test_batches_that_cannot_be(batch: tuple[int, int, int], layout: dict[str, Any], told: str) -> None:
    sequence_length, global_batch, micro_batch = batch
    shape = Batch(sequence_length=sequence_length, global_batch=global_batch, micro_batch=micro_batch)
    assert told in "\n".join(map(str, batch_misfits(shape, PlanLayout(**layout))))


RECIPE = """
[model]
num_layers = 8
hidden_size = 64
ffn_hidden_size = 128
num_attention_heads = 4
num_query_groups = 2
[data]
shards = "nowhere"
[[stage]]
sequence_length = 96
global_batch_size = 24
micro_batch_size = {micro}
[layout]
tensor = {tensor}
pipeline = {pipeline}
virtual_pipeline = {virtual}
context = {context}
sequence_parallel = {sequence_parallel}
[optimizer]
lr = 1e-3
[train]
steps = 10
"""


def test_the_plan_refuses_what_the_trainer_refuses() -> None:
    agreed = {True: 0, False: 0}
    for tensor, pipeline, virtual, context, data, micro in product(
        (1, 2, 3, 4), (1, 2, 3), (1, 2, 4), (1, 2, 3), (1, 2, 5), (1, 2, 3)
    ):
        values = {"tensor": tensor, "pipeline": pipeline, "virtual": virtual, "context": context, "micro": micro}
        try:
            recipe = parse_recipe(RECIPE.format(**values, sequence_parallel=str(tensor > 1).lower()))
        except RecipeError:
            continue
        gpus = tensor * pipeline * context * data
        layout = plan_layout(recipe.layout, gpus=gpus)
        shape = Batch(sequence_length=96, global_batch=24, micro_batch=micro)
        ours = not (layout_misfits(SMALL, layout, node_gpus=8) or batch_misfits(shape, layout))
        try:
            theirs = check_layout(recipe, model=SMALL, world_size=gpus) == data
        except RecipeError:
            theirs = False
        assert ours == theirs, (values, gpus)
        agreed[ours] += 1
    assert min(agreed.values()) > 40


def test_a_layout_that_does_not_fit_names_the_larger_part() -> None:
    state = make_plan(_work(), PlanLayout())
    assert [misfit.knob for misfit in state.misfits] == ["memory"]
    assert "weights and their state take 134.6 GiB: raise tensor or pipeline" in str(state.misfits[0])
    activations = make_plan(
        _work(sequence_length=131_072, global_batch=512), PlanLayout(gpus=8, tensor=8, sequence_parallel=True)
    )
    assert "lower micro_batch_size, raise context or tensor, or recompute" in str(activations.misfits[0])


def test_single_changes_make_it_fit() -> None:
    layout = PlanLayout(gpus=8, tensor=2, sequence_parallel=True)
    work = _work(sequence_length=32_768, global_batch=64)
    assert not make_plan(work, layout).fits
    changes = single_changes(work, layout)
    assert {told for told, _ in changes} >= {"context = 4", "tensor = 8", 'recompute = "full"'}
    assert all(plan.fits for _, plan in changes)


def test_search_finds_only_what_fits_and_the_best_first() -> None:
    plans = search(_work(), gpus=8)
    assert plans
    assert all(plan.fits and plan.memory_bytes <= 79 * GIB for plan in plans)
    assert len({(plan.layout.tensor, plan.layout.pipeline, plan.layout.context) for plan in plans}) == len(plans)
    assert plans[0].seconds <= 1.1 * min(plan.seconds for plan in plans)


def test_least_devices() -> None:
    assert search(_work(), gpus=1) == []
    found = least_gpus(_work(), start=1)
    assert found is not None
    assert found.layout.gpus == 2
    huge = replace(LLAMA_8B, num_layers=4096, hidden_size=65_536, ffn_hidden_size=8 * 65_536)
    assert least_gpus(_work(huge, global_batch=1), start=8192) is None


# --- The shipped recipes


def _plan(name: str, gpus: int) -> dict[str, Any]:
    output = io.StringIO()
    code = run_plan(name, output, gpus=gpus, as_json_text=True)
    told = json.loads(output.getvalue())
    assert code == (0 if told["fits"] else 1)
    return told


@pytest.mark.parametrize(("name", "billions"), [("tiny", 0.0049), ("1b", 1.149), ("7b", 6.994), ("full", 70.092)])
def test_sizes_of_the_shipped_recipes(name: str, billions: float) -> None:
    vocab_size = 32_000 if name == "tiny" else 100_000
    recipe = read_recipe(recipe_path(name))
    assert recipe.model_sizes(vocab_size=vocab_size).num_parameters() / 1e9 == pytest.approx(billions, rel=0.01)
    assert recipe.name == name


@pytest.mark.parametrize(("name", "gpus"), list(product(("1b", "7b", "full"), (1, 8, 64, 512))))
def test_a_layout_is_shipped_for_each_number_of_devices_on_which_one_fits(name: str, gpus: int) -> None:
    told = _plan(name, gpus)
    refused = (name, gpus) in [("7b", 1), ("full", 1), ("full", 8)]
    assert told["fits"] is not refused
    assert (shipped_layout(name, gpus=gpus) is None) is refused
    if refused:
        assert told["layouts"] == []
        assert told["least"]["layout"]["gpus"] > gpus
    else:
        assert told["plan"]["seconds"] <= 1.1 * told["layouts"][0]["seconds"], "the search found a better one: ship it"


def test_the_recipes_own_layout_is_the_one_shipped_for_its_number() -> None:
    for name, gpus in (("1b", 8), ("7b", 64), ("full", 512)):
        recipe = read_recipe(recipe_path(name))
        shipped = shipped_layout(name, gpus=gpus)
        assert shipped is not None
        assert recipe.layout == shipped[0]
        assert [stage.micro_batch_size for stage in recipe.stage] == shipped[1]
        assert _plan(name, gpus)["plan"]["layout"]["gpus"] == gpus
    assert recipe_names() == ["1b", "7b", "full", "tiny"]


# --- The command


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert malmoi.main(["train", "plan", "7b"]) == 0
    text = capsys.readouterr().out
    for part in (
        "7b: 6.99 B parameters, vocabulary 100,000 (padded 100,096)",
        "64 x h100, 79 GiB each, bf16; layout TP2 CP2 DP16 SP ZeRO1 micro-batch 8, 1",
        "MFU expected",
        "a checkpoint is 97.92 GB",
        "Assumed: kernels reach 50% of 989 TFLOP/s",
    ):
        assert part in text
    assert max(map(len, text.splitlines())) <= 140


def test_a_plan_that_does_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert malmoi.main(["train", "plan", "full", "--gpus", "8"]) == 1
    text = capsys.readouterr().out
    assert "DOES NOT FIT" in text
    assert "No layout fits on 8. 32 would do:" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["8b"], "8b: there is no such recipe; shipped are: 1b, 7b, full, tiny"),
        (["7b", "--gpus", "0"], "--gpus 0 must be above 0"),
        (["7b", "--gpus", "-8"], "--gpus -8 must be above 0"),
        (["7b", "--device", "h101"], "there are: a100, h100"),
        (["7b", "--efficiency", "1.5"], "--efficiency 1.5 is a share"),
        (["7b", "--vocab-size", "0"], "--vocab-size 0 must be above 0"),
        (["7b", "--document-tokens", "-1"], "--document-tokens -1 must be above 0"),
    ],
)
def test_wrong_usage(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert malmoi.main(["train", "plan", *words]) == 2
    assert told in capsys.readouterr().err


def test_assumptions_are_options() -> None:
    usual, document = io.StringIO(), io.StringIO()
    run_plan("7b", usual, as_json_text=True)
    run_plan("7b", document, document_tokens=500, efficiency=0.4, as_json_text=True)
    before, after = json.loads(usual.getvalue()), json.loads(document.getvalue())
    assert after["assumed"]["kernel_efficiency"] == 0.4
    assert after["plan"]["mfu"] < before["plan"]["mfu"]
    assert after["plan"]["stages"][1]["token_flops"] < before["plan"]["stages"][1]["token_flops"]


def test_the_vocabulary_is_that_of_the_shards(tmp_path: Path) -> None:
    shards = tmp_path / "shards"
    shards.mkdir()
    (shards / "shards.json").write_text(json.dumps({"tokenizer": {"vocab_size": 321}}))
    recipe = tmp_path / "r.toml"
    text = RECIPE.format(tensor=1, pipeline=1, virtual=1, context=1, micro=1, sequence_parallel="false")
    recipe.write_text(text.replace("nowhere", "shards"))
    output = io.StringIO()
    assert run_plan(str(recipe), output, as_json_text=True) == 0
    assert json.loads(output.getvalue())["model"]["vocab_size"] == 321
    (shards / "shards.json").write_text("{}")
    with pytest.raises(ValueError, match="is not what `malmoi build` writes"):
        run_plan(str(recipe), output)


def test_a_recipe_is_written_with_the_best_layout_and_its_comments(tmp_path: Path) -> None:
    target = tmp_path / "mine.toml"
    assert run_plan("7b", io.StringIO(), gpus=8, write=str(target)) == 0
    recipe, source = read_recipe(target), read_recipe(recipe_path("7b"))
    assert recipe.layout.tensor * recipe.layout.pipeline * recipe.layout.context == 8
    assert recipe.model == source.model
    assert "slower rotation" in target.read_text()
    assert run_plan(str(target), io.StringIO(), gpus=8) == 0
    with pytest.raises(ValueError, match="nothing to write"):
        run_plan("full", io.StringIO(), gpus=8, write=str(target))


def test_a_recipe_without_a_layout_gets_one(tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / "shards.json").write_text(json.dumps({"tokenizer": {"vocab_size": 500}}))
    text = RECIPE.format(tensor=1, pipeline=1, virtual=1, context=1, micro=1, sequence_parallel="false").replace(
        "nowhere", "shards"
    )
    before, _, after = text.partition("[layout]")
    recipe = tmp_path / "r.toml"
    recipe.write_text(before.replace("micro_batch_size = 1\n", "") + "[optimizer]" + after.partition("[optimizer]")[2])
    (tmp_path / "deeper").mkdir()
    target = tmp_path / "deeper" / "new.toml"
    run_plan(str(recipe), io.StringIO(), gpus=8, write=str(target))
    written = read_recipe(target)
    assert written.layout == Layout.model_validate({})
    assert written.data.shards == str(tmp_path / "shards")


def test_plans_are_the_same_each_time() -> None:
    def told() -> Plan:
        return search(_work(), gpus=64)[0]

    assert told() == told()
