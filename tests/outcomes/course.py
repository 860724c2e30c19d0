"""A participant's course, entered through the services without screening."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from record.audit.attribution import Source, attributed
from record.capture.services.forms import save
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from tests.people import STAGE
from trial_edc import clock, dates


def days_ago(days: float) -> datetime:
    """An instant so many days ago, to the minute."""
    return (clock.now() - timedelta(days=days)).replace(second=0, microsecond=0)


def day(days_ago_: float) -> date:
    """The site's date so many days ago."""
    return dates.site_date(days_ago(days_ago_))


def participant(
    number: int = 1, *, consented: float = 101, letter: str = "X"
) -> Participant:
    """A person who gave consent so many days ago."""
    with attributed(by=STAGE, via=Source.COMMAND):
        person = Participant.objects.create(
            number=f"S-{number:03}{letter}", sequence=number
        )
    consent = {
        "kind": "initial",
        "decision": "given",
        "decided_at": days_ago(consented),
        "signer": "participant",
        "capacity": "Y",
    }
    row(person, "CNS", consent)
    enter(person, "DEM", {"sex": "M", "birth_date": "1970-03-15"})
    return person


def randomized(number: int = 1, *, infused: float | None = 100) -> Participant:
    """A participant with infusion 1 so many days ago; None: never infused."""
    since = 100 if infused is None else infused
    person = participant(number, consented=since + 1)
    sample = row(person, "CRE", {"sample_at": days_ago(since + 30), "value": 80})
    frozen = {
        "randomised_at": days_ago(since + 0.1),
        "randomisation_no": f"R-{number:04}",
        "baseline_source": "d90",
        "baseline_umol_l": 80,
        "baseline_sample": sample.pk,
    }
    _record(person, "RAN", frozen)
    if infused is not None:
        infusion = {"given": "given", "started_at": days_ago(infused)}
        enter(person, "INF", infusion, visit="D0")
    return person


def _record(person: Participant, code: str, values: Mapping[str, Any]) -> None:
    """Write a record that only the system writes, without its usual prerequisites."""
    with attributed(by=STAGE, via=Source.COMMAND):
        form = form_instances.ensure_form(person, code)
        row_ = catalogue.design(code).model(form=form)
        for item, value in values.items():
            row_.put(item, value)
        row_.save(force_insert=True)
        FormInstance.objects.filter(pk=form.pk).update(status="complete")


def enter(
    person: Participant, code: str, values: Mapping[str, Any], visit: str = ""
) -> FormInstance:
    with attributed(by=STAGE, via=Source.COMMAND):
        form = form_instances.ensure_form(person, code, visit=visit)
    save(form, values, by=STAGE, via=Source.COMMAND)
    form.refresh_from_db()
    return form


def row(person: Participant, code: str, values: Mapping[str, Any]) -> FormInstance:
    form = form_instances.add_row(person, code, by=STAGE, via=Source.COMMAND)
    save(form, values, by=STAGE, via=Source.COMMAND)
    form.refresh_from_db()
    return form


def forms(person: Participant, code: str) -> list[FormInstance]:
    return list(
        FormInstance.objects.filter(
            participant=person, code=code, struck_at=None
        ).order_by("occurrence", "pk")
    )
