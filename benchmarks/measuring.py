"""Runs a command and tells its wall time, CPU time and peak memory, over all the processes that it starts."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Measured:
    """``peak_bytes`` is of all processes together, ``largest_bytes`` of the largest one."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    largest_bytes: int


def measure(command: Sequence[str | Path]) -> Measured:
    """Runs a command of this environment to its end.

    Raises:
        RuntimeError: it failed; the message holds the end of what it printed.
    """
    before = os.times()
    start = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peaks = [0, 0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    wall = time.monotonic() - start
    watcher.join()
    after = os.times()
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {process.returncode}\n{output[-3000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall, cpu, *peaks)


def _watch(pid: int, peaks: list[int]) -> None:
    """Samples the resident memory of a process and its descendants until it ends; shared pages count once a process."""
    while True:
        try:
            root = psutil.Process(pid)
            sizes = []
            for process in [root, *root.children(recursive=True)]:
                try:
                    sizes.append(process.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue
            if root.status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.NoSuchProcess:
            return
        peaks[0] = max(peaks[0], sum(sizes))
        peaks[1] = max(peaks[1], *sizes)
        time.sleep(0.1)
