"""The posted form page: values, reasons, explanations, choices."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import QueryDict

from entry.form.forms import raw_values
from record.accounts.models import User
from record.audit.attribution import Reason
from record.capture.entries import FormEntry, form_entry
from record.capture.problems import SaveRefused
from record.capture.vocabulary import ChangeReason
from record.casebook import catalogue
from record.casebook.access import may_answer
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.models import FormInstance
from record.casebook.services import files
from trial_edc.vocabulary import Severity

EXPLAIN = "explain:"
Uploads = Mapping[str, Any]  # the files of a request, by item
REASON_CODES = frozenset(reason.value for reason in ChangeReason)


def with_uploads(
    form: FormInstance, typed: QueryDict, uploads: Uploads, user: User
) -> QueryDict:
    """Store the files chosen, and put their keys among the texts typed.

    A file is thus as durable as the text beside it, whether or not the save succeeds.
    """
    return with_keys(typed, files.store_all(form, uploads, by=user))


def with_keys(typed: QueryDict, keys: Mapping[str, str]) -> QueryDict:
    texts = typed.copy()
    for name, key in keys.items():
        texts[name] = key
    return texts


def entry_of(form: FormInstance, typed: QueryDict, user: User) -> FormEntry:
    """Raises `SaveRefused` where a value and a missing code contradict each other."""
    design = catalogue.design(form.code)
    values, unclear = entered_values(design, typed, user)
    if unclear:
        raise SaveRefused([_finding(design, *problem) for problem in unclear.items()])
    return form_entry(
        design,
        values,
        based_on=raw_values.revision_in(typed),
        complete=typed.get("save_as") != "draft",
        reasons=reasons_in(design, typed),
        explanations=explanations_in(typed),
        erase=frozenset(typed.get("erase", "").split()),
        preview_impact=typed.get("confirmed") != "yes",
        page_load=page_load_in(typed),
    )


def page_load_in(typed: QueryDict) -> UUID | None:
    """Which opening of the page this was typed in; None where it does not say."""
    try:
        return UUID(typed.get("page_load", ""))
    except ValueError:
        return None


def entered_values(
    design: FormDesign, typed: QueryDict, user: User
) -> tuple[dict[str, object], dict[str, str]]:
    values: dict[str, object] = {}
    unclear: dict[str, str] = {}
    for name, item in design.items.items():
        if not may_answer(user, item):
            continue
        if typed.get(f"{name}__side") == "theirs":
            continue
        try:
            values[name] = raw_values.entered_value(item, name, typed)
        except KeyError:
            continue
        except raw_values.UnclearInput as problem:
            unclear[name] = str(problem)
    return values, unclear


def _finding(design: FormDesign, name: str, message: str) -> Finding:
    return Finding(f"{design.code}.{name}.unclear", name, Severity.HARD, message)


def reasons_in(design: FormDesign, typed: QueryDict) -> dict[str, Reason]:
    return {
        name: Reason(code, typed.get(f"{name}__reason_text", ""))
        for name in design.items
        if (code := typed.get(f"{name}__reason", "")) in REASON_CODES
    }


def explanations_in(typed: QueryDict) -> dict[str, str]:
    return {
        key.removeprefix(EXPLAIN): str(text)
        for key, text in typed.items()
        if key.startswith(EXPLAIN)
    }
