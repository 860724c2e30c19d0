"""A base backup and the archived log bring back the instant before a mistake."""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from tests.tools.launch.site import Site
from tools.launch import folders

pytestmark = [pytest.mark.slow, pytest.mark.verifies("BAK-02")]
OVERLAY = folders.PROJECT / "docker" / "point-in-time.yml"
ACTS = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "trial_edc.settings"
django.setup()
from record.audit.seals import seal_finished
from tests.record.audit.test_seals import record_acts
record_acts(3)
seal_finished()
"""
COUNT = "SELECT count(*) FROM audit_entry WHERE act = 'tried'"


def settings_of_overlay() -> dict[str, str]:
    """Settings of PostgreSQL by name that docker/point-in-time.yml adds."""
    service = yaml.safe_load(OVERLAY.read_text())["services"]["postgres"]
    settings = dict(word.split("=", 1) for word in service["command"] if "=" in word)
    return {name: settings[name] for name in settings if name.startswith("archive_")}


def configure(site: Site, **settings: str) -> None:
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    with (site.cluster.data / "postgresql.conf").open("a") as file:
        file.writelines(lines)


def run(url: str, *statements: str) -> Any:
    """Run statements one by one; give the first value of the last."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def as_superuser(site: Site) -> str:
    return f"host={site.cluster.sockets} user=postgres dbname=edc"


def take_base_backup(site: Site, folder: Path) -> None:
    subprocess.run(
        [
            *(site.cluster.server.folder / "pg_basebackup", f"--pgdata={folder}"),
            *(f"--host={site.cluster.sockets}", "--username=postgres"),
            *("--checkpoint=fast", "--wal-method=none"),
        ],
        env=site.cluster.env,
        check=True,
        capture_output=True,
    )


def wait_until_archived(site: Site, wal: Path) -> None:
    name = run(
        as_superuser(site),
        "SELECT pg_walfile_name(pg_current_wal_lsn())",
        "SELECT pg_walfile_name(pg_switch_wal())",
    )
    end = time.monotonic() + 60
    while not (wal / name).exists():
        assert time.monotonic() < end, site.cluster.log.read_text()[-2000:]
        time.sleep(0.05)


def test_the_record_is_back_as_it_was_before_a_table_was_dropped(site, tmp_path):
    wal, base = tmp_path / "wal", tmp_path / "base"
    wal.mkdir(mode=0o777)
    with site.cluster.running() as urls:
        site.run(urls, "manage.py", "migrate", "--database=owner", "--verbosity=0")
    archiving = {
        name: value.replace("/wal/", f"{wal}/")
        for name, value in settings_of_overlay().items()
    }
    configure(site, **archiving)
    with site.cluster.running() as urls:
        take_base_backup(site, base)
        site.run(urls, "-c", ACTS)
        before = run(as_superuser(site), "SELECT clock_timestamp()::text")
        run(urls.owner, "DROP TABLE audit_entry CASCADE")
        wait_until_archived(site, wal)

    shutil.rmtree(site.cluster.data)
    shutil.copytree(base, site.cluster.data)
    (site.cluster.data / "recovery.signal").touch()
    configure(
        site,
        archive_mode="off",
        hot_standby="off",  # nobody looks in before it is done
        restore_command=f"cp {wal}/%f %p",
        recovery_target_time=before,
        recovery_target_action="promote",
    )
    with site.cluster.running() as urls:
        assert run(urls.runtime, COUNT) == 3
        proof = site.run(urls, "manage.py", "verify_audit")

    assert re.search(r"[1-9]\d* entries under 1 seals fit, 0 are not sealed", proof)
    assert not list(wal.glob("*.part"))


def test_the_overlay_keeps_what_the_main_file_says():
    main = yaml.safe_load((folders.PROJECT / "docker-compose.yml").read_text())
    overlay = yaml.safe_load(OVERLAY.read_text())["services"]["postgres"]
    service = main["services"]["postgres"]

    assert overlay["command"][: len(service["command"])] == service["command"]
    assert overlay["volumes"][: len(service["volumes"])] == service["volumes"]
