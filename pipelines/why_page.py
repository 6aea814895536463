"""The answer of ``malmoi why`` as text for people and as JSON for programs.

An :class:`pipelines.why.Answer` enters; a page of text, or plain values, leave.
"""

import textwrap
from collections.abc import Iterator
from typing import IO, Any

from filters.document import Failure

from .engine.ledger import LOSSES
from .filter_command import reason
from .json_lines import counted
from .marked_text import harmless, show
from .why import Answer, Event, Story, tell

#: How much of a text is shown unless more is asked for.
MAX_CHARS = 4000
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def run_why(run: str, identifier: str, out: IO[str], *, as_json: bool = False, max_chars: int = MAX_CHARS) -> int:
    """Writes the answer; the exit code: 0, or 1 if no document of the run has the id.

    Raises:
        ValueError: ``run`` is no run directory.
    """
    import json

    answer = tell(run, identifier)
    if as_json:
        print(json.dumps(to_json(answer), ensure_ascii=False, indent=1), file=out)
    else:
        print(why(answer, colour=out.isatty(), max_chars=max_chars), file=out)
    return 0 if answer.stories else 1


def why(answer: Answer, *, colour: bool = False, max_chars: int = MAX_CHARS) -> str:
    """The answer as a page; ``max_chars`` of each text are shown, 0 shows all."""
    if not answer.stories:
        return _not_found(answer)
    pages = ["\n".join(_page(answer.run, story, colour=colour, max_chars=max_chars)) for story in answer.stories]
    several = f"{len(pages)} partitions hold a document with this id\n\n" if len(pages) > 1 else ""
    return several + "\n\n".join(pages)


def to_json(answer: Answer) -> dict[str, Any]:
    """The answer as plain values."""
    return {
        "run": answer.run,
        "id": answer.id,
        "documents": [_story_to_json(story) for story in answer.stories],
        "nearest": list(answer.nearest),
    }


def _story_to_json(story: Story) -> dict[str, Any]:
    return {
        "partition": story.partition,
        "source": story.source,
        "uri": story.uri,
        "licence": story.licence,
        "fate": {"stage": story.fate.stage, "action": story.fate.action, "duplicate_of": story.fate.kept_id or None},
        "stages": [
            {
                "stage": event.stage,
                "action": event.action,
                "reasons": [reason(failure) for failure in event.failures],
                "duplicate_of": event.kept_id or None,
                "segment": event.segment,
                "language": event.language,
                "scores": dict(event.scores),
            }
            for event in story.events
        ],
        "num_tokens": story.num_tokens,
        "repeats": story.repeats,
        "text": story.text,
        "marks": [mark._asdict() for mark in story.marks],
    }


def _not_found(answer: Answer) -> str:
    told = f"no document of {answer.run} has the id {harmless(answer.id)!r}"
    if answer.nearest:
        told += "; the nearest are:\n" + "\n".join(f"  {harmless(identifier)}" for identifier in answer.nearest)
        return told
    return told + f"; the ids stand in the column `id` of {answer.run}/ingest/*.parquet"


def _page(run: str, story: Story, *, colour: bool, max_chars: int) -> Iterator[str]:
    yield from _heading(story)
    yield ""
    for event in story.events:
        yield from _event_lines(event, colour=colour)
    yield ""
    yield _conclusion(run, story)
    yield ""
    yield from _text_lines(story, colour=colour, max_chars=max_chars)


def _heading(story: Story) -> Iterator[str]:
    yield f"id         {harmless(story.id)}"
    yield f"source     {harmless(story.source)}" + (f", licence {harmless(story.licence)}" if story.licence else "")
    if story.uri:
        yield f"from       {harmless(story.uri)}"
    yield f"partition  {story.partition}"


def _event_lines(event: Event, *, colour: bool) -> Iterator[str]:
    action = event.action.upper() if event.action in LOSSES else event.action
    known = [part for part in (event.segment, event.language) if part]
    known += [f"{name} score {value:.3g}" for name, value in event.scores]
    told = f"{event.stage:<16}{action:<12}{', '.join(known)}".rstrip()
    yield f"{_BOLD}{told}{_PLAIN}" if colour and event.action in LOSSES else told
    if event.action == "unaccounted":
        yield "    neither kept nor in the ledger: the stage was made from another version of this one; run malmoi build again"
    elif event.action == "not run":
        yield "    this partition has not been through the stage yet; malmoi build goes on with it"
    width = max((len(failure.rule) for failure in event.failures), default=0)
    for failure in event.failures:
        yield f"    {failure.rule:<{width}}  {_measure(failure, edited=event.action == 'edited')}".rstrip()
    if event.kept_id:
        yield f"    duplicate of {harmless(event.kept_id)}"


def _measure(failure: Failure, *, edited: bool) -> str:
    """Value against threshold, and the detail."""
    value, threshold = failure.value, failure.threshold
    parts: list[str] = []
    if value is not None and threshold is not None:
        sign = "<" if value < threshold else ">" if value > threshold else "="
        parts.append(f"{value:.6g} {sign} {threshold:.6g}")
    elif value is not None:
        parts.append(f"{counted(int(value), 'place')} changed" if edited else f"{value:.6g}")
    if failure.detail:
        parts.append(textwrap.shorten(harmless(failure.detail), 300, placeholder=" …"))
    return "   ".join(parts)


def _conclusion(run: str, story: Story) -> str:
    fate = story.fate
    if fate.action == "duplicate":
        return f"A duplicate: {harmless(fate.kept_id)} was kept instead.\n  malmoi why {run} '{harmless(fate.kept_id)}'"
    if fate.action in LOSSES:
        num_rules = len({failure.rule for failure in fate.failures})
        return f"Lost in {fate.stage}: {fate.action}, by {counted(num_rules, 'rule')}."
    if story.num_tokens is not None:
        used = "" if story.repeats is None else f", used {counted(story.repeats, 'time')} in the mix"
        return f"Kept by every stage: {story.num_tokens:,} tokens{used}."
    return f"Kept so far, up to {fate.stage}." if fate.action == "kept" else f"{fate.stage}: {fate.action}."


def _text_lines(story: Story, *, colour: bool, max_chars: int) -> Iterator[str]:
    if story.text is None:
        yield "There is no text: the record could not be read, or was not wanted from the start."
        return
    cut = len(story.text) if max_chars <= 0 else max_chars
    marks = [mark for mark in story.marks if mark.end <= cut]
    title = f"text, {counted(len(story.text), 'character')}"
    if story.marks:
        num_pii = sum(mark.kind == "pii" for mark in story.marks)
        places = counted(len(story.marks) - num_pii, "place")
        title += f"; marked: {counted(num_pii, 'piece')} of personal data, {places} of evidence"
    yield f"--- {title} ---"
    yield show(story.text[:cut], marks, colour=colour)
    if len(story.text) > cut:
        rest, hidden = counted(len(story.text) - cut, "more character"), counted(len(story.marks) - len(marks), "mark")
        yield f"--- {rest}, with {hidden}; --all shows them ---"
