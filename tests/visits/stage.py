"""Participants after randomization, entered through the services."""

from typing import Any

from record.audit.attribution import Source, attributed
from record.audit.events import announce
from record.capture.events import Randomized
from record.capture.services.forms import save
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from record.casebook.services import form_instances
from tests.outcomes.course import day, days_ago, enter, participant, row
from tests.people import STAGE
from visits.models import DeviationFinding

__all__ = ["day", "days_ago", "enter", "participant", "row"]
SEEN = {
    "performed": "Y",
    "mode": "in_person",
    "informant": "participant",
    "in_hospital": "Y",
    **dict.fromkeys(
        ("creatinine_taken", "new_ae", "new_drug", "rrt_since", "stay_change"), "N"
    ),
    "contacts_checked": "Y",
}


def randomized(number: int = 1, *, ago: float = 10) -> Participant:
    """A participant randomized so many days ago, not yet infused."""
    person = participant(number, consented=ago + 1)
    values = {
        "randomised_at": days_ago(ago),
        "randomisation_no": f"R-{number:04}",
        "baseline_source": "missing",
    }
    with attributed(by=STAGE, via=Source.COMMAND):
        # Written directly: the allocation itself is another room's business.
        record = row_of(form_instances.ensure_form(person, "RAN"))
        for name, value in values.items():
            record.put(name, value)
        record.save()
        announce(Randomized(person), by=STAGE, via=Source.COMMAND)
    return person


def infused(number: int = 1, *, ago: float = 10) -> Participant:
    """A participant whose infusion 1 started so many days ago."""
    person = randomized(number, ago=ago + 0.1)
    infuse(person, ago=ago)
    return person


def infuse(person: Participant, visit: str = "D0", *, ago: float) -> FormInstance:
    """Record that an infusion was requested and started so many days ago."""
    enter(person, "IRQ", {"decision": "go"}, visit=visit)
    started = {"given": "given", "started_at": days_ago(ago)}
    return enter(person, "INF", started, visit=visit)


def requested(person: Participant, visit: str = "D0") -> FormInstance:
    """A complete request for an infusion, not yet signed."""
    now = ("ventilated", "unstable", "vasopressor_rising", "infection_uncontrolled")
    values = {
        "planned_start_at": days_ago(0),
        "dosing_weight_kg": 70,
        "weighed_at": days_ago(0.1),
        "weight_source": "bed_scale",
        **{f"{condition}_now": "N" for condition in (*now, "consent_withdrawn")},
        "decision": "go",
    }
    form = form_instances.ensure_form(person, "IRQ", visit=visit)
    save(form, values, by=STAGE, via=Source.COMMAND, complete=True)
    form.refresh_from_db()
    return form


def attend(
    person: Participant, visit: str, *, ago: float, **other: Any
) -> FormInstance:
    """Record a visit so many days ago."""
    return enter(person, "VIS", {**SEEN, "visit_date": day(ago), **other}, visit=visit)


def change(form: FormInstance, **values: Any) -> None:
    save(form, values, by=STAGE, via=Source.COMMAND, erase=True)
    form.refresh_from_db()


def stored(form: FormInstance) -> FormData:
    form.refresh_from_db()
    return data_of(form, row_of(form))


def rules_broken(person: Participant) -> list[str]:
    findings = DeviationFinding.objects.filter(deviation__participant=person)
    return [
        occasion(finding.deviation)
        for finding in findings.order_by("deviation__occurrence")
    ]


def occasion(deviation: FormInstance) -> str:
    """Rule and form of a deviation, such as "VISIT-MISSED VIS D7 #1"."""
    finding = DeviationFinding.objects.select_related("about").get(deviation=deviation)
    return " ".join(map(str, filter(None, (finding.rule, finding.about))))


def due(person: Participant, visit: str, code: str = "VIS") -> Any:
    return FormInstance.objects.get(
        participant=person, visit=visit, code=code, occurrence=1
    ).due_on


def status(person: Participant, visit: str, code: str, occurrence: int = 1) -> str:
    return FormInstance.objects.get(
        participant=person, visit=visit, code=code, occurrence=occurrence
    ).status


def casebook(*form_data: FormData) -> Casebook:
    """A casebook for checks, which need no database."""
    return Casebook.of(form_data)
