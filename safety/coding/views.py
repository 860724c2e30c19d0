"""Pages of coding: terms, choice of a code, approval, dictionaries."""

from collections import Counter
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, may_be, permitted
from record.accounts.models import User
from record.accounts.roles import FIRST, SECOND, Permission
from record.casebook.models import FormInstance
from record.review.problems import ApprovalRefused
from safety.coding import services
from safety.coding.forms import DictionaryForm
from safety.coding.services import NotCoded
from safety.coding.tables import CodingTable
from safety.models import DictionaryTerm, TermCode
from safety.vocabulary import CodingState


@permitted(Permission.REFERENCE_DATA)
def coding(request: StaffRequest) -> HttpResponse:
    dictionaries_by_date = services.dictionaries()
    verbatims = services.verbatims()
    counts = Counter(verbatim.state.value for verbatim in verbatims)
    state = request.GET.get("state", _first_to_do(request.user, counts))
    matching = [
        verbatim for verbatim in verbatims if state in ("", verbatim.state.value)
    ]
    in_use = services.dictionaries_in_use(dictionaries_by_date)
    context = {
        "table": CodingTable(
            matching, request, lines_of=partial(services.with_proposals, in_use=in_use)
        ),
        "state": state,
        "states": [(code, counts[code.value]) for code in CodingState],
        "total": len(verbatims),
        "dictionaries": in_use.values(),
        "may_code": may_be(request.user, FIRST, Permission.REFERENCE_DATA),
        "may_approve": may_be(request.user, SECOND, Permission.REFERENCE_DATA),
    }
    return render(request, "safety/coding/coding.html", context)


def _first_to_do(user: User, counts: Counter[str]) -> str:
    if may_be(user, SECOND, Permission.REFERENCE_DATA):
        return CodingState.PROPOSED.value
    changed = counts[CodingState.CHANGED.value]
    return (CodingState.CHANGED if changed else CodingState.UNCODED).value


@permitted(Permission.REFERENCE_DATA)
def dictionaries(request: StaffRequest) -> HttpResponse:
    form = DictionaryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kind_and_version = form.cleaned_data["kind"], form.cleaned_data["version"]
        try:
            dictionary = services.import_dictionary(
                *kind_and_version, form.rows, form.content, by=request.user
            )
        except NotCoded as problem:
            form.add_error("version", str(problem))
        else:
            text = _("%(name)s is imported: %(count)s terms.")
            messages.success(
                request, text % {"name": dictionary, "count": dictionary.size}
            )
            return redirect("safety:dictionaries")
    context = {
        "form": form,
        "dictionaries": services.dictionaries(),
        "may_code": may_be(request.user, FIRST, Permission.REFERENCE_DATA),
    }
    return render(request, "safety/coding/dictionaries.html", context)


@permitted(Permission.REFERENCE_DATA, person=FIRST)
def choose(request: StaffRequest, form_id: int) -> HttpResponse:
    form = get_object_or_404(FormInstance, pk=form_id, struck_at=None)
    parameters = request.POST if request.method == "POST" else request.GET
    item, text = parameters.get("item", ""), parameters.get("verbatim", "")
    if request.method == "POST":
        return _store_choice(request, form, item, text)
    verbatim = services.current_verbatim(form.pk, item, text)
    if verbatim is None:
        raise Http404
    words = request.GET.get("q", text)
    context = {
        "verbatim": verbatim,
        "form": form,
        "words": words,
        "matches": services.search(verbatim.kind, words),
    }
    return render(request, "safety/coding/choose_code.html", context)


def _store_choice(
    request: StaffRequest, form: FormInstance, item: str, text: str
) -> HttpResponse:
    pk = request.POST.get("term", "")
    terms = DictionaryTerm.objects.select_related("dictionary")
    term = terms.filter(pk=pk).first() if pk.isdecimal() else None
    try:
        if term:
            services.assign_code(form, item, text, term, by=request.user)
    except NotCoded as problem:
        messages.error(request, str(problem))
    else:
        success = _("Coded as %(term)s; it counts once it is approved.")
        nothing = _("Choose a term; nothing was stored.")
        messages.success(request, success % {"term": term} if term else nothing)
    query = urlencode({"state": request.POST.get("state", "")})
    return redirect(f"{reverse('safety:coding')}?{query}")


@permitted(Permission.REFERENCE_DATA, person=SECOND)
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    code = get_object_or_404(TermCode, pk=pk)
    shown = request.POST.get("shown", "")
    try:
        services.approve_code(code, shown=shown, by=request.user)
    except (NotCoded, ApprovalRefused) as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Approved."))
    return redirect("safety:coding")
