"""Casebooks and visits that wait for a signature, or were signed and changed since."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entry.selectors.visibility import participants_visible_to
from entry.signing.selectors import part_name, signables
from record.accounts.models import User
from record.notices.work_items import DUE, MAX_PER_KIND, WorkItem, others_follow
from record.review.models import Signature
from record.review.selectors.sign_offs import CasebookPart, visits_signed_before
from visits.sign_off.selectors import casebooks_to_sign


def opened_pages(user: User) -> Iterator[WorkItem]:
    """Pages that the person read, to be signed with one credential."""
    count = sum(one.is_opened for one in signables(user))
    if count > 1:
        text = ngettext(
            "Sign %(count)s opened page", "Sign %(count)s opened pages", count
        )
        url = reverse("entry:sign_several")
        kind = _("To sign")
        yield WorkItem(DUE, kind, "", text % {"count": count}, url, "complete")


def casebooks(user: User) -> Iterator[WorkItem]:
    """Of a study that has ended, and of which the signature no longer holds."""
    people = casebooks_to_sign().filter(pk__in=participants_visible_to(user))
    read = list(people.order_by("sequence")[: MAX_PER_KIND + 1])
    for person in read[:MAX_PER_KIND]:
        url = reverse("entry:sign_casebook", args=[person.number])
        yield WorkItem(DUE, _("To sign"), person.number, _("Casebook"), url, "complete")
    if read[MAX_PER_KIND:]:
        yield others_follow(_("To sign"), reverse("entry:matrix"), "complete")


def visits(user: User) -> Iterator[WorkItem]:
    """Signed once and changed since: to be signed again."""
    read = list(_visits_of(user)[: MAX_PER_KIND + 1])
    for one in read[:MAX_PER_KIND]:
        number, visit = one.participant.number, (one.visit, one.visit_number)
        yield WorkItem(
            DUE,
            _("To sign again"),
            number,
            part_name(CasebookPart(one.participant, *visit)),
            reverse("entry:sign_visit", args=[number, *visit]),
            "signature_broken",
        )
    if read[MAX_PER_KIND:]:
        url = reverse("entry:matrix")
        yield others_follow(_("To sign again"), url, "signature_broken")


def _visits_of(user: User) -> QuerySet[Signature]:
    return visits_signed_before().filter(participant__in=participants_visible_to(user))
