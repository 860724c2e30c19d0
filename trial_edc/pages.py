"""Pages that belong to no room: the state of health and the gallery of components."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.statuses import KINDS

FORBIDDEN = 403
UNAVAILABLE = 503
PERSONS = {1: _("as the first of two persons"), 2: _("as the second of two persons")}


@login_not_required
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM audit_installation")
    except Error:
        return JsonResponse({"status": "no database"}, status=UNAVAILABLE)
    return JsonResponse({"status": "ok"})


def own_page(address: str) -> str:
    """The address, if it is a path of this site, else "".

    Without the slash `redirect` would read it as the name of a page.
    """
    is_path = url_has_allowed_host_and_scheme(address, None)
    return address if is_path and address.startswith("/") else ""


def with_words(problem: str, words: str) -> str:
    """Why nothing was stored, with what was typed."""
    text = gettext("%(problem)s You typed: “%(words)s”")
    words = words.strip()
    return text % {"problem": problem, "words": words} if words else problem


def refuse(request: HttpRequest, problem: str, words: str = "") -> None:
    """Say why nothing was stored, on the page that comes next."""
    messages.error(request, with_words(problem, words))


def act_or_report(
    request: HttpRequest,
    run: Callable[[], object],
    done: str = "",
    *,
    refusal: type[Exception],
) -> bool:
    """Act, and say on the page that comes next that it is done, or why it is not."""
    try:
        run()
    except refusal as problem:
        messages.error(request, str(problem))
        return False
    if done:
        messages.success(request, done)
    return True


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    permissions = getattr(exception, "permissions", ())
    context = {
        "missing_rights": [gettext(permission.label) for permission in permissions],
        "person": PERSONS.get(getattr(exception, "person", 0), ""),
    }
    return render(request, "403.html", context, status=FORBIDDEN)


class GalleryForm(forms.Form):
    """One field of each kind, bound to answers that are wrong in part."""

    weight_kg = forms.DecimalField(
        label=_("Weight"), min_value=30, max_value=200, help_text=_("In kilograms.")
    )
    seen_on = forms.DateField(label=_("Seen on"))
    sex = forms.ChoiceField(
        label=_("Sex"), choices=[("F", _("Female")), ("M", _("Male"))]
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea)


def gallery(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    form = GalleryForm({"weight_kg": "570", "seen_on": "31.02.2026", "sex": "F"})
    context = {
        "kinds": [(kind, list(looks)) for kind, looks in KINDS.items()],
        "tones": ("plain", "muted", "accent", "attention", "danger", "good"),
        "icons": ("search", "download", "upload", "plus", "lock", "history", "users"),
        "today": today,
        "dates": [today + timedelta(days=days) for days in (-3, -1, 0, 1, 7)],
        "now": clock.now(),
        "form": form,
        "page": Paginator(range(250), 100).get_page(2),
        "criterion": PROTOCOL.criteria[0],
        "approvals": _approvals(own=request.user.pk),
    }
    return render(request, "gallery.html", context)


def _approvals(*, own: int | None) -> list[tuple[SimpleNamespace, bool]]:
    given = {"entered_by": "Tom Li", "entered_by_id": 0, "approved_at": None}
    approved = {"approved_by": "Hu Min", "approved_at": clock.now()}
    return [
        (SimpleNamespace(**given), False),
        (SimpleNamespace(**given), True),
        (SimpleNamespace(**given | {"entered_by_id": own}), True),
        (SimpleNamespace(**given | approved), True),
    ]
