"""What a save would move elsewhere, shown before it is stored.

A room declares it for its forms with `previews_impact`. The form page asks for it
(`preview_impact`) and shows it until the person confirms; pages that show the same
in their own way, and imports, do not ask.
"""

from collections.abc import Callable
from dataclasses import dataclass

from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance


@dataclass(frozen=True)
class ImpactPreview:
    """What would happen, in words, with a table of what it happens to."""

    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


PreviewRule = Callable[[FormInstance, Casebook, Casebook], ImpactPreview | None]
_rules: dict[str, PreviewRule] = {}


def previews_impact(code: str) -> Callable[[PreviewRule], PreviewRule]:
    """Declare what a form, by its code, may move: `(form, before, after)`."""

    def declare(rule: PreviewRule) -> PreviewRule:
        _rules[code] = rule
        return rule

    return declare


def impact_preview(
    form: FormInstance, before: Casebook, after: Casebook
) -> ImpactPreview | None:
    rule = _rules.get(form.code)
    return rule(form, before, after) if rule else None
