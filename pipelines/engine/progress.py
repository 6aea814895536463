"""What a worker tells of its progress: one small file per process under ``RUN/.progress``, rewritten at most once a second.

The supervisor reads them for the progress bar, and takes a worker that has told nothing new for its deadline for dead
or stuck. It works the same in this process, in worker processes and on other machines that see the run directory.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from . import files

#: How long a worker may be silent. With detection it stays an error within a minute.
SILENCE_S = 45.0
_INTERVAL_S = 1.0
_TICK_S = 5.0
_NO_STEP = nullcontext()
#: Slower than this on one record is stuck.
_MIN_BYTES_PER_S = 20_000
#: The pid of the driver, in the environment of the workers that it starts on its own machine.
DRIVER_ENV = "MALMOI_DRIVER_PID"


class Progress:
    """The progress of one worker process in one stage."""

    def __init__(self, run: str, *, stage: str) -> None:
        self._path = files.join(run, ".progress", f"{stage}-{socket.gethostname()}-{os.getpid()}.json")
        self._state: dict[str, Any] = {
            "stage": stage,
            "pid": os.getpid(),
            "unit": "",
            "rows": 0,
            "bytes": 0,
            "ticks": 0,
        }
        self._last = 0.0
        files.make_directory(files.join(run, ".progress"))

    def start(self, unit: str) -> None:
        self._state["unit"] = unit
        self._write()

    def advance(self, *, rows: int, num_bytes: int) -> None:
        """Tells that rows are done. Cheap enough for every row."""
        self._state["rows"] += rows
        self._state["bytes"] += num_bytes
        if time.monotonic() - self._last >= _INTERVAL_S:
            self._write()

    def alive(self, *, num_bytes: int = 0, seconds: float = 0.0) -> AbstractContextManager[None]:
        """Wraps one long step (a huge document, a training run) that cannot tell how far it is.

        While it runs, a thread tells that this process lives, but no longer than the step may take at its worst: so a
        process that is dead or stopped is found as fast as ever, and one that hangs is found then.
        """
        limit_s = max(seconds, num_bytes / _MIN_BYTES_PER_S)
        return _NO_STEP if limit_s < SILENCE_S / 2 else self._ticking(limit_s)

    @contextmanager
    def _ticking(self, limit_s: float) -> Generator[None]:
        done = threading.Event()
        deadline = time.monotonic() + limit_s

        def tick() -> None:
            while not done.wait(_TICK_S) and time.monotonic() < deadline:
                self._write()

        thread = threading.Thread(target=tick, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def finish(self) -> None:
        self._state["unit"] = ""
        self._write()

    def _write(self) -> None:
        self._last = time.monotonic()
        self._state["ticks"] += 1
        data = json.dumps(self._state).encode()
        fs, name = files.filesystem(self._path)
        if files.is_local(self._path):
            # A reader must never see half a file; losing one on a crash is fine, so no fsync.
            temporary = f"{name}{files.TEMPORARY_MARK}"
            try:
                with open(temporary, "wb") as out:
                    out.write(data)
                os.replace(temporary, name)
            except FileNotFoundError:
                sys.exit(f"{self._path}: the run directory was removed while the run was working in it")
        else:
            fs.pipe_file(name, data)


_guarded = False


def die_with_driver() -> None:
    """Ends this worker process soon after the driver that started it, so that no orphan writes into a new run."""
    global _guarded
    driver = int(os.environ.get(DRIVER_ENV, "0"))
    if _guarded or driver in (0, os.getpid()):
        return
    _guarded = True

    def watch() -> None:
        while True:
            try:
                os.kill(driver, 0)
            except ProcessLookupError:
                os._exit(1)
            time.sleep(0.5)

    threading.Thread(target=watch, daemon=True).start()
