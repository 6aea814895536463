"""The checks of a rule's numbers, so that a recipe with a senseless threshold stops before a run and not after it.

Enters: the name of a recipe table, of its field, and the value given. Leaves: nothing, or a ValueError that names all
three and says what would do.
"""


def check_share(table: str, name: str, value: float | None) -> None:
    """Raise ValueError unless ``value`` is a share of a whole, 0 to 1 (or None)."""
    if value is not None and not 0 <= value <= 1:
        raise ValueError(f"{table}: {name} = {value!r} is not a share of a whole; give a number from 0 to 1")


def check_at_least(table: str, name: str, value: float | None, *, least: float = 0) -> None:
    """Raise ValueError unless ``value`` is at least ``least`` (or None); NaN never is."""
    if value is not None and not value >= least:
        raise ValueError(f"{table}: {name} = {value!r} is too small; give a number of {least} or more")


def check_order(table: str, low: tuple[str, float | None], high: tuple[str, float | None]) -> None:
    """Raise ValueError if both limits are set (neither None nor 0) and the lower one lies above the upper one."""
    if low[1] and high[1] and low[1] > high[1]:
        raise ValueError(
            f"{table}: {low[0]} = {low[1]!r} lies above {high[0]} = {high[1]!r}, so that nothing could pass; "
            "lower the first or raise the second"
        )


def check_n_grams(table: str, name: str, pairs: tuple[tuple[int, float], ...]) -> None:
    """Raise ValueError unless ``pairs`` are (length in words, share of the text) with lengths from 1 to 100, each once."""
    for n, share in pairs:
        if not 1 <= n <= 100:
            raise ValueError(f"{table}: {name} has a run of {n!r} words; give a length from 1 to 100")
        check_share(table, f"{name} for n = {n}", share)
    if len({n for n, _ in pairs}) < len(pairs):
        raise ValueError(f"{table}: {name} names a length twice; give every length one share")
