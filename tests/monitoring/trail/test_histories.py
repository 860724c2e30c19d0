"""The trail of a participant, of a form, and the one time line of an item."""

import pytest
from django.urls import reverse

from record.audit.attribution import Reason
from record.capture.services.form_status import sign_form
from record.capture.services.forms import save
from record.review import services as review
from record.review.selectors.sign_offs import (
    CasebookPart,
    bound_to,
    covered_forms,
    digest_of,
)
from tests.randomization.stage import proof_of
from tests.sample_room.people import A_SAMPLE, person, sample, secret
from tests.shown import revision

pytestmark = pytest.mark.django_db

WHY = Reason("transcription", "misread")


@pytest.fixture
def as_(client):
    def signed_in(role):
        client.force_login(person(role))
        return client

    return signed_in


def of_form(form):
    return reverse("monitoring:trail:form", args=[form.pk])


def of_item(form, item="weight_kg"):
    return reverse("monitoring:trail:item", args=[form.pk, item])


@pytest.mark.verifies("AUD-09")
def test_a_form_and_a_participant_have_their_own_trail(as_):
    first, second, other = sample(1), sample(2), sample(of=2)
    for form in (first, second, other):
        save(form, A_SAMPLE, by=person(), complete=True)
    client = as_("MO")

    of_one = client.get(of_form(first)).context["page"].lines
    of_person = client.get(
        reverse("monitoring:trail:participant", args=["S-001Z"]) + "?kind=created"
    )

    assert {line.form for line in of_one} == {first}
    assert {line.form for line in of_person.context["page"].lines} == {first, second}
    text = of_person.content.decode()
    assert f'href="{of_form(first)}"' not in text
    assert "/csv/?participant=S-001Z&amp;kind=created" in text


@pytest.mark.verifies("AUD-08", "AUD-09")
def test_an_item_has_one_time_line(as_):
    form = sample()
    save(form, A_SAMPLE | {"weight_kg": "70"}, by=person(), complete=True)
    query = review.raise_query(form, "weight_kg", "Sure?", by=person("MO"))
    review.answer_query(query, "Weighed again.", by=person())
    save(form, {"weight_kg": "71"}, by=person(), reasons={"weight_kg": WHY})
    form.refresh_from_db()
    review.verify(form, ["weight_kg"], shown_revision=revision(form), by=person("MO"))
    signer = person("PI")
    proof = proof_of(signer)
    sign_form(form, shown_revision=revision(form), proof=proof, by=signer)

    events = as_("BR").get(of_item(form)).context["events"]

    said = {(event.kind_label, event.act, event.old, event.new) for event in events}
    assert said == {
        ("Values entered", "revision 1", "", "70.0 kg"),
        ("Query", "raised", "", "Sure?"),
        ("Query", "answered", "", "Weighed again."),
        ("Values changed", "revision 2", "70.0 kg", "71.0 kg"),
        ("Verification", "revision 2", "", ""),
        ("Signature", "form", "", "I have reviewed this sample."),
    }
    marks = [one for one in events if one.kind_label in ("Verification", "Signature")]
    assert len({event.at for event in marks}) == 1  # and yet the newest stands first
    assert [event.kind_label for event in marks] == ["Signature", "Verification"]
    (change,) = [event for event in events if event.old]
    assert (change.who, change.role, change.reason) == (
        "The-Co",
        "Coordinator",
        "Transcription error — misread",
    )


@pytest.mark.verifies("AUD-09", "SIG-10")
@pytest.mark.parametrize(("visit", "act"), [("ZZZ", "visit"), ("", "casebook")])
def test_a_sign_off_of_a_visit_is_none_of_the_casebook(as_, visit, act):
    form = sample()
    save(form, A_SAMPLE, by=person(), complete=True)
    part, signer = CasebookPart(form.participant, visit), person("PI")
    shown = bound_to(covered_forms(part))
    review.note_part_shown(part, shown, by=signer)
    digest, proof = digest_of(shown), proof_of(signer)
    review.sign_off(part, shown=digest, proof=proof, by=signer)

    events = as_("MO").get(of_item(form, "creatinine")).context["events"]

    signed = [event.act for event in events if event.kind_label == "Signature"]
    assert signed == [act]


@pytest.mark.verifies("AUD-10")
@pytest.mark.parametrize("role", ["MO", "AD"])
def test_the_trail_of_a_hidden_form_is_not_there(as_, role):
    form = secret()
    save(form, {"product": "ward"}, by=person("UP"))
    client = as_(role)

    answers = [
        client.get(address).status_code
        for address in (of_form(form), of_item(form, "product"), of_form(sample()))
    ]

    assert answers == [404, 404, 200 if role == "MO" else 404]


def test_form_panel_and_casebook_lead_to_their_trails(as_):
    form = sample()
    save(form, A_SAMPLE, by=person(), complete=True)
    client = as_("MO")

    page = client.get(reverse("entry:form", args=[form.pk])).content.decode()
    panel = client.get(reverse("entry:panel", args=[form.pk, "weight_kg"]))

    assert f'href="{of_form(form)}"' in page
    assert f'href="{of_item(form)}"' in panel.content.decode()
