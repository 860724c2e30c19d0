"""Which items a person changed, and which two people changed at once; pure."""

from collections.abc import Iterable, Mapping

from record.capture.problems import Clash
from record.casebook.history import Change
from record.casebook.values import Value, is_same


def seen_by_author(
    current: Mapping[str, Value], later_changes: Iterable[Change]
) -> dict[str, Value]:
    """Values as the page showed them: later changes taken back."""
    seen = dict(current)
    for change in reversed(list(later_changes)):
        seen[change.item] = change.old
    return seen


def merge(
    *,
    seen: Mapping[str, Value],
    entered: Mapping[str, Value],
    current: Mapping[str, Value],
) -> tuple[dict[str, Value], list[Clash]]:
    """Items that the author changed, and those that another changed too.

    An item that the author left as it was seen is not touched, whatever it is now.
    The same new value from both sides is no clash.
    """
    changed: dict[str, Value] = {}
    clashes: list[Clash] = []
    for item, mine in entered.items():
        before, theirs = seen.get(item), current.get(item)
        if is_same(mine, before) or is_same(mine, theirs):
            continue
        if not is_same(before, theirs):
            clashes.append(Clash(item, before, mine, theirs))
        else:
            changed[item] = mine
    return changed, clashes
