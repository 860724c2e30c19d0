"""What a posted form page says: values, reasons, explanations, choices."""

from collections.abc import Mapping

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from accounts.models import User
from accounts.roles import Permission
from audit.attribution import Reason
from capture.services import Entry
from casebook import catalogue, files, items
from casebook.design import FormDesign
from casebook.models import FormInstance
from entry import controls

Uploads = Mapping[str, UploadedFile]
EXPLAIN = "explain:"


def entry_of(
    form: FormInstance, typed: QueryDict, uploads: Uploads, user: User
) -> Entry:
    """Return the entry that a person submitted; uploads are stored on the way."""
    design = catalogue.design(form.code)
    values = entered_values(design, typed, user)
    for name, item in design.items.items():
        if isinstance(item, items.File) and name in uploads:
            values[name] = files.store(form, name, uploads[name], by=user)
    return Entry(
        values=values,
        based_on=controls.revision_in(typed),
        complete=typed.get("action") != "draft",
        reasons=_reasons(design, typed),
        explanations={
            key.removeprefix(EXPLAIN): str(text)
            for key, text in typed.items()
            if key.startswith(EXPLAIN)
        },
        erase=typed.get("erase") == "yes",
    )


def entered_values(
    design: FormDesign, typed: QueryDict, user: User
) -> dict[str, object]:
    """Return the items that the page showed as controls, as they were entered."""
    values: dict[str, object] = {}
    for name, item in design.items.items():
        if item.facts.judged and not user.may(Permission.JUDGE):
            continue
        if isinstance(item, items.File) and not typed.get(f"{name}__missing"):
            continue
        if typed.get(f"{name}__side") == "theirs":
            continue
        try:
            values[name] = controls.entered(item, name, typed)
        except KeyError:
            continue
    return values


def _reasons(design: FormDesign, typed: QueryDict) -> dict[str, Reason]:
    return {
        name: Reason(code, typed.get(f"{name}__reason_text", "").strip())
        for name in design.items
        if (code := typed.get(f"{name}__reason", ""))
    }
