"""What a page showed of several forms, and what changed since."""

from collections.abc import Iterable, Iterator

from record.accounts.models import User
from record.casebook import access, catalogue
from record.casebook.form_data import FormData

MAX_DIGITS = 9


def as_shown(forms: Iterable[FormData]) -> str:
    """The forms of a page with their revisions, as the page posts them back."""
    return " ".join(_as_shown(data) for data in forms)


def _as_shown(data: FormData) -> str:
    return f"{data.form_id}:{data.revision}"


def changes_since_shown(shown: str, forms: Iterable[FormData], *, by: User) -> str:
    """Name the items that changed since, and the forms that came, for their reader."""
    present = {_as_shown(data): data for data in forms}
    changed = [data for key, data in present.items() if key not in shown.split()]
    seen = dict(pair.split(":", 1) for pair in shown.split() if ":" in pair)
    return ", ".join(
        name
        for data in changed
        for name in _changed_names(data, seen.get(str(data.form_id), ""), by)
    )


def _changed_names(data: FormData, seen_revision: str, by: User) -> Iterator[str]:
    design = catalogue.design(data.code)
    if not (seen_revision.isdecimal() and len(seen_revision) <= MAX_DIGITS):
        yield str(design.title)
        return
    visible = access.visible_items(by, design)
    for name, revision in data.item_revisions.items():
        if name in visible and revision > int(seen_revision):
            yield str(design.items[name].verbose_name)
