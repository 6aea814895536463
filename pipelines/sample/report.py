"""What a gathering gave: one record a source, and the text that the command prints.

The records of the sources enter; a table for people leaves (``sample.json`` is written by ``gather``).
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One source of the sample. ``sha256`` is the package's; ``content_sha256`` that of the directory as written."""

    name: str
    directory: str
    registry: str
    package: str
    version: str
    sha256: str
    licence: str
    format: str
    kind: str
    num_files: int
    num_bytes: int
    content_sha256: str
    status: str
    reason: str = ""
    note: str = ""

    @property
    def path(self) -> str:
        return f"{self.directory}/{self.name}"

    @property
    def is_missing(self) -> bool:
        return self.status == "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReport:
    """A whole gathering: every source that the sample has, and every one that it should have had."""

    directory: Path
    sources: tuple[SourceReport, ...]
    empty_directories: tuple[str, ...]
    seconds: float

    @property
    def gathered(self) -> tuple[SourceReport, ...]:
        return tuple(source for source in self.sources if not source.is_missing)

    @property
    def missing(self) -> tuple[SourceReport, ...]:
        return tuple(source for source in self.sources if source.is_missing)

    @property
    def num_bytes(self) -> int:
        return sum(source.num_bytes for source in self.gathered)


def as_text(report: SampleReport) -> str:
    """A table of what was gathered, sums per directory, and in plain words what is missing and why."""
    lines = [f"{'source':<28}{'files':>7}{'MB':>8}  {'licence':<34}package"]
    for source in report.gathered:
        package = f"{source.package} {source.version} ({source.registry})"
        lines.append(f"{source.path:<28}{source.num_files:>7}{source.num_bytes / 1e6:>8.2f}  {source.licence:<34}{package}")
    directories = dict.fromkeys(source.directory for source in report.gathered)
    sums = {name: sum(source.num_bytes for source in report.gathered if source.directory == name) for name in directories}
    by_directory = ", ".join(f"{name} {num_bytes / 1e6:.1f} MB" for name, num_bytes in sums.items())
    num_files = sum(source.num_files for source in report.gathered)
    lines += ["", f"{report.directory}: {num_files} files, {report.num_bytes / 1e6:.1f} MB in {report.seconds:.1f} s"]
    lines.append(f"by directory: {by_directory}")
    lines.append("licence of every file: licences.jsonl; packages and hashes: sample.json")
    if report.missing:
        lines += ["", f"NOT GATHERED: {len(report.missing)} of {len(report.sources)} sources"]
        for reason in dict.fromkeys(source.reason for source in report.missing):
            paths = ", ".join(source.path for source in report.missing if source.reason == reason)
            lines.append(f"  {reason}: {paths}")
    if report.empty_directories:
        lines.append(f"nothing at all for: {', '.join(report.empty_directories)}")
    return "\n".join(lines)
