"""Every layout trains as one process does, from one checkpoint, and what one saves another goes on from; fp32 on CPU."""

import shutil
from pathlib import Path

import pytest

from tests.trainer.launching import train
from tests.trainer.tiny_shards import write_recipe, write_shards
from trainer.events import CHECKPOINTS, checkpoints, read_event
from trainer.metrics import read_metrics

pytest.importorskip("torch")
pytest.importorskip("megatron.core")

STEPS = 8
#: Layouts by the processes that they take.
LAYOUTS = {
    2: {
        "tensor": "tensor = 2",
        "tensor and sequence": "tensor = 2\nsequence_parallel = true",
        "pipeline": "pipeline = 2",
        "virtual pipeline": "pipeline = 2\nvirtual_pipeline = 2",
        "data": "",
        "context": "context = 2",
    },
    4: {"tensor and pipeline": "tensor = 2\npipeline = 2"},
}
MORE_LAYOUTS = {
    2: {
        "recompute": "tensor = 2\nsequence_parallel = true\nrecompute = 'full'",
        "without overlap": "overlap = false",
    },
    4: {"tensor, pipeline, sequence": "tensor = 2\npipeline = 2\nsequence_parallel = true"},
}
NAMES = [name for layouts in LAYOUTS.values() for name in layouts]
#: What one process goes on from, and the layout of two processes that goes on from what four saved.
BACK = ["tensor and sequence", "virtual pipeline", "context", "tensor and pipeline"]
ANOTHER = "data"


def _losses(run: Path, *, first: int, last: int) -> dict[int, tuple[float, float, int]]:
    rows = [row for row in read_metrics(run) if "loss" in row and first <= row["step"] <= last]
    return {row["step"]: (row["loss"], row["grad_norm"], row["consumed_samples"]) for row in rows}


def _begin_at(step: int, *, source: Path, out: Path) -> Path:
    name = f"step-{step:08d}"
    shutil.copytree(source / CHECKPOINTS / name, out / CHECKPOINTS / name)
    return out


def _recipe(folder: Path, name: str, *, layout: str, steps: int = STEPS, every: int = 2) -> Path:
    text = f'[schedule]\nkind = "constant"\n[layout]\n{layout}\n'
    path = write_recipe(folder / f"{name}.toml", shards=folder / "shards", steps=steps, every=every)
    path.write_text(
        path.read_text().replace("[schedule]\nwarmup_steps = 2\n", "").replace("keep_last = 3", "keep_last = 9") + text
    )
    return path


def _train_layouts(folder: Path, layouts: dict[int, dict[str, str]]) -> None:
    for size, named in layouts.items():
        jobs = [
            (_recipe(folder, name, layout=layout), _begin_at(4, source=folder / "one", out=folder / name))
            for name, layout in named.items()
        ]
        train(jobs, world_size=size)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``one`` trained 8 steps in one process; each layout from its step 4 to 8, both lengths; others from a layout's step 6."""
    folder = tmp_path_factory.mktemp("layouts")
    write_shards(folder / "shards")
    train([(_recipe(folder, "one", layout=""), folder / "one")])
    _train_layouts(folder, LAYOUTS)
    train([_going_on(folder, f"back from {name}", source=name, layout="") for name in BACK])
    train([_going_on(folder, "another", source="tensor and pipeline", layout=LAYOUTS[2][ANOTHER])], world_size=2)
    return folder


def _going_on(folder: Path, name: str, *, source: str, layout: str) -> tuple[Path, Path]:
    return _recipe(folder, name, layout=layout, every=0), _begin_at(6, source=folder / source, out=folder / name)


def _assert_same(found: Path, expected: Path, *, first: int) -> None:
    ours, theirs = _losses(found, first=first, last=STEPS), _losses(expected, first=first, last=STEPS)
    assert list(ours) == list(theirs) == list(range(first, STEPS + 1))
    for step, (loss, norm, consumed) in ours.items():
        assert loss == pytest.approx(theirs[step][0], abs=1e-5), step
        assert norm == pytest.approx(theirs[step][1], rel=1e-3), step
        assert consumed == theirs[step][2]


@pytest.mark.parametrize("name", NAMES)
def test_a_layout_trains_as_one_process_does(runs: Path, name: str) -> None:
    _assert_same(runs / name, runs / "one", first=5)
    figures = [read_event(checkpoints(runs / run)[-1]).metrics for run in (name, "one")]
    assert figures[0] == pytest.approx(figures[1], abs=1e-4)


@pytest.mark.parametrize("name", BACK)
def test_one_process_goes_on_from_what_a_layout_saved(runs: Path, name: str) -> None:
    _assert_same(runs / f"back from {name}", runs / "one", first=7)


def test_a_layout_goes_on_from_what_another_saved(runs: Path) -> None:
    _assert_same(runs / "another", runs / "one", first=7)


@pytest.mark.slow
def test_every_layout_goes_on_from_what_every_other_saved(runs: Path) -> None:
    for size, named in LAYOUTS.items():
        pairs = [(name, source) for name in named for source in NAMES if source != name]
        jobs = [_going_on(runs, f"{name} from {source}", source=source, layout=named[name]) for name, source in pairs]
        train(jobs, world_size=size)
        for name, source in pairs:
            _assert_same(runs / f"{name} from {source}", runs / "one", first=7)


@pytest.mark.slow
def test_more_layouts_train_as_one_process_does(runs: Path) -> None:
    _train_layouts(runs, MORE_LAYOUTS)
    for named in MORE_LAYOUTS.values():
        for name in named:
            _assert_same(runs / name, runs / "one", first=5)


@pytest.mark.slow
def test_initial_weights_are_the_same_under_every_layout(runs: Path) -> None:
    recipe = _recipe(runs, "new", layout="tensor = 2\npipeline = 2", steps=2, every=0)
    train([(recipe, runs / "new")], world_size=4)
    ours = _losses(runs / "new", first=1, last=2)
    theirs = _losses(runs / "one", first=1, last=2)
    assert [ours[step][0] for step in (1, 2)] == pytest.approx([theirs[step][0] for step in (1, 2)], abs=1e-5)
