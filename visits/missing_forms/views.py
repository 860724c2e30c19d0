"""The list of forms that are expected and that nobody has begun."""

from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from visits.missing_forms.filters import MissingFormFilters
from visits.missing_forms.selectors import missing_forms_visible_to
from visits.missing_forms.tables import MissingFormTable


@permitted(Permission.READ_CASEBOOK, Permission.SEE_PRODUCT)
def missing_forms(request: StaffRequest) -> HttpResponse:
    forms = missing_forms_visible_to(request.user)
    filters = MissingFormFilters(request, forms)
    context = {
        "form": filters.form,
        "is_filtered": filters.form.has_changed(),
        "table": MissingFormTable(filters.qs, request),
    }
    return render(request, "visits/missing_forms/missing_forms.html", context)
