"""A page to print and keep: what the record must still prove later."""

from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.audit import anchors
from trial_edc import clock
from trial_edc.requirements import implements

MOST_SHOWN = 31  # a month of nights; on paper an older digest is kept already


@implements("AUD-15")
@permitted(Permission.POOLED_DASHBOARD)
def proof_of_record(request: StaffRequest) -> HttpResponse:
    kept = anchors.anchors()[-MOST_SHOWN:]
    context = {"digests": kept[::-1], "printed_at": clock.now()}
    return render(request, "monitoring/proof_of_record.html", context)
