"""Gathers the sample: fetches the pinned packages, writes a directory for each source, records every file's licence.

A directory enters, empty or from an earlier run; DIR/<language or code>/<source>/..., DIR/licences.jsonl,
DIR/sample.json and a ``SampleReport`` leave. The same packages give the same bytes. A package that this machine cannot
have is listed as missing; a directory that thereby stays empty is filled from the machine itself (``machine``).
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from pipelines.sample.errors import SampleError, UnavailableError
from pipelines.sample.fetch import Fetcher, default_cache
from pipelines.sample.machine import LocalSource, own_texts, stand_ins
from pipelines.sample.report import SampleReport, SourceReport
from pipelines.sample.shapes import files_of
from pipelines.sample.sources import TABLE, Package, Source, load_sources
from pipelines.sample.tree import Record, complete_record, remove_others, write_atomically, write_tree

#: Packages fetched at the same time: fetching waits for the network more than it works.
_NUM_FETCHES = 4

#: A source with what was written of it, or the reason why nothing was.
_Outcome = tuple[Source | LocalSource, Record | str]


def print_progress(message: str) -> None:
    """One line on standard error, written over on a terminal."""
    is_terminal = sys.stderr.isatty()
    print(f"\r\x1b[K{message}" if is_terminal else message, end="" if is_terminal else "\n", file=sys.stderr, flush=True)


def gather(
    directory: Path,
    *,
    cache: Path | None = None,
    offline: bool = False,
    progress: Callable[[str], None] = print_progress,
    table: Path = TABLE,
) -> SampleReport:
    """Fills ``directory``; run again to go on after a failure, which is instant where all is there.

    Raises ``MismatchError`` or ``ArchiveError`` where a package is not what was pinned: then nothing of it is used.
    """
    started = time.monotonic()
    sources = load_sources(table)
    directory.mkdir(parents=True, exist_ok=True)
    outcomes = _gather_pinned(directory, sources, Fetcher(cache or default_cache(), offline=offline), progress=progress)
    outcomes.append(_gather_local(directory, own_texts()))
    wanted = dict.fromkeys(source.directory for source in sources)
    empty = [name for name in wanted if not any(_has(outcome, name) for outcome in outcomes)]
    for name in empty:
        progress(f"{name}: no package could be had; taking what is on this machine")
        outcomes += [_gather_local(directory, source) for source in stand_ins(name)]
    remove_others(directory, keep=frozenset(source.path for source, record in outcomes if isinstance(record, Record)))
    _write_licences(directory, outcomes)
    reports = tuple(_report(source, record) for source, record in outcomes)
    report = SampleReport(
        directory=directory,
        sources=reports,
        empty_directories=tuple(name for name in empty if not any(_has(outcome, name) for outcome in outcomes)),
        seconds=time.monotonic() - started,
    )
    _write_summary(directory, report)
    if sys.stderr.isatty() and progress is print_progress:
        print_progress("")
    return report


def _gather_pinned(
    directory: Path, sources: Sequence[Source], fetcher: Fetcher, *, progress: Callable[[str], None]
) -> list[_Outcome]:
    """Every pinned source, in the table's order, whatever order the packages come in."""
    complete = {source.path: complete_record(directory, path=source.path, fingerprint=source.fingerprint) for source in sources}
    packages = dict.fromkeys(source.package for source in sources if complete[source.path] is None)
    outcomes: list[_Outcome] = []
    with ThreadPoolExecutor(max_workers=_NUM_FETCHES) as pool:
        fetches = {package: pool.submit(fetcher.obtain, package) for package in packages}
        try:
            for number, source in enumerate(sources, start=1):
                record = complete[source.path]
                if record is None:
                    size = f"{source.package.num_bytes / 1e6:.1f} MB"
                    named = f"{source.package.name} {source.package.version}, {size}"
                    progress(f"[{number}/{len(sources)}] {source.path}: {named}")
                outcomes.append((source, record or _write_pinned(directory, source, fetches)))
        except SampleError:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return outcomes


def _write_pinned(directory: Path, source: Source, fetches: dict[Package, Future[Path]]) -> Record | str:
    try:
        archive = fetches[source.package].result()
    except UnavailableError as error:
        return str(error)
    files = files_of(source, archive=archive)
    return write_tree(directory, path=source.path, fingerprint=source.fingerprint, files=files)


def _gather_local(directory: Path, source: LocalSource) -> _Outcome:
    record = complete_record(directory, path=source.path, fingerprint=source.fingerprint)
    return source, record or write_tree(directory, path=source.path, fingerprint=source.fingerprint, files=source.read())


def _has(outcome: _Outcome, directory: str) -> bool:
    source, record = outcome
    return source.directory == directory and isinstance(record, Record)


def _write_licences(directory: Path, outcomes: Sequence[_Outcome]) -> None:
    """``licences.jsonl``: one line for every file of the sample, sorted by path."""
    rows = [
        {"path": name, "licence": source.licence, "package": _package_name(source), "version": _version(source)}
        for source, record in outcomes
        if isinstance(record, Record)
        for name, _ in record.files
    ]
    rows.sort(key=lambda row: row["path"])
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_atomically(directory / "licences.jsonl", text)


def _write_summary(directory: Path, report: SampleReport) -> None:
    """``sample.json``: everything the report has except how long it took, which would differ from run to run."""
    summary = {
        "sources": [asdict(source) for source in report.sources],
        "num_files": sum(source.num_files for source in report.gathered),
        "num_bytes": report.num_bytes,
        "missing": [source.path for source in report.missing],
        "empty_directories": list(report.empty_directories),
    }
    write_atomically(directory / "sample.json", json.dumps(summary, ensure_ascii=False, indent=2) + "\n")


def _package_name(source: Source | LocalSource) -> str:
    return source.package.name if isinstance(source, Source) else source.package


def _version(source: Source | LocalSource) -> str:
    return source.package.version if isinstance(source, Source) else source.version


def _report(source: Source | LocalSource, record: Record | str) -> SourceReport:
    is_written = isinstance(record, Record)
    return SourceReport(
        name=source.name,
        directory=source.directory,
        registry=source.package.registry if isinstance(source, Source) else "this machine",
        package=_package_name(source),
        version=_version(source),
        sha256=source.package.sha256 if isinstance(source, Source) else "",
        licence=source.licence,
        format=source.format,
        kind=source.kind,
        num_files=len(record.files) if is_written else 0,
        num_bytes=record.num_bytes if is_written else 0,
        content_sha256=record.content_sha256 if is_written else "",
        status="gathered" if is_written else "missing",
        reason="" if is_written else str(record),
        note=source.note,
    )
