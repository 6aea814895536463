"""``RUN/report.html``: the run on one page, in English and in Korean.

A run directory enters, at any point of its life after the first stage; one self-contained HTML file leaves, written
atomically. The page loads nothing (its content security policy forbids it to), runs no script, and holds no clock but what
``timing.json`` says: the same run directory gives the same bytes.
"""

from pipelines.engine import files
from pipelines.report.reading import Reading
from pipelines.report.run_directory import RunDirectory
from pipelines.report.templates import render
from pipelines.report.training import name_training


def write_report(run: str, *, training: str | None = None) -> str:
    """Write ``run``/report.html and return its path; ``training`` is a training's directory, remembered in ``run``.

    Raises:
        ValueError: there is no such run, no stage of it has finished, or a manifest is not what it should be; the message
            names the file and what to do. What else cannot be read is told on the page.
    """
    directory = RunDirectory(str(run))
    if training is not None:
        name_training(directory.root, training)
    html = render(Reading(directory).page())
    path = directory.path("report.html")
    with files.writing(path) as out:
        # A lone surrogate can come out of a JSON file but cannot go into UTF-8.
        out.write(html.encode("utf-8", "replace"))
    return path
