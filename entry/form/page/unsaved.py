"""What somebody typed into a form that was closed meanwhile, to be read and copied."""

from collections.abc import Iterator

from django.http import QueryDict

from entry.form.forms import controls, raw_values
from entry.form.forms.submission import EXPLAIN
from record.casebook import items
from record.casebook.design import FormDesign
from record.casebook.form_data import FormData
from record.casebook.items import Item


def unsaved_texts(
    design: FormDesign, data: FormData, typed: QueryDict
) -> list[tuple[str, str]]:
    """The label of an item and each text that differs from what is stored."""
    texts = [
        (str(item.verbose_name), text)
        for name, item in design.items.items()
        for text in _texts(name, item, data, typed)
    ]
    explanations = [
        ("", text) for key, text in typed.items() if key.startswith(EXPLAIN) and text
    ]
    return texts + [(label, str(text)) for label, text in explanations]


def _texts(name: str, item: Item, data: FormData, typed: QueryDict) -> Iterator[str]:
    value = data.values.get(name)
    if isinstance(item, items.ItemGroup):
        stored = controls.row_control_values(
            item, value if isinstance(value, list) else []
        )
        for row in raw_values.typed_rows(item, name, typed):
            if any(row.values()) and row not in stored:
                yield " · ".join(text for text in row.values() if text)
    else:
        shown = controls.control_values(item, name, value)
        stored_texts = shown.get(name, "")
        if typed.getlist(name) not in ([], [""], [stored_texts], stored_texts):
            yield _words(item, typed.getlist(name))
        if (code := typed.get(f"{name}__missing")) and code != shown.get(
            f"{name}__missing"
        ):
            yield code
    if reason := typed.get(f"{name}__reason_text"):
        yield reason


def _words(item: Item, texts: list[str]) -> str:
    words = {term.value: str(term.label) for term in item.facts.terms or ()}
    return ", ".join(words.get(text, text) for text in texts if text)
