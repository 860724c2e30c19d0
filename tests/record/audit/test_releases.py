"""The versions in force stand in the trail, in the foot of each page and in exports."""

import io
import json
import re
from zipfile import ZipFile

import pytest
from django.test import Client

from exports.services import files
from exports.services import jobs as services
from record.audit import releases
from record.audit.models import Entry
from record.audit.tasks import note_versions
from tests.people import person
from trial_edc import __version__
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db


def recorded_releases() -> list[tuple[str, dict[str, str]]]:
    entries = Entry.objects.filter(act="release_in_force")
    return [(entry.actor, entry.changes) for entry in entries]


@pytest.mark.verifies("VAL-02")
def test_trail_tells_each_new_version_once(monkeypatch: pytest.MonkeyPatch) -> None:
    are_new = [note_versions(), note_versions()]
    monkeypatch.setattr(releases, "__version__", "9.9.9")
    are_new += [note_versions(), note_versions()]

    protocol = PROTOCOL.version
    assert are_new == [True, False, True, False]
    assert recorded_releases() == [
        ("process:release", {"software": __version__, "protocol": protocol}),
        ("process:release", {"software": "9.9.9", "protocol": protocol}),
    ]


@pytest.mark.verifies("VAL-02")
def test_foot_of_a_page_and_manifest_of_an_export_tell_both() -> None:
    monitor, client = person("MO"), Client()
    client.force_login(monitor)
    export = services.request_export(forms=["AE"], language="en", by=monitor)
    services.make_export(export.key)
    export.refresh_from_db()

    page = client.get("/").content.decode()
    archive = b"".join(files.unsealed_pieces(files.archive_path(export.key)))

    foot = re.sub(r"<[^>]+>", "", page.partition('class="foot"')[2])
    assert f"protocol {PROTOCOL.version}" in foot
    assert f"software {__version__}" in foot
    manifest = json.loads(manifest_of(archive))
    assert (manifest["software"], manifest["protocol"]) == (
        __version__,
        PROTOCOL.version,
    )


def manifest_of(archive: bytes) -> bytes:
    return ZipFile(io.BytesIO(archive)).read("manifest.json")
