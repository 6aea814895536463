"""The page's templates: the view of a run enters, HTML leaves.

All that is not a text of the page itself is escaped, by Jinja and by :mod:`pipelines.report.visible_text`; a name that a
template asks for and that is not there is an error.
"""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from filters.document import SEGMENTS
from pipelines.engine.ledger import LOSSES
from pipelines.report import forecast, funnel, losses, messages, samples, timing, visible_text
from pipelines.report.mixture import THIRDS_TOLERANCE


def render(page: object) -> str:
    """The whole page."""
    return _environment().get_template("page.html.j2").render(page=page)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        visible=visible_text.visible,
        count=visible_text.count,
        breakable=visible_text.breakable,
        compact=visible_text.compact,
        fitting=visible_text.fitting,
        size=visible_text.size,
        number=visible_text.number,
        rate=visible_text.rate,
        duration=timing.duration,
    )
    names: dict[str, Any] = environment.globals  # jinja2's own annotation knows its built-in ones only
    names.update(_names())
    return environment


def _names() -> dict[str, Any]:
    """What every template can name."""
    return {
        "t": messages.written,
        "drawn": messages.drawn,
        "is_known": messages.is_known,
        "is_told": lambda value: isinstance(value, messages.Told),
        "share": visible_text.share,
        "fine_share": visible_text.fine_share,
        "ratio": visible_text.ratio,
        "width": visible_text.percent_width,
        "FATES": funnel.FATES,
        "LOSSES": LOSSES,
        "SEGMENTS": SEGMENTS,
        "MAX_ROWS": losses.MAX_ROWS,
        "TEXT_CHARACTERS": samples.TEXT_CHARACTERS,
        "FORECAST_GROUPS": forecast.GROUPS,
        "TOLERANCE": THIRDS_TOLERANCE,
    }
