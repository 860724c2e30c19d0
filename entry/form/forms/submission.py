"""What a posted form page says: values, reasons, explanations, choices."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from entry.form.forms import controls
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Reason
from record.capture.problems import SaveRefused
from record.capture.services.forms import FormEntry
from record.capture.vocabulary import ChangeReason
from record.casebook import catalogue, items
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
    """Store the files chosen and put their keys among what was typed.

    A file is thus as lasting as the text beside it, whatever becomes of the save.
    """
    texts = typed.copy()
    for name, item in catalogue.design(form.code).items.items():
        if isinstance(item, items.File) and name in uploads:
            texts[name] = files.store(form, name, uploads[name], by=user)
    return texts


def entry_of(form: FormInstance, typed: QueryDict, user: User) -> FormEntry:
    """Return the entry that a person submitted.

    Raises `SaveRefused` where a value stands beside the code that says there is none.
    """
    design = catalogue.design(form.code)
    values, unclear = entered_values(design, typed, user)
    if unclear:
        raise SaveRefused([_finding(design, *one) for one in unclear.items()])
    return FormEntry(
        values=values,
        based_on=controls.revision_in(typed),
        complete=typed.get("action") != "draft",
        reasons=reasons_in(design, typed),
        explanations=explanations_in(typed),
        erase=frozenset(typed.get("erase", "").split()),
        preview_impact=typed.get("confirmed") != "yes",
    )


def entered_values(
    design: FormDesign, typed: QueryDict, user: User
) -> tuple[dict[str, object], dict[str, str]]:
    """Return the items that the page showed, as entered, and why some are unclear."""
    values: dict[str, object] = {}
    unclear: dict[str, str] = {}
    for name, item in design.items.items():
        if item.facts.judged and not user.may(Permission.JUDGE):
            continue
        if typed.get(f"{name}__side") == "theirs":
            continue
        try:
            values[name] = controls.entered(item, name, typed)
        except KeyError:
            continue
        except controls.Unclear as problem:
            unclear[name] = str(problem)
    return values, unclear


def _finding(design: FormDesign, name: str, message: str) -> Finding:
    return Finding(f"{design.code}.{name}.unclear", name, Severity.HARD, message)


def reasons_in(design: FormDesign, typed: QueryDict) -> dict[str, Reason]:
    """Return why values change, by item."""
    return {
        name: Reason(code, typed.get(f"{name}__reason_text", "").strip())
        for name in design.items
        if (code := typed.get(f"{name}__reason", "")) in REASON_CODES
    }


def explanations_in(typed: QueryDict) -> dict[str, str]:
    """Return why improbable values stand, by the id of the check."""
    return {
        key.removeprefix(EXPLAIN): str(text)
        for key, text in typed.items()
        if key.startswith(EXPLAIN)
    }
