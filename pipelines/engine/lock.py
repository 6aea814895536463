"""One build at a time in a run directory (on a local disk; an object store has no lock to take)."""

import fcntl
import os
import time
from types import TracebackType
from typing import IO

from . import files


class RunLockedError(Exception):
    """Another build works in the run directory."""


class RunLock:
    """Holds ``RUN/.lock`` for the life of the driver; the kernel drops it when the process ends, however it ends."""

    def __init__(self, run: str, *, patience_s: float = 15.0) -> None:
        self._run = run
        self._patience_s = patience_s
        self._file: IO[str] | None = None

    def __enter__(self) -> "RunLock":
        if not files.is_local(self._run):
            return self
        try:
            files.make_directory(self._run)
            self._file = open(files.filesystem(files.join(self._run, ".lock"))[1], "a+")
        except OSError as error:
            raise ValueError(f"{self._run} cannot be written ({error.strerror}): give --out a directory that can be") from None
        # A driver whose supervisor was killed needs a moment to notice.
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    self._file.seek(0)
                    holder = self._file.read().strip()
                    raise RunLockedError(
                        f"another build (process {holder}) is working in {self._run}; wait for it or end it"
                    ) from None
                time.sleep(0.2)
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
