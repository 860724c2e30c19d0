"""What the reply called saved is there after the server and its database are killed."""

import os
import signal

import psycopg2
import pytest

from tests.tools.launch.site import Browser, Site
from tools.launch import services

pytestmark = pytest.mark.slow

SETTING_UP = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "trial_edc.settings"
django.setup()
from record.audit.attribution import Source, attributed
from record.casebook.models import Participant
from record.casebook.services.form_instances import ensure_form
from tests.people import PASSWORD, STAGE, person
person("CO", password=PASSWORD)
with attributed(by=STAGE, via=Source.COMMAND):
    someone = Participant.objects.create(number="S-001A", sequence=1)
    print(ensure_form(someone, "ZZA", visit="ZZZ").pk)
"""


@pytest.mark.verifies("BAK-04")
def test_what_was_called_saved_outlives_a_kill_of_everything(site: Site) -> None:
    from tests.people import PASSWORD

    with site.cluster.running() as urls:
        site.run(urls, "manage.py", "migrate", "--database=owner", "--verbosity=0")
        pk = site.run(urls, "-c", SETTING_UP)
        web = site.web(urls)
        assert services.answers_within(120, site.port), site.log_of("web")
        browser = Browser(site.port)
        browser.send("/accounts/sign-in/", username="co", password=PASSWORD)

        page = browser.send(
            f"/forms/{pk}/",
            based_on="0",
            save_as="draft",
            weight_kg="70.5",
            creatinine__unit="umol/L",
            pauses__rows="0",
            places__shown="1",
        )
        postmaster = site.cluster.data / "postmaster.pid"
        os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()

    assert "revision 1" in page
    with (
        site.cluster.running() as urls,
        psycopg2.connect(urls.owner) as again,
        again.cursor() as cursor,
    ):
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SELECT form_id, weight_kg::text FROM sample_room_sample")
        assert cursor.fetchall() == [(int(pk), "70.5")]
        cursor.execute(
            "SELECT new_values->>'weight_kg', via FROM audit_entry "
            "WHERE table_name = 'sample_room_sample'"
        )
        assert cursor.fetchall() == [("70.5", "page")]
    again.close()
