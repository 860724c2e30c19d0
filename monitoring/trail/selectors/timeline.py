"""All that happened to one item of a form, as one time line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from monitoring.trail.selectors.kinds import LOCKED, SHEETS, VOIDED, kind_of
from monitoring.trail.selectors.value_words import ValueWords
from monitoring.trail.vocabulary import TrailKind
from record.accounts.models import User
from record.accounts.roles import Role
from record.accounts.texts import role_words
from record.audit.models import Entry
from record.capture.texts import reason_words
from record.casebook import catalogue
from record.casebook.history import changes_of
from record.casebook.models import FormInstance
from record.review.models import Signature
from record.review.selectors.queries import queries_of
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

# By column of the form: the words of its end, and of its beginning.
CLOSINGS = {
    "struck_at": (N_("restored"), N_("struck out")),
    "frozen_at": (N_("thawed"), N_("frozen")),
    "locked_at": (N_("unlocked"), N_("locked")),
}


@dataclass(frozen=True)
class TimelineEvent:
    """A value, a step of a query, a verification, a signature, a lock, a strike-out.

    `at` is the time of the trial.
    """

    at: datetime
    kind: TrailKind
    act: str
    who: str
    role: str
    old: str = ""
    new: str = ""
    reason: str = ""

    @property
    def kind_label(self) -> str:
        return _(self.kind.label)


@implements("AUD-09")
def item_timeline(form: FormInstance, item: str) -> list[TimelineEvent]:
    """The newest first; of one instant in the order in which they can only follow."""
    events = [
        *_values(form, item),
        *_query_steps(form, item),
        *_verifications(form, item),
        *_signatures(form),
        *_closings(form),
    ]
    return sorted(events, key=lambda event: event.at)[::-1]


def _values(form: FormInstance, name: str) -> Iterator[TimelineEvent]:
    item = catalogue.design(form.code).items[name]
    changes = [change for change in changes_of(form) if change.item == name]
    value_words = ValueWords((item, change) for change in changes)
    people = User.objects.in_bulk({c.actor_id for c in changes if c.actor_id})
    for change in changes:
        is_first = change.old is None
        person = people.get(change.actor_id or 0)
        yield TimelineEvent(
            change.clock_at or change.at,
            TrailKind.CREATED if is_first else TrailKind.CHANGED,
            _("revision %(number)s") % {"number": change.revision},
            str(person) if person else change.actor,
            role_words(change.role),
            "" if is_first else value_words.text(item, change.old),
            value_words.text(item, change.new),
            reason_words(vars(change.reason) if change.reason else None),
        )


def _query_steps(form: FormInstance, name: str) -> Iterator[TimelineEvent]:
    for query in queries_of(form).get(name, []):
        for step in query.steps.all():
            yield TimelineEvent(
                step.at,
                TrailKind.QUERY,
                str(step.get_action_display()),
                *_person(step.by, _("edit check")),
                new=step.text,
            )


def _verifications(form: FormInstance, name: str) -> Iterator[TimelineEvent]:
    for one in form.verifications.select_related("by"):
        if name not in one.items:
            continue
        revision = _("revision %(number)s") % {"number": one.items[name]}
        who = _person(one.by)
        yield TimelineEvent(one.at, TrailKind.VERIFICATION, revision, *who)
        if one.withdrawn_at:
            withdrawn = _("withdrawn")
            at = one.withdrawn_at
            yield TimelineEvent(at, TrailKind.VERIFICATION, withdrawn, "", "")


def _signatures(form: FormInstance) -> Iterator[TimelineEvent]:
    sign_off = Q(participant=form.participant, form=None, bound__has_key=str(form.pk))
    for one in Signature.objects.filter(Q(form=form) | sign_off):
        what = _signed_part(one)
        role = role_words(one.signer_role)
        who = one.signer_name, role
        yield TimelineEvent(one.at, TrailKind.SIGNATURE, what, *who, new=one.meaning)
        if one.withdrawn_at:
            at, withdrawn = one.withdrawn_at, _("withdrawn")
            yield TimelineEvent(at, TrailKind.SIGNATURE, withdrawn, "", "")


def _signed_part(signature: Signature) -> str:
    if signature.form_id:
        return _("form")
    return _("visit") if signature.visit else _("casebook")


def _closings(form: FormInstance) -> Iterator[TimelineEvent]:
    """Freezes, locks and strike-outs of the form, and their ends."""
    entries = Entry.objects.filter(
        form_id=form.pk,
        table_name=SHEETS,
        new_values__has_any_keys=[*VOIDED, *LOCKED],
    ).order_by("id")
    people = User.objects.in_bulk({e.actor_id for e in entries if e.actor_id})
    for entry in entries:
        person = people.get(entry.actor_id or 0)
        for column in (*VOIDED, *LOCKED):
            if column in entry.new_values:
                is_set = entry.new_values[column] is not None
                yield TimelineEvent(
                    entry.demo_at or entry.at,
                    kind_of(entry),
                    _(CLOSINGS[column][is_set]),
                    str(person) if person else entry.actor,
                    role_words(entry.role),
                    reason=reason_words(entry.reasons.get("")),
                )


def _person(person: User | None, otherwise: str = "") -> tuple[str, str]:
    if person is None:
        return otherwise, ""
    return str(person), _(Role(person.role).label)
