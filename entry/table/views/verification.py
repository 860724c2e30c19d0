"""Verification of the rows of a log that were ticked, or of all of them."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from entry.casebook.views import visible_participant
from entry.table.views.log import visible_log
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.models import FormInstance
from record.review import services as review
from record.review.problems import ReviewRefused

ROW = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")


@permitted(Permission.VERIFY)
@require_POST
def verify_rows(request: StaffRequest, number: str, code: str) -> HttpResponse:
    participant = visible_participant(request, number)
    design = visible_log(request, code)
    chosen = "every" if request.POST.get("which") == "every" else "row"
    shown = dict(filter(None, map(_key_and_revision, request.POST.getlist(chosen))))
    forms = FormInstance.objects.filter(
        participant=participant, code=design.code, struck_at=None, pk__in=shown
    )
    rows = {form: shown[form.pk] for form in forms.order_by("pk")}
    try:
        review.verify_rows(rows, by=request.user)
    except ReviewRefused as problem:
        messages.error(request, _("No row was verified. %s") % problem)
    else:
        _say_done(request, len(rows))
    return redirect("entry:log", participant.number, design.code)


def _key_and_revision(text: str) -> tuple[int, int] | None:
    """Of a row as its box names it, such as `17:3`."""
    match = ROW.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def _say_done(request: StaffRequest, count: int) -> None:
    if not count:
        messages.info(request, _("Tick the rows that you verify; nothing changed."))
        return
    text = ngettext("%(n)s row verified.", "%(n)s rows verified.", count)
    messages.success(request, text % {"n": count})
