"""The loss curve of a training that a run names: read from the trainer's own file, told in both languages, exact places."""

import json
from pathlib import Path

import pytest

from pipelines.report import write_report
from pipelines.report.training import Curve, training_view
from tests.pipelines.report_run import build_run
from tests.pipelines.test_report import Page, read

#: Rolled back once, skipped once (a loss that is no number), long sequences at the end, and a last line that was cut off.
METRICS = """\
{"step": 1, "loss": 9.0, "sequence_length": 64}
{"step": 2, "loss": 99.0, "sequence_length": 64}
{"step": 1, "rolled_back_to": 1, "reason": "spike"}
{"step": 2, "loss": 7.0, "sequence_length": 64}
{"step": 2, "validation_loss_korean": 8.0, "validation_loss_fim": 8.5, "validation_loss": 8.0}
{"step": 3, "loss": NaN, "sequence_length": 64, "skipped": 1}
{"step": 4, "loss": 5.0, "sequence_length": 128}
{"step": 4, "validation_loss_korean": 6.0, "validation_loss_fim": 6.5, "validation_loss": 6.0}
{"step": 5, "lo"""


@pytest.fixture
def training(tmp_path: Path) -> Path:
    out = tmp_path / "training"
    out.mkdir()
    (out / "metrics.jsonl").write_text(METRICS)
    return out


@pytest.fixture
def run(tmp_path: Path) -> str:
    return build_run(tmp_path / "run")


def test_the_loss_curve_is_on_the_page_and_stays_there(run: str, training: Path) -> None:
    html = Path(write_report(run, training=str(training))).read_text("utf-8")
    page = Page(html)
    assert page.row("training", "train") == ["Steps", "9.000", "5.000", "5.000", "4"]
    assert page.row("training", "korean") == ["Korean", "8.000", "6.000", "6.000", "4"]
    assert page.row("training", "fim") == ["Fill-in-the-middle, held out", "8.500", "6.500", "6.500", "4"]
    assert "The loss of 4 steps on these shards" in page.text
    assert "64 tokens" in page.text
    assert "128 tokens" in page.text
    assert 'class="curve stroke-other" points="25.000,0.00 50.000,100.00 100.000,200.00"' in html
    assert 'class="curve stroke-korean" points="50.000,50.00 100.000,150.00"' in html
    assert "4단계 학습한 손실" in Page(html, "ko").text
    # Seen from the run: both can be moved; and without being asked again.
    assert json.loads((Path(run) / "training.json").read_text()) == {"directory": "../training"}
    assert read(run)[0] == html


def test_a_run_without_a_training_says_how_to_name_one(run: str) -> None:
    html, page = read(run)
    assert "malmoi report RUN --training OUT" in page.text
    assert "data-training" not in html.split("</style>")[1]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("training/metrics.jsonl", None, "../training, has no figures there."),
        ("training/metrics.jsonl", "", "../training, has no figures there."),
        ("training/metrics.jsonl", "no json\n", "is not as this version writes it (JSONDecodeError)"),
        ("training/metrics.jsonl", '{"loss": 3}\n', "is not as this version writes it (KeyError)"),
        ("training/metrics.jsonl", '{"step": 1, "loss": "x"}\n', "is not as this version writes it (ValueError)"),
        ("run/training.json", "{}", "is not as this version writes it (KeyError)"),
        ("run/training.json", "[]", "training.json is no JSON object"),
    ],
)
def test_figures_that_are_damaged_are_told_and_the_rest_is_shown(
    run: str, training: Path, tmp_path: Path, file: str, text: str | None, told: str
) -> None:
    write_report(run, training=str(training))
    (tmp_path / file).unlink() if text is None else (tmp_path / file).write_text(text)
    html, page = read(run)
    assert told in page.text
    assert "data-training" not in html.split("</style>")[1]
    assert page.mark("figure", "documents-kept") == "8"


def test_what_is_no_training_is_refused_and_nothing_is_written(run: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere has no metrics\.jsonl.*--out of malmoi train pretrain"):
        write_report(run, training=str(tmp_path / "nowhere"))
    assert not (Path(run) / "training.json").exists()


def test_a_long_curve_is_drawn_through_means() -> None:
    steps = list(range(1, 602))
    thin = Curve("train", steps, [float(step % 3) for step in steps]).thinned()
    assert (len(thin.steps), thin.steps[:2], thin.steps[-1]) == (201, [3, 6], 601)
    assert thin.losses[:2] == [1.0, 1.0]
    assert thin.losses[-1] == 1.0


def test_one_figure_alone_has_a_place(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "loss": 9.0, "sequence_length": 64}\n')
    found = training_view({"directory": str(tmp_path)}, run="elsewhere")
    assert found is not None
    assert found.points(found.curves[0], height=200) == [(100.0, 0.0)]
