"""Pages of monitoring visits: the way that works, the refusal, what readers see."""

import shutil
import subprocess
from datetime import timedelta

import pytest
from django.urls import reverse

from monitoring.visits.models import MonitoringVisit, VisitFinding, VisitReport
from record.capture.services.forms import save
from record.review import services as review
from tests.monitoring.visits import stage
from tests.record.capture.saving import WHY
from tests.sample_room.people import A_SAMPLE, person, sample
from tests.shown import revision
from trial_edc import clock

pytestmark = pytest.mark.django_db
VISITS = reverse("monitoring:visits:visits")
ACTIONS = reverse("monitoring:visits:actions")


@pytest.fixture
def as_(client):
    def signed_in(role):
        client.force_login(person(role))
        return client

    return signed_in


def address(name, *args):
    return reverse(f"monitoring:visits:{name}", args=args)


@pytest.mark.verifies("MVL-01")
def test_a_monitor_plans_a_visit_and_records_it(as_):
    client = as_("MO")
    day = clock.today().isoformat()

    planned = client.post(VISITS, {"kind": "routine", "planned_on": day})
    visit = MonitoringVisit.objects.get()
    typed = {"started_on": day, "ended_on": day, "people_met": "Dr Li", "letter": "Hi."}
    client.post(address("done", visit.pk), typed)

    visit.refresh_from_db()
    assert planned["Location"] == address("visit", visit.pk)
    assert (visit.state, visit.people_met) == ("done", "Dr Li")


def test_what_is_refused_stays_on_the_page_and_nothing_is_stored(as_):
    client, visit = as_("MO"), stage.planned()
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()

    done = client.post(
        address("done", visit.pk),
        {
            "started_on": clock.today().isoformat(),
            "ended_on": tomorrow,
            "people_met": "Dr Li",
            "letter": "A long letter",
        },
    )
    finding = client.post(
        address("finding", visit.pk),
        {
            "category": "data",
            "severity": "major",
            "participant": "S-999Z",
            "text": "A long finding",
        },
    )
    plan = client.post(VISITS, {"kind": "routine", "planned_on": "soon"})

    visit.refresh_from_db()
    assert [done.status_code, finding.status_code, plan.status_code] == [422] * 3
    assert "A long letter" in done.content.decode()
    assert "still to come" in done.content.decode()
    assert "A long finding" in finding.content.decode()
    assert "no participant of this number" in finding.content.decode()
    assert "soon" in plan.content.decode()
    assert visit.is_planned
    assert not VisitFinding.objects.exists()


@pytest.mark.verifies("MVL-03")
def test_an_owner_sees_and_closes_only_their_own_actions(as_):
    visit = stage.done()
    mine = stage.action(visit, person("CO"), task="For me.")
    other = stage.action(visit, person("IN"), task="For another.")
    client = as_("CO")

    page = client.get(ACTIONS).content.decode()
    refused = client.post(address("close_action", other.pk), {"outcome": "Done."})
    empty = client.post(address("close_action", mine.pk), {"outcome": ""})
    client.post(address("close_action", mine.pk), {"outcome": "Filed."})

    mine.refresh_from_db()
    assert ("For me." in page, "For another." in page) == (True, False)
    assert (refused.status_code, empty.status_code) == (404, 422)
    assert mine.outcome == "Filed."
    assert "For another." in as_("DM").get(ACTIONS).content.decode()


@pytest.mark.verifies("MVL-04")
@pytest.mark.parametrize(
    ("language", "word"), [("en", "Findings of"), ("zh-hans", "访视发现")]
)
def test_a_report_is_read_in_the_language_of_its_reader(as_, language, word):
    visit = stage.done()
    stage.finding(visit, severity="major")
    stage.signed(visit)
    url = address("report", visit.pk, 1)

    page = as_("PI").get(url, headers={"accept-language": language})

    text = page.content.decode()
    assert word in text
    assert stage.LETTER in text


@pytest.mark.pdf
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="reads the pages")
@pytest.mark.verifies("MVL-04")
@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Report of a monitoring visit"), ("zh-hans", "监查访视报告")],
)
def test_a_report_is_a_pdf_of_numbered_pages(as_, language, title):
    visit = stage.done(letter="\n".join(["感谢配合。 Thank you."] * 150))
    stage.signed(visit)

    url = address("report_pdf", visit.pk, 1)
    response = as_("DM").get(url, headers={"accept-language": language})

    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    text = subprocess.run(
        ["pdftotext", "-", "-"], input=response.content, capture_output=True, check=True
    ).stdout.decode()
    *pages, _end = text.split("\f")
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert f"{number}/{len(pages)}" in page.replace(" ", "")
    assert title in text
    assert "感谢配合" in text


@pytest.mark.parametrize("role", ["CO", "IN", "UM", "UP", "AD", "LC", "US"])
def test_reports_are_not_for_everybody(as_, role):
    visit = stage.done()
    stage.signed(visit)
    client = as_(role)

    pages = [
        VISITS,
        address("visit", visit.pk),
        address("report", visit.pk, 1),
        address("report_pdf", visit.pk, 1),
        address("sign_report", visit.pk),
    ]

    assert [client.get(page).status_code for page in pages] == [403] * len(pages)


def test_a_wrong_password_signs_nothing(as_):
    visit = stage.done()

    page = as_("MO").post(
        address("sign_report", visit.pk), {"password": "wrong", "shown": "x"}
    )

    assert page.status_code == 200
    assert not VisitReport.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_statements_of_the_list_do_not_grow(as_, count, django_assert_num_queries):
    for _number in range(count):
        visit = stage.done()
        stage.finding(visit)
        stage.action(visit, person("CO"))
    client = as_("DM")
    client.get(VISITS)

    with django_assert_num_queries(3):
        client.get(VISITS)
    with django_assert_num_queries(5):
        client.get(ACTIONS)


@pytest.mark.verifies("SDV-02")
def test_the_list_shows_what_changed_since_the_last_visit(as_):
    old, new, lost = sample(1), sample(2), sample(3)
    monitor = person("MO")
    long_ago = clock.now() - timedelta(days=9)
    with clock.at(long_ago):
        for form in (old, lost):
            save(form, A_SAMPLE, by=person(), complete=True)
        mark = review.verify(lost, ["place"], shown_revision=revision(lost), by=monitor)
    day = clock.today() - timedelta(days=3)
    before = as_("MO").get(reverse("review:verification"))
    stage.done(started_on=day, ended_on=day)
    save(new, A_SAMPLE, by=person(), complete=True)
    assert mark.withdrawn_at is None
    review.withdraw_verifications(lost, by=monitor, reason=WHY)

    page = as_("MO").get(reverse("review:verification") + "?changed=visit")

    listed = {line.form.occurrence for line in page.context["table"].lines}
    assert listed == {2, 3}
    assert "changed" not in before.context["form"].fields
    assert (
        len(as_("MO").get(reverse("review:verification")).context["table"].lines) == 3
    )
