"""Writes on accounts: what they do, what they refuse, what they leave in the trail."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from record.accounts.models import User
from record.accounts.services import accounts as services
from record.audit.models import Entry
from record.notices.services.delivery import deliver_due
from tests.people import PASSWORD, STAGE, person

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "another horse 43"


def link_of(mail):
    return re.search(r"https?://[^/]+(/\S+)", mail.body).group(1)


@pytest.fixture
def administrator(client):
    user = person("AD")
    client.force_login(user)
    return user


@pytest.mark.verifies("ACC-01")
def test_name_of_a_closed_account_is_not_given_again():
    user = person("CO", username="li.wei")
    services.deactivate(user=user, by=person("AD"), reason="left")

    with pytest.raises(ValidationError, match="somebody"):
        person("CO", username="Li.Wei ")


@pytest.mark.verifies("ACC-06")
def test_role_of_another_class_is_refused():
    user = person("CO")

    with pytest.raises(services.AccountRefused, match="blinding class"):
        services.set_role(user=user, role="PN", by=person("AD"), reason="moved")


@pytest.mark.verifies("ACC-07")
def test_role_change_records_who_and_why():
    user, administrator = person("CO"), person("AD")

    services.set_role(user=user, role="BN", by=administrator, reason="new ward")

    entry = Entry.objects.filter(row_id=user.pk, operation="UPDATE").get()
    assert entry.actor == "ad"
    assert entry.changes == {"role": ["CO", "BN"]}
    assert entry.reasons == {"": {"code": "rights", "text": "new ward"}}


def test_nobody_closes_the_own_account():
    administrator = person("AD")

    with pytest.raises(services.AccountRefused, match="own account"):
        services.deactivate(user=administrator, by=administrator, reason="")


def test_last_administrator_stays():
    last = person("AD")

    with pytest.raises(services.AccountRefused, match="last administrator"):
        services.deactivate(user=last, by=STAGE, reason="")


@pytest.mark.verifies("ACC-08")
def test_closing_ends_sessions_even_if_opened_again(client):
    user = person("CO", password=PASSWORD)
    client.force_login(user)
    services.deactivate(user=user, by=STAGE, reason="left")
    services.reactivate(user=user, by=STAGE, reason="back")

    response = client.get(reverse("accounts:preferences"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:sign_in"))


@pytest.mark.verifies("SIG-08", "ACC-02")
def test_reset_mails_a_link_that_works_once(client, administrator, mailoutbox):
    user = person("IN", password=PASSWORD)
    address = reverse("accounts:reset_password", args=[user.pk])
    page = client.post(address, {"reason": "forgotten"}, follow=True)
    deliver_due()
    [mail] = mailoutbox
    link = link_of(mail)
    client.logout()

    form = client.get(link, follow=True)
    passwords = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    done = client.post(form.request["PATH_INFO"], passwords)
    again = client.get(link, follow=True)

    user.refresh_from_db()
    assert mail.to == ["in@example.org"]
    assert link not in page.content.decode()
    assert done.url == reverse("accounts:sign_in")
    assert user.check_password(NEW_PASSWORD)
    assert "used already" in again.content.decode()
    assert Entry.objects.filter(act="password_changed", actor="in").count() == 1


@pytest.mark.verifies("SIG-08")
def test_reset_makes_the_old_password_useless():
    user = person("IN", password=PASSWORD)

    services.reset_password(user=user, by=STAGE, reason="lost")

    user.refresh_from_db()
    assert not user.has_usable_password()


def test_command_refuses_a_name_of_somebody_however_it_is_typed():
    options = {"name": "Lin Tao", "email": "lin@example.org"}
    call_command("create_account", "lin.tao", "AD", **options)

    with pytest.raises(CommandError, match="is or was somebody's"):
        call_command("create_account", "Ｌｉｎ.tao\u200b", "AD", **options)


def test_command_opens_the_first_administrator(capsys):
    options = {"name": "Lin Tao", "email": "lin@example.org"}
    call_command("create_account", "Lin.Tao", "AD", **options)

    user = User.objects.get(username="lin.tao")
    password = capsys.readouterr().out.split()[-1]
    assert user.must_change_password
    assert user.check_password(password)
