"""The same bytes with one worker, with two, and through a portable runner with workers that someone else started."""

import socket
import subprocess
import sys
import time
from pathlib import Path

from .running import PROCESSES, ROOT, environment, malmoi, output_bytes


def test_two_workers_write_the_same_bytes(quick_recipe: Path, quick_run: Path, tmp_path: Path) -> None:
    done = malmoi("build", quick_recipe, "--out", tmp_path / "run", *PROCESSES)
    assert done.returncode == 0, done.stderr
    assert output_bytes(tmp_path / "run") == output_bytes(quick_run)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return listener.getsockname()[1]


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(f"nothing listens on {port}")


def test_portable_runner_writes_the_same_bytes(quick_recipe: Path, quick_run: Path, tmp_path: Path) -> None:
    jobs, pool = free_port(), free_port()
    beam = "apache_beam.runners"
    services = [
        [f"{beam}.portability.local_job_service_main", "--port", str(jobs), "--staging_dir", str(tmp_path / "staging")],
        [f"{beam}.worker.worker_pool_main", f"--service_port={pool}"],
    ]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *words], cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for words in services
    ]
    try:
        wait_for(jobs)
        wait_for(pool)
        done = malmoi(
            *("build", quick_recipe, "--out", tmp_path / "run", "--", "--runner=PortableRunner"),
            *(f"--job_endpoint=localhost:{jobs}", "--environment_type=EXTERNAL", f"--environment_config=localhost:{pool}"),
        )
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert done.returncode == 0, done.stderr
    assert output_bytes(tmp_path / "run") == output_bytes(quick_run)
