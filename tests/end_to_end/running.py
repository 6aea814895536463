"""Runs ``malmoi`` as a user does, and looks at what lies on the disk afterwards."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Worker processes even for a corpus that is too small to be worth them.
PROCESSES = ["--", "--direct_running_mode=multi_processing", "--direct_num_workers=2"]


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "malmoi", *map(str, words)]


def malmoi(*words: str | Path, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=timeout_s, check=False
    )


#: What the report shows of the times of a run, which two runs of a recipe do not share.
_TIMES = re.compile(rb"<!--times-->.*<!--/times-->", re.DOTALL)


def _without_times(path: Path) -> bytes:
    return _TIMES.sub(b"", path.read_bytes()) if path.name == "report.html" else path.read_bytes()


def output_bytes(run: Path) -> dict[str, str]:
    """SHA-256 of every output file of a run but its times; what is hidden is bookkeeping (locks, times of input files)."""
    return {
        str(path.relative_to(run)): hashlib.sha256(_without_times(path)).hexdigest()
        for path in sorted(run.rglob("*"))
        if path.is_file()
        and path.name != "timing.json"
        and not any(part.startswith(".") for part in path.relative_to(run).parts)
    }
