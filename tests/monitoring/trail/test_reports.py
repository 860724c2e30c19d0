"""What each review report finds, and that its reviews are kept."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from monitoring.models import AuditReview
from monitoring.trail.selectors.reports import EntryDelay, entry_delays, in_report
from monitoring.trail.vocabulary import TrailReport
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.capture.services.form_status import sign_form
from record.capture.services.forms import save
from record.casebook import catalogue
from record.casebook.services import form_instances
from record.review.selectors.sign_offs import (
    CasebookPart,
    bound_to,
    covered_forms,
    digest_of,
)
from record.review.services.sign_offs import note_part_shown, sign_off
from tests.randomization.stage import proof_of
from tests.sample_room.people import A_SAMPLE, STAGE, participant, person, sample
from tests.shown import revision
from trial_edc import clock
from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db

WHY = Reason("transcription", "misread")
SETTINGS = PROTOCOL.audit_review
TUESDAY_NOON = datetime(2026, 4, 14, 12, tzinfo=SITE_TZ)


@pytest.fixture
def as_(client):
    def signed_in(role):
        client.force_login(person(role))
        return client

    return signed_in


def creatinine(sample_at="2026-04-14 08:00", at=TUESDAY_NOON):
    with clock.at(at):
        form = form_instances.add_row(
            participant(), "CRE", by=STAGE, via=Source.COMMAND
        )
        values = {"sample_at": sample_at, "value": ("97", "umol/L")}
        save(form, values, by=person(), complete=False)
    return form


def said(report, **narrowed):
    entries = Entry.objects.filter(**narrowed).order_by("id")
    entries = in_report(report, entries, readable=Entry.objects.all())
    return [(entry.form_id, entry.operation) for entry in entries]


@pytest.mark.verifies("AUD-14")
@pytest.mark.parametrize("name", [*SETTINGS.endpoint_items, *SETTINGS.observed_items])
def test_items_of_the_settings_are_items_of_the_forms(name):
    code, item = name.split(".")

    assert item in catalogue.design(code).items


@pytest.mark.verifies("AUD-14")
def test_changes_of_endpoint_items_are_those_of_values_that_were_there():
    form, other = creatinine(), creatinine("2026-04-14 07:00")
    save(form, {"place": "icu"}, by=person())
    save(form, {"value": ("98", "umol/L")}, by=person())
    save(sample(), A_SAMPLE, by=person())
    save(other, {"sample_at": "2026-04-14 07:30"}, by=person())

    assert said(TrailReport.ENDPOINTS) == [(form.pk, "UPDATE"), (other.pk, "UPDATE")]


@pytest.mark.verifies("AUD-14")
def test_changes_after_a_signature_of_the_form_alone():
    signed, unsigned = sample(1), sample(2)
    for form in (signed, unsigned):
        save(form, A_SAMPLE | {"weight_kg": "70"}, by=person(), complete=True)
    signer = person("PI")
    proof = proof_of(signer)
    sign_form(signed, shown_revision=revision(signed), proof=proof, by=signer)
    with clock.shifted(timedelta(hours=1)):
        for form in (signed, unsigned):
            form.refresh_from_db()
            save(form, {"weight_kg": "71"}, by=person(), reasons={"weight_kg": WHY})

    assert said(TrailReport.SIGNED) == [(signed.pk, "UPDATE")]


@pytest.mark.verifies("AUD-14")
@pytest.mark.parametrize("visit", ["ZZZ", ""])
def test_changes_after_a_sign_off_are_those_of_what_it_bound(visit):
    bound = sample(1)
    save(bound, A_SAMPLE | {"weight_kg": "70"}, by=person(), complete=True)
    part = CasebookPart(participant(), visit)
    shown = bound_to(covered_forms(part))
    signer = person("PI")
    note_part_shown(part, shown, by=signer)
    sign_off(part, shown=digest_of(shown), proof=proof_of(signer), by=signer)
    later, of_other = sample(2), sample(of=2)
    with clock.shifted(timedelta(hours=1)):
        for form in (later, of_other):
            save(form, A_SAMPLE | {"weight_kg": "70"}, by=person(), complete=True)
        for form in (bound, later, of_other):
            form.refresh_from_db()
            save(form, {"weight_kg": "71"}, by=person(), reasons={"weight_kg": WHY})

    assert said(TrailReport.SIGNED) == [(bound.pk, "UPDATE")]


@pytest.mark.verifies("AUD-14", "TIM-04")
@pytest.mark.parametrize(
    ("sample_at", "is_late"),
    [
        ("2026-04-09 23:59", False),  # five days before
        ("2026-04-08 00:00", True),
        ("2026-04-08", True),
    ],
)
def test_entry_is_late_beyond_the_days_of_the_settings(sample_at, is_late):
    form = creatinine(sample_at)

    assert said(TrailReport.LATE) == ([(form.pk, "INSERT")] if is_late else [])


@pytest.mark.verifies("TIM-04")
def test_delays_are_told_by_form(django_assert_num_queries):
    for day in ("2026-04-14 08:00", "2026-04-12 08:00", "2026-04-04 08:00"):
        creatinine(day)
    title = catalogue.design("CRE").title

    with django_assert_num_queries(1) as statements:
        three = entry_delays(Entry.objects.all())
    creatinine("2026-04-11 08:00")
    four = entry_delays(Entry.objects.all())

    assert three == [EntryDelay("CRE", title, 3, 2, 10)]
    assert four == [EntryDelay("CRE", title, 4, 2.5, 10)]
    assert "percentile_cont" in statements[0]["sql"]


@pytest.mark.verifies("AUD-14")
@pytest.mark.parametrize(
    ("at", "is_off_duty"),
    [
        (datetime(2026, 4, 14, 6, 59, tzinfo=SITE_TZ), True),
        (datetime(2026, 4, 14, 7, 0, tzinfo=SITE_TZ), False),
        (datetime(2026, 4, 14, 19, 59, tzinfo=SITE_TZ), False),
        (datetime(2026, 4, 14, 20, 0, tzinfo=SITE_TZ), True),
        (datetime(2026, 4, 18, 12, 0, tzinfo=SITE_TZ), False),  # a Saturday
        (datetime(2026, 4, 19, 12, 0, tzinfo=SITE_TZ), True),
        (datetime(2026, 4, 18, 16, 30, tzinfo=UTC), True),  # Sunday at the site
    ],
)
def test_duty_hours_are_those_of_the_site(at, is_off_duty):
    form = creatinine("2026-04-13 08:00", at)

    assert said(TrailReport.OFF_DUTY) == ([(form.pk, "INSERT")] if is_off_duty else [])


@pytest.mark.verifies("AUD-14")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("more", [0, -1])
def test_many_forms_changed_in_one_act_are_a_bulk_change(more):
    coordinator = person()
    with attributed(by=coordinator, via=Source.PAGE):
        numbers = range(1, SETTINGS.bulk_forms + 1 + more)
        forms = [sample(number) for number in numbers]
        for form in forms:
            save(form, A_SAMPLE, by=coordinator)
    save(sample(99), A_SAMPLE, by=coordinator)

    expected = [] if more else [(form.pk, "INSERT") for form in forms]
    assert said(TrailReport.BULK) == expected
    assert said(TrailReport.BULK, form_id=forms[0].pk) == expected[:1]


@pytest.mark.verifies("AUD-14")
@pytest.mark.django_db(transaction=True)
def test_a_bulk_change_is_shown_of_a_chosen_participant(as_):
    with attributed(by=person(), via=Source.PAGE):
        forms = [sample(of=number) for number in range(1, SETTINGS.bulk_forms + 1)]
        for form in forms:
            save(form, A_SAMPLE, by=person())

    page = reverse("monitoring:trail:report", args=["bulk"])
    shown = as_("MO").get(page + "?participant=S-002Z").context["page"].lines

    assert [line.form for line in shown] == [forms[1]]


@pytest.mark.verifies("AUD-14")
def test_a_review_is_recorded_with_period_and_findings(as_):
    creatinine("2026-03-01 08:00")
    client = as_("DM")
    page = reverse("monitoring:trail:report", args=["late"])
    day = Entry.objects.latest("at").at.astimezone(SITE_TZ).date()

    with clock.at(datetime.now(SITE_TZ) + timedelta(days=1)):
        answer = client.post(
            reverse("monitoring:trail:review", args=["late"]),
            {"since": "2026-01-01", "until": day, "findings": "One, explained."},
        )

    assert (answer.status_code, answer["Location"]) == (302, page)
    review = AuditReview.objects.get()
    assert (review.report, review.entries, review.findings) == (
        "late",
        1,
        "One, explained.",
    )
    assert review.reviewed_by == person("DM")
    text = client.get(page).content.decode()
    assert "One, explained." in text
    assert "The-Dm" in client.get(reverse("monitoring:trail:reports")).content.decode()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"until": "2999-01-01"}, "This day is still to come"),
        ({"until": "2025-12-31"}, "The period ends before it begins"),
        ({"findings": ""}, "This field is required"),
    ],
)
def test_an_odd_review_is_refused_and_what_was_typed_stays(as_, fields, problem):
    typed = {"since": "2026-01-01", "until": "2026-02-01", "findings": "None at all."}

    answer = as_("MO").post(
        reverse("monitoring:trail:review", args=["late"]), typed | fields
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert problem in text
    assert fields.get("findings", "None at all.") in text
    assert AuditReview.objects.count() == 0


def test_who_may_not_review_sees_the_report_and_no_form(as_):
    client = as_("IN")

    page = client.get(reverse("monitoring:trail:report", args=["bulk"]))
    answer = client.post(reverse("monitoring:trail:review", args=["bulk"]), {})

    assert b"Record the review" not in page.content
    assert answer.status_code == 403
    missing = client.get(reverse("monitoring:trail:report", args=["nonsense"]))
    assert missing.status_code == 404
