"""The knowledge stages of a build, run unit by unit in this process: what they sample, train, copy and refuse."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipelines.build import make_context, walk
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, commit
from pipelines.recipe import load_recipe
from pipelines.stages.context import Context
from pipelines.stages.knowledge import has_scores, open_scorer, scorer_directory, untrained
from tests.filters.knowledge.material_texts import NAMES, documents

_RECIPE = """
name = "knowledge"
partition_bytes = 2000
[mix]
korean = 1.0
multilingual = 0.0
code = 0.0
[tokenizer]
vocab_size = 600
"""


def _corpus(directory: Path, *, per_source: int = 12) -> None:
    for name in NAMES:
        for side in ("knowledge", "ordinary"):
            rows = [d.text for d in documents(per_source=per_source) if d.source == f"{side}-{name}"]
            lines = [json.dumps({"id": f"{side}-{name}-{number}", "text": text}) for number, text in enumerate(rows)]
            (directory / f"{side}-{NAMES.index(name)}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _context(directory: Path, settings: str, *, marked: Sequence[str] = ("knowledge",), run: str = "run") -> Context:
    sources = "".join(
        f'[[source]]\nname = "{side}-{number}"\nformat = "jsonl"\npaths = ["{side}-{number}.jsonl"]\n'
        + ("knowledge = true\n" if side in marked else "")
        for side in ("knowledge", "ordinary")
        for number in range(len(NAMES))
    )
    recipe = directory / f"{run}.toml"
    recipe.write_text(_RECIPE + settings + sources, encoding="utf-8")
    return make_context(load_recipe(str(recipe)), str(directory / run))


def _run(stage: Stage, *, backwards: bool = False) -> dict[str, Any]:
    waiting = stage.begin()
    stage.job.setup()
    progress = Progress(stage.run, stage=stage.name)
    for unit in reversed(waiting) if backwards else waiting:
        commit(stage.directory, unit.name, stage.job.run(unit, directory=stage.directory, progress=progress))
    return stage.finish()


def _until_knowledge(context: Context, *, backwards: bool = False) -> Mapping[str, Any]:
    for _ in walk(context, lambda stage: _run(stage, backwards=backwards), until="knowledge"):
        pass
    return context.manifests


_FILES = ("model.bin", "calibration.json", "card.json")


def test_a_model_is_trained_within_the_run(tmp_path: Path) -> None:
    _corpus(tmp_path)
    context = _context(tmp_path, "[knowledge]\ntrain = true\n")
    manifests = _until_knowledge(context)
    assert manifests["knowledge-sample"]["totals"]["stats"]["documents"] == 72
    assert sorted(manifests["knowledge"]["partitions"][0]["files"]) == sorted(_FILES)
    directory = scorer_directory(context)
    assert directory == str(tmp_path / "run/knowledge")
    scores = open_scorer(directory).scores([d.text for d in documents()], ["ko"] * 72)
    assert [(score > 0.5) for score in scores.tolist()] == [d.side == "knowledge" for d in documents()]

    # The order of the units and of a second run changes nothing; the model given to another run is copied.
    again = _context(tmp_path, "[knowledge]\ntrain = true\n", run="again")
    _until_knowledge(again, backwards=True)
    given = _context(tmp_path, f'[knowledge]\nmodel = "{tmp_path}/run/knowledge"\n', run="given")
    assert _until_knowledge(given)["knowledge-sample"]["partitions"] == []
    for run in ("again", "given"):
        for name in _FILES:
            assert (tmp_path / run / "knowledge" / name).read_bytes() == (tmp_path / "run/knowledge" / name).read_bytes()


def test_train_bytes_bound_the_sample(tmp_path: Path) -> None:
    _corpus(tmp_path, per_source=100)
    context = _context(tmp_path, '[knowledge]\ntrain = true\ntrain_bytes = "40 kB"\n')
    manifests = _until_knowledge(context)
    assert 20_000 < manifests["knowledge-sample"]["totals"]["stats"]["text_bytes"] < 60_000


def test_without_it_nothing_is_done(tmp_path: Path) -> None:
    _corpus(tmp_path)
    context = _context(tmp_path, "")
    manifests = _until_knowledge(context)
    assert manifests["knowledge"]["partitions"] == []
    assert not has_scores(context)
    assert scorer_directory(context) is None


@pytest.mark.parametrize(
    ("settings", "marked", "per_source", "told"),
    [
        ("[knowledge]\ntrain = true\n", (), 12, "no source of prose is knowledge; mark law, manuals"),
        ("[knowledge]\ntrain = true\n", ("knowledge", "ordinary"), 12, "no source of prose is ordinary; add a"),
        (
            "[knowledge]\ntrain = true\n",
            ("knowledge",),
            3,
            "only 9 documents of knowledge and 9 documents of ordinary; 20 are needed.*train_bytes",
        ),
        (
            '[knowledge]\nmodel = "nowhere"\n',
            ("knowledge",),
            12,
            "knowledge.model: there is no model.bin in .*nowhere; give the directory",
        ),
    ],
)
def test_mistakes_name_the_remedy(tmp_path: Path, settings: str, marked: Sequence[str], per_source: int, told: str) -> None:
    _corpus(tmp_path, per_source=per_source)
    context = _context(tmp_path, settings, marked=marked)
    with pytest.raises((ValueError, StageFailedError), match=told):
        _until_knowledge(context)


def test_too_little_to_train_on_may_be_told_and_nothing_scored(tmp_path: Path) -> None:
    _corpus(tmp_path, per_source=1)
    context = _context(tmp_path, "[knowledge]\ntrain = true\noptional = true\n")
    manifests = _until_knowledge(context)
    assert list(manifests["knowledge"]["partitions"][0]["files"]) == ["untrained.txt"]
    assert "too little to train a knowledge model on" in untrained(context.run)
    assert scorer_directory(context) is None
