"""What can go wrong while the sample is gathered; each message names the package, the place and the remedy."""


class SampleError(Exception):
    """The sample cannot be gathered; what is done so far stays, and a second run goes on from there."""

    exit_code = 1


class UnavailableError(SampleError):
    """One package cannot be had on this machine now; the rest of the sample goes on without it."""


class MismatchError(SampleError):
    """A package is not, byte for byte, the one that is pinned. The run stops: nothing of it is used."""


class ArchiveError(SampleError):
    """A package cannot be unpacked: broken, of an unknown kind, or with a member that points outside."""


class TableError(SampleError):
    """``sources.toml`` says something that cannot be done."""
