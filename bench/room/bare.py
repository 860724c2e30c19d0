"""The wide form as a bare ModelForm: no trail, no checks across items, no roles."""

from django.contrib.auth.decorators import login_not_required
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import include, path

from bench.room.models import NAMES, Bare

BareForm = modelform_factory(Bare, fields=NAMES)


@login_not_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the form into a new row (0) or an old one."""
    row = get_object_or_404(Bare, pk=pk) if pk else None
    form = BareForm(request.POST or None, instance=row)
    if form.is_valid():
        form.save()
        return redirect("bare", pk)
    return render(request, "403.html", {"form": form}, status=422)


urlpatterns = [
    path("bare/<int:pk>/", edit, name="bare"),
    path("", include("trial_edc.urls")),
]
