"""The register of consent versions: two persons, first days, and who is asked again."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from enrollment.consent import selectors as consents
from enrollment.consent import services as register
from enrollment.consent.facts.reconsent import ReconsentDue, ReconsentReason
from enrollment.consent.services import NewVersion
from enrollment.models import ConsentDocument
from enrollment.problems import EnrollmentRefused
from record.accounts.models import User
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.capture.problems import SaveRefused
from record.casebook.models import FormInstance
from tests.enrollment import factories
from tests.people import STAGE, person
from tests.shown import shown
from trial_edc import clock

PAGE = "/enrollment/consent-versions/"


def new(version: str = "2.0", *, days: int = 0, concerns: str = "everybody", **more):
    """Return a version in force from so many days after today."""
    first = clock.today() + timedelta(days=days)
    values = {"ethics_approved_on": first - timedelta(days=3), **more}
    return NewVersion(
        version=version,
        effective_from=first,
        changes="New risk.",
        concerns=concerns,
        **values,
    )


def in_force(entered: NewVersion) -> ConsentDocument:
    manager = User.objects.filter(username="dm").first() or person("DM")
    leader = User.objects.filter(username="pi").first() or person("PI")
    document = register.enter_version(entered, by=manager)
    return register.approve_version(document, by=leader)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_trial_opens_with_the_version_of_the_protocol(db: None) -> None:
    (first,) = consents.consent_versions()

    assert (first.version, first.effective_from) == ("1.0", date(2021, 12, 31))
    assert consents.present_version() == "1.0"
    assert consents.version_options() == [("1.0", "1.0, in force from 2021-12-31")]


def test_a_version_counts_once_a_second_person_approved_it(db: None) -> None:
    manager, leader = person("DM"), person("PI")

    document = register.enter_version(new(), by=manager)
    before = consents.present_version()
    register.approve_version(document, by=leader)

    assert (before, consents.present_version()) == ("1.0", "2.0")
    actors = Entry.objects.filter(table_name="enrollment_consentdocument")
    assert [entry.actor for entry in actors] == ["dm", "pi"]


@pytest.mark.parametrize("role", ["CO", "IN", "PI", "MO", "AD"])
def test_the_data_manager_alone_enters_versions(db: None, role: str) -> None:
    with pytest.raises(PermissionDenied):
        register.enter_version(new(), by=person(role))


def test_who_enters_a_version_never_approves_it(db: None) -> None:
    manager = person("DM")
    document = register.enter_version(new(), by=manager)

    with pytest.raises(PermissionDenied):
        register.approve_version(document, by=manager)
    with (
        pytest.raises(IntegrityError, match="consent_version_by_two_persons"),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        ConsentDocument.objects.filter(pk=document.pk).update(
            approved_by=manager, approved_at=clock.now()
        )


def test_a_version_is_corrected_until_it_is_approved(db: None) -> None:
    manager = person("DM")
    register.enter_version(new(days=5), by=manager)
    in_force(new(days=7))

    assert ConsentDocument.objects.count() == 1
    with pytest.raises(EnrollmentRefused, match="no longer changes"):
        register.enter_version(new(days=9), by=manager)


def test_one_version_after_the_other_awaits_its_approval(db: None) -> None:
    manager = person("DM")
    register.enter_version(new(days=5), by=manager)

    with pytest.raises(EnrollmentRefused, match="Another version awaits"):
        register.enter_version(new("3.0", days=9), by=manager)


def test_versions_follow_one_another_and_their_ethics_approval(db: None) -> None:
    in_force(new(days=7))
    early = new("3.0", days=7, ethics_approved_on=clock.today() + timedelta(days=8))

    with pytest.raises(EnrollmentRefused) as refusal:
        register.enter_version(early, by=User.objects.get(username="dm"))

    first = clock.today() + timedelta(days=7)
    assert refusal.value.reasons == (
        f"Version 2.0 is in force from {first}; this one must come later.",
        "The ethics board approves a version before it is in force.",
    )


@pytest.mark.verifies("ELG-I3")
def test_consent_is_refused_on_a_version_not_in_force_that_day(
    coordinator: User,
) -> None:
    in_force(new())
    first, second = factories.approached(coordinator), factories.approached(coordinator)
    today = {"decided_at": clock.now()}

    with pytest.raises(SaveRefused) as refusal:
        factories.consent(first, coordinator, **today)
    with pytest.raises(SaveRefused) as early:
        factories.consent(first, coordinator, version="2.0")
    factories.consent(second, coordinator, **today, version="2.0")

    (finding,) = refusal.value.findings
    assert (finding.check_id, finding.item) == ("CNS-02", "version")
    assert finding.details == {
        "version": "1.0",
        "on": f"{clock.today()}",
        "right": "2.0",
    }
    assert early.value.findings[0].details["right"] == "1.0"


def test_consent_is_refused_on_a_version_that_the_register_does_not_hold(
    coordinator: User,
) -> None:
    register.enter_version(new(), by=person("DM"))

    for unknown in ("9.9", "2.0"):  # the second one awaits its approval
        with pytest.raises(SaveRefused) as refusal:
            factories.consent(
                factories.approached(coordinator), coordinator, version=unknown
            )
        assert [f.check_id for f in refusal.value.findings] == ["CNS.version.link"]


def test_a_new_version_is_work_for_the_site_until_everybody_signed(
    coordinator: User,
) -> None:
    participant = factories.consented(coordinator)
    client = browser(coordinator)
    casebook = reverse("entry:casebook", args=[participant.number])
    in_force(new())

    def is_shown_on_pages() -> list[bool]:
        return [
            "New version of the consent document 2.0"
            in " ".join(client.get(page).text.split())
            for page in (
                "/",
                casebook,
                reverse("entry:log", args=[participant.number, "CNS"]),
            )
        ]

    def due_by_participant() -> list[list[ReconsentDue]]:
        return [due for _one, due in consents.participants_to_reconsent(coordinator)]

    due = ReconsentDue(ReconsentReason.VERSION, clock.today(), "2.0")
    assert (due_by_participant(), is_shown_on_pages()) == ([[due]], [True] * 3)
    factories.consent(
        participant,
        coordinator,
        kind="new_version",
        version="2.0",
        decided_at=clock.now(),
    )
    assert (due_by_participant(), is_shown_on_pages()) == ([], [False] * 3)


def test_who_refuses_a_new_version_is_asked_what_to_stop(coordinator: User) -> None:
    participant = factories.consented(coordinator)
    in_force(new())

    factories.consent(
        participant,
        coordinator,
        kind="new_version",
        version="2.0",
        decision="refused",
        decided_at=clock.now(),
    )

    assert FormInstance.objects.filter(participant=participant, code="WDR").exists()
    ((_one, due),) = consents.participants_to_reconsent(coordinator)
    assert due == [ReconsentDue(ReconsentReason.REFUSED, clock.today())]


def test_a_version_is_entered_and_approved_on_the_page(db: None) -> None:
    today = clock.today().isoformat()
    typed = {
        "version": "2.0",
        "ethics_approved_on": today,
        "effective_from": today,
        "concerns": "everybody",
        "changes": "New risk.",
    }

    entered = browser(person("DM")).post(PAGE, typed)
    document = ConsentDocument.objects.get(version="2.0")
    leader = browser(person("PI"))
    before = leader.get(PAGE).text
    leader.post(f"{PAGE}{document.pk}/approve/", shown(leader, PAGE))

    assert entered.headers["Location"] == PAGE
    assert "Approve" in before
    assert "Consent is given on version 2.0 today." in leader.get(PAGE).text


def test_a_wrong_version_is_told_beside_what_was_typed(db: None) -> None:
    in_force(new(days=1))
    late = (clock.today() + timedelta(days=2)).isoformat()
    typed = {
        "version": "2.0",
        "ethics_approved_on": late,
        "effective_from": "soon",
        "concerns": "",
        "changes": "New risk.",
    }
    manager = browser(User.objects.get(username="dm"))

    page = manager.post(PAGE, typed).text
    typed |= {
        "ethics_approved_on": "2022-01-01",
        "effective_from": late,
        "concerns": "everybody",
    }
    refused = manager.post(PAGE, typed).text

    assert "This lies in the future." in page
    assert "New risk." in page
    assert "This version is approved and no longer changes." in refused


def test_who_reads_the_register_enters_nothing(coordinator: User) -> None:
    client = browser(coordinator)

    assert "Enter a version" not in client.get(PAGE).text
    assert client.post(PAGE, {"version": "2.0"}).status_code == 403
