"""What the reply called saved is there after the server and its database are killed."""

import http.cookiejar
import os
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tools.launch import folders, postgres, processes, services

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


class Site:
    """Database and web process of one folder, both of which may be killed."""

    def __init__(self, folder: Path, server: postgres.Programs, port: int) -> None:
        self.cluster = postgres.Cluster(folder / "db", server, for_tests=False)
        self.folder, self.port = folder, port
        self.started: list[subprocess.Popen[bytes]] = []
        self.browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def run(self, urls: postgres.Databases, *words: str) -> str:
        result = subprocess.run(
            [sys.executable, *words], cwd=folders.PROJECT, env=self.env(urls),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return result.stdout.strip()

    def env(self, urls: postgres.Databases) -> dict[str, str]:
        """Return what names this site's database to a process."""
        named = {"DATABASE_URL": urls.runtime, "OWNER_DATABASE_URL": urls.owner}
        return os.environ | named | {"STATE_DIR": str(self.folder)}

    def web(self, urls: postgres.Databases) -> subprocess.Popen[bytes]:
        command = services.command("web", f"--bind=127.0.0.1:{self.port}")
        log = self.folder / "web.log"
        self.started.append(processes.spawn(command, env=self.env(urls), log=log))
        return self.started[-1]

    def send(self, path: str, **typed: str) -> Any:
        """Post a page as a browser does, with the token of its form."""
        address = f"http://localhost:{self.port}{path}"
        with self.browser.open(address) as page:
            token = page.read().decode().partition('csrfmiddlewaretoken" value="')[2]
        typed["csrfmiddlewaretoken"] = token.partition('"')[0]
        return self.browser.open(address, urllib.parse.urlencode(typed).encode())


@pytest.fixture
def site(
    tmp_path: Path, wheel: postgres.Programs, unused_tcp_port: int
) -> Iterator[Site]:
    site = Site(tmp_path, wheel, unused_tcp_port)
    yield site
    processes.stop(*site.started)


@pytest.mark.verifies("BAK-04")
def test_what_was_called_saved_outlives_a_kill_of_everything(site: Site) -> None:
    from tests.people import PASSWORD

    with site.cluster.running() as urls:
        site.run(urls, "manage.py", "migrate", "--database=owner", "--verbosity=0")
        pk = site.run(urls, "-c", SETTING_UP)
        web = site.web(urls)
        assert services.answers_within(120, site.port), (
            site.folder / "web.log"
        ).read_text()[-2000:]
        site.send("/accounts/sign-in/", username="co", password=PASSWORD)

        reply = site.send(
            f"/forms/{pk}/",
            based_on="0",
            save_as="draft",
            weight_kg="70.5",
            creatinine__unit="umol/L",
            pauses__rows="0",
            places__shown="1",
        )
        page = reply.read().decode()
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
