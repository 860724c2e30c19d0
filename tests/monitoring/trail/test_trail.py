"""The pages of the audit trail: what narrows it, its pages, its words."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from monitoring.trail.selectors.stretches import stretch
from record.accounts.services import accounts
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.review import services as review
from tests.sample_room.people import A_SAMPLE, STAGE, person, sample

pytestmark = pytest.mark.django_db

TRAIL = reverse("monitoring:trail:entries")
WHY = Reason("transcription", "misread")
SELECTS = 9


@pytest.fixture
def as_(client):
    def signed_in(role):
        client.force_login(person(role))
        return client

    return signed_in


def lines(client, query=""):
    return client.get(TRAIL + query).context["page"].lines


def values(line):
    return [(v.label, v.old, v.new, v.reason) for v in line.values]


def corrected(number=1):
    """A form that was complete once and then changed with a reason."""
    form = sample(number)
    save(form, A_SAMPLE | {"weight_kg": "70"}, by=person(), complete=True)
    reasons = {"weight_kg": WHY}
    save(form, {"weight_kg": "71"}, by=person(), reasons=reasons)
    return form


@pytest.mark.verifies("AUD-09")
def test_a_change_is_told_in_words(as_):
    form = corrected()

    (line,) = lines(as_("MO"), "?kind=changed")

    assert values(line) == [
        ("Weight", "70.0 kg", "71.0 kg", "Transcription error — misread")
    ]
    assert (line.participant, line.form, line.form_title, line.revision) == (
        "S-001Z",
        form,
        "Sample · ZZZ",
        2,
    )
    assert (line.who, line.role, line.kind_label) == (
        "The-Co",
        "Coordinator",
        "Values changed",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00", line.utc_time)
    assert line.site_time.endswith("+08:00")


@pytest.mark.verifies("AUD-09")
@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("?participant=s-001z&kind=created", 2),
        ("?participant=S-002Z&kind=created", 1),
        ("?participant=S-999Z", 0),
        ("?form=ZZA&kind=changed", 3),
        ("?form=ZZA&item=weight_kg", 6),
        ("?form=ZZA&item=weight_kg&kind=changed", 3),
        ("?form=ZZA&item=weight_kg&kind=query", 0),
        ("?form=ZZA&item=grade", 0),
        ("?kind=query", 2),
        ("?kind=changed&since=2020-01-01T00:00", 3),
        ("?kind=changed&until=2020-01-01T00:00", 0),
        ("?kind=nonsense&form=ZZA&item=weight_kg", 6),
        ("?kind=query&instance=0", 2),
        ("?kind=query&instance=-1e9", 2),  # no key, and long to reckon
        ("?kind=query&instance=9223372036854775808", 2),
        ("?kind=query&instance=9223372036854775807", 0),
    ],
)
def test_filters_narrow_the_trail(as_, query, number):
    for occurrence in (1, 2):
        corrected(occurrence)
    other = sample(of=2)
    save(other, A_SAMPLE | {"weight_kg": "70"}, by=person(), complete=True)
    save(other, {"weight_kg": "71"}, by=person(), reasons={"weight_kg": WHY})
    review.raise_query(other, "creatinine", "Is it?", by=person("MO"))

    assert len(lines(as_("MO"), query)) == number


@pytest.mark.verifies("AUD-09")
def test_a_user_is_an_account_or_the_system(as_):
    corrected()
    client = as_("MO")
    coordinator = person()

    by_person = lines(client, f"?user={coordinator.pk}")
    by_system = lines(client, "?user=system")

    assert {line.who for line in by_person} == {"The-Co"}
    assert {line.role for line in by_system} == {"system process"}


@pytest.mark.verifies("AUD-09")
def test_pages_hold_each_entry_once_in_both_directions():
    for number in range(1, 6):
        corrected(number)
    everything = list(Entry.objects.order_by("at", "id").values_list("pk", flat=True))

    for oldest_first in (True, False):
        seen, after = [], None
        while True:
            part = stretch(
                Entry.objects.all(), after=after, oldest_first=oldest_first, size=7
            )
            seen.append([entry.pk for entry in part.entries])
            if part.until is None:
                break
            after = part.until
        pages = seen if oldest_first else seen[::-1]
        assert [pk for page in pages for pk in sorted(page)] == everything


@pytest.mark.verifies("AUD-10")
def test_what_one_statement_wrote_stands_in_the_order_of_forms():
    """The database writes it in the order of its pages, which restricted rows fill."""
    forms = [sample(number) for number in range(1, 6)]
    with attributed(by=STAGE, via=Source.COMMAND):
        for form in forms[::-1]:
            FormInstance.objects.filter(pk=form.pk).update(due_on="2026-01-01")

    part = stretch(Entry.objects.filter(new_values__has_key="due_on"), size=2)

    assert [entry.form_id for entry in part.entries] == [form.pk for form in forms]
    assert part.until is None


@pytest.mark.verifies("AUD-10")
def test_neither_page_nor_address_shows_an_id_or_a_total(as_):
    for number in range(1, 30):
        corrected(number)
    client = as_("MO")

    page = client.get(TRAIL).context["page"]

    assert len(page.lines) == 100
    assert re.fullmatch(r"\?beyond=[\d:T.-]+%2B00:00", page.next)
    assert client.get(TRAIL + page.next).context["page"].start == "?"


def test_the_number_of_statements_does_not_grow(as_, django_assert_num_queries):
    client = as_("MO")
    corrected()
    client.get(TRAIL)
    with django_assert_num_queries(SELECTS):
        client.get(TRAIL)

    for number in range(2, 8):
        corrected(number)

    with django_assert_num_queries(SELECTS):
        client.get(TRAIL)


def test_an_odd_cursor_begins_at_the_start(as_):
    corrected()
    client = as_("MO")

    assert lines(client, "?beyond=nonsense&order=odd") == lines(client)


@pytest.mark.verifies("EXP-09")
def test_a_query_signature_and_verification_are_read_by_the_inspector(as_):
    form = corrected()
    query = review.raise_query(form, "weight_kg", "Sure?", by=person("MO"))
    review.answer_query(query, "Yes, weighed twice.", by=person())

    said = [values(line) for line in lines(as_("BR"), "?kind=query&order=oldest")]

    assert said[0] == [("Item", "", "Weight", ""), ("State", "", "open", "")]
    assert [("answered", "", "Yes, weighed twice.", "")] in said


@pytest.mark.verifies("AUD-09")
def test_what_happened_to_accounts_is_read_in_words(as_):
    accounts.create_account(
        username="newcomer",
        full_name="New Comer",
        email="n@example.org",
        role="CO",
        by=STAGE,
        via=Source.COMMAND,
    )

    (line,) = [
        line
        for line in lines(as_("AD"), "?kind=rights")
        if ("User name", "", "newcomer", "") in values(line)
    ]

    assert ("Role", "", "Coordinator", "") in values(line)


def test_an_entry_of_the_future_is_none(as_):
    corrected()
    until = (Entry.objects.latest("at").at + timedelta(days=1)).date().isoformat()

    assert lines(as_("MO"), f"?kind=changed&since={until}T23:59") == []
