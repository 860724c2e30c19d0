"""Forms of a visit, of a participant or of many are closed together, or none is."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from record.audit.models import Entry
from record.casebook.models import FormInstance
from record.lock.problems import LockRefused
from record.lock.scope import Scope, plan_for
from record.lock.services.closing import close_forms
from record.lock.vocabulary import ClosingAct
from record.review import services as review
from tests.record.capture.saving import WHY, complete
from tests.record.lock.steps import confirmed, proposed
from tests.sample_room.people import participant, person, sample, secret

pytestmark = pytest.mark.django_db
PAGE = reverse("lock:forms")


def done(act, by, *people, shown=None, reason="all is clean", **narrowing):
    scope = Scope(ClosingAct(act), people, **narrowing)
    shown = shown or plan_for(scope, by).digest
    return close_forms(scope, shown=shown, reason=reason, by=by)


def closed(column):
    forms = FormInstance.objects.exclude(**{column: None})
    return sorted(str(form.participant.number) + str(form) for form in forms)


@pytest.fixture
def forms():
    return complete(), sample(2), sample(1, of=2), secret()


@pytest.mark.verifies("LCK-01")
def test_the_forms_of_one_participant_are_frozen_locked_and_opened_again(forms):
    monitor, manager, somebody = person("MO"), person("DM"), participant()

    counts = [
        done("freeze", monitor, somebody),
        done("lock", manager, somebody),
        done("unlock", manager, somebody),
        done("unfreeze", monitor, somebody),
    ]
    again = done("lock", manager, somebody)

    entries = Entry.objects.filter(table_name="casebook_forminstance")
    reasons = entries.filter(operation="UPDATE", reasons__has_key="").order_by("id")
    assert (counts, again) == ([2, 2, 2, 2], 2)
    assert closed("locked_at") == ["S-001ZZZA ZZZ #1", "S-001ZZZA ZZZ #2"]
    assert closed("frozen_at") == []
    assert {e.reasons[""]["text"] for e in reasons} == {"all is clean"}
    assert {
        form.locked_by for form in FormInstance.objects.exclude(locked_at=None)
    } == {manager}


@pytest.mark.verifies("LCK-01")
def test_the_forms_of_a_visit_or_a_code_are_locked_for_all(forms):
    assert done("lock", person("DM"), visit="ZZZ", code="ZZA") == 3
    with pytest.raises(LockRefused, match="no form to change"):
        done("lock", person("DM"), visit="D0")


def test_the_unblinded_monitor_closes_restricted_forms_alone(forms):
    assert done("lock", person("UM")) == 1
    assert closed("locked_at") == ["S-001ZZZB #1"]


def test_one_query_keeps_all_forms_open(forms):
    review.raise_query(forms[1], "weight_kg", "Why empty?", by=person("MO"))

    with pytest.raises(LockRefused, match=r"first: S-001Z ZZA ZZZ #2\."):
        done("lock", person("DM"))

    assert closed("locked_at") == []
    assert done("freeze", person("MO")) == 3


def test_a_form_that_changed_since_keeps_all_forms_open(forms):
    manager = person("DM")
    shown = plan_for(Scope(ClosingAct.LOCK), manager).digest
    review.freeze(forms[0], by=person("MO"), reason=WHY)

    with pytest.raises(LockRefused, match="changed since they were shown"):
        done("lock", manager, shown=shown)

    assert closed("locked_at") == []


@pytest.mark.parametrize("role", ["CO", "PI", "IN", "MO", "AD"])
def test_only_the_data_manager_locks_many(forms, role):
    with pytest.raises(PermissionDenied):
        done("lock", person(role))


@pytest.mark.parametrize("reason", ["", " ", "x" * 501])
def test_many_forms_are_closed_for_a_reason(forms, reason):
    with pytest.raises(LockRefused):
        done("lock", person("DM"), reason=reason)


@pytest.mark.verifies("RND-05")
def test_the_unblinded_monitor_closes_for_a_reason_that_tells_no_arm(forms):
    with pytest.raises(LockRefused, match="name no product"):
        done("lock", person("UM"), reason="The cells were thawed late.")

    assert closed("locked_at") == []


def test_in_a_locked_database_no_form_is_opened(forms):
    done("lock", person("DM"))
    confirmed(proposed())

    with pytest.raises(LockRefused, match="The database was locked by"):
        done("unlock", person("DM"))


@pytest.mark.verifies("LCK-01")
def test_the_page_shows_the_forms_first_and_then_changes_all(client, forms):
    client.force_login(person("DM"))
    address = f"{PAGE}?act=lock&participants=s-001z&visit=&code="
    shown = client.get(address)

    answers = {"shown": shown.context["shown"], "reason": "all is clean"}
    without = client.post(address, answers | {"reason": ""})
    answer = client.post(address, answers, follow=True)

    assert "S-001Z ZZA ZZZ #2" in shown.content.decode()
    assert (without.status_code, answer.status_code) == (409, 200)
    assert "2 forms are changed." in answer.content.decode()
    assert closed("locked_at") == ["S-001ZZZA ZZZ #1", "S-001ZZZA ZZZ #2"]


def test_an_unknown_number_is_named_and_stays_on_the_page(client, forms):
    client.force_login(person("DM"))

    answer = client.get(f"{PAGE}?act=lock&participants=S-001Z+S-999Z")

    page = answer.content.decode()
    assert "There is no such participant: S-999Z." in page
    assert 'value="S-001Z S-999Z"' in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_plan_takes_a_constant_number_of_statements(
    count, django_assert_num_queries
):
    manager = person("DM")
    for number in range(1, count + 1):
        sample(number, of=number)

    with django_assert_num_queries(3):
        plan_for(Scope(ClosingAct.LOCK), manager)


@pytest.mark.parametrize(
    "typed", ["S-001Z,S-002Z", "s-001z、S-002Z", " S-001Z；S-002Z "]
)
def test_numbers_stand_between_the_signs_of_either_language(client, forms, typed):
    client.force_login(person("DM"))

    answer = client.get(PAGE, {"act": "lock", "participants": typed})

    assert answer.context["plan"].people == 2


@pytest.mark.parametrize("typed", [",", "、 ，"])
def test_a_sign_alone_never_means_all_participants(client, forms, typed):
    client.force_login(person("DM"))

    answer = client.get(PAGE, {"act": "lock", "participants": typed})

    assert "plan" not in answer.context
    assert "Write a number, or leave this empty." in answer.content.decode()
