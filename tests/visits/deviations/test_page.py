"""The list of deviations: who has to do what about each."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from record.accounts.models import User
from record.audit.attribution import Source
from record.capture.services.form_status import sign_form
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from tests.people import person
from tests.randomization.stage import proof_of
from tests.shown import revision
from tests.visits import stage
from trial_edc import clock
from visits.deviations.selectors.lines import deviation_lines

pytestmark = pytest.mark.django_db
LIST = "visits:deviations"


@pytest.fixture
def people() -> dict[str, User]:
    return {role: person(role) for role in ("CO", "IN", "PI")}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def late(number: int = 1) -> FormInstance:
    """The deviation of a day 7 outside its window."""
    someone = stage.randomized(number, ago=12.5)
    stage.infuse(someone, ago=12)
    stage.attend(someone, "D7", ago=2, window_reason="clinical")
    return FormInstance.objects.get(participant=someone, code="DEV")


def steps(user: User) -> list[str]:
    return [line.step.value for line in deviation_lines(user)]


@pytest.mark.verifies("WIN-04")
def test_a_deviation_goes_from_found_to_confirmed_by_people(people):
    deviation = late()
    history = [steps(people["CO"])]

    action = {"action": "Told the ward."}
    save(deviation, action, by=people["CO"], via=Source.PAGE, complete=False)
    history.append(steps(people["CO"]))
    assessment = {"effect": "data", "importance": "important"}
    save(deviation, assessment, by=people["IN"], via=Source.PAGE, complete=False)
    history.append(steps(people["CO"]))
    resolution = {"resolved_at": clock.now()}
    save(deviation, resolution, by=people["CO"], via=Source.PAGE, complete=True)
    history.append(steps(people["CO"]))
    sign_form(
        deviation,
        shown_revision=revision(deviation),
        proof=proof_of(people["PI"]),
        by=people["PI"],
    )
    history.append(steps(people["CO"]))

    assert history == [
        ["to_assess"],
        ["to_assess"],
        ["to_resolve"],
        ["to_be_confirmed"],
        ["settled"],
    ]


def test_a_minor_deviation_needs_no_confirmation(people):
    assessment = {"effect": "none", "importance": "minor", "action": "None needed."}
    values = {**assessment, "resolved_at": clock.now()}

    save(late(), values, by=people["IN"], via=Source.PAGE, complete=True)

    assert steps(people["IN"]) == ["settled"]


@pytest.mark.verifies("WIN-08")
def test_a_lost_condition_is_marked(people):
    deviation = late()
    record = FormInstance.objects.get(code="INF", visit="D0")

    stage.change(record, started_at=stage.days_ago(9))

    is_lost = {
        line.form.pk: line.condition_lost for line in deviation_lines(people["CO"])
    }
    assert is_lost[deviation.pk]
    page = client_of(people["CO"]).get(reverse(LIST), {"show": "ground_lost"})
    assert [line.form for line in page.context["table"].lines] == [deviation]
    assert page.context["lost_count"] == 1


def test_each_number_drills_down_to_as_many_lines(people):
    for number in (1, 2):
        late(number)
    client = client_of(people["CO"])
    context = client.get(reverse(LIST)).context

    for step, count in context["steps"]:
        lines = client.get(reverse(LIST), {"show": step}).context["table"].lines
        assert len(lines) == count
    assert sum(count for _step, count in context["steps"]) == context["total"] == 2


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"participant": "s-002"}, 1),
        ({"participant": "nobody"}, 0),
        ({"category": "visit_window"}, 2),
        ({"category": "consent"}, 0),
        ({"category": "no such"}, 2),
        ({"importance": "important"}, 0),
        ({"show": "no such"}, 2),
    ],
)
def test_filters(people, query, count):
    for number in (1, 2):
        late(number)

    page = client_of(people["CO"]).get(reverse(LIST), query).context["table"].lines

    assert len(page) == count


def test_the_list_takes_the_same_statements_for_any_number(people):
    client = client_of(people["CO"])
    late(1)
    client.get(reverse(LIST))
    counts = []
    for number in (2, 3):
        with CaptureQueriesContext(connection) as statements:
            client.get(reverse(LIST))
        counts.append(len(statements))
        late(number)

    assert counts[0] == counts[1]


def test_who_reads_no_schedules_reads_no_deviations():
    late()

    assert deviation_lines(person("SO")) == []
    assert client_of(person("UP")).get(reverse(LIST)).status_code == 403


def test_a_nurse_sees_those_of_the_ward(people):
    late(1)
    deviation = late(2)
    times = {"in_at": stage.days_ago(13), "out_at": stage.days_ago(1)}
    stay = {"kind": "hospital", "hospital": "ours", **times}
    stage.row(deviation.participant, "STY", stay)

    numbers = [line.participant.number for line in deviation_lines(person("BN"))]

    assert set(numbers) == {"S-001X"}
