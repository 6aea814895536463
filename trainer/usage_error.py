"""The error of a command that was called in a way that cannot work."""


class UsageError(ValueError):
    """Options that do not fit together or have no sense; the message names the option and the remedy."""

    exit_code = 2
