"""An exported trail is proved without the system, and each tampering is named."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from record.audit import anchors, seals, verify_trail
from record.audit.models import Entry, Seal
from record.capture.services.forms import save
from tests.record.audit.test_seals import seal_everything
from tests.sample_room.people import A_SAMPLE, person, sample, secret

pytestmark = pytest.mark.django_db(transaction=True)

FITS = "The trail fits its seals."


@pytest.fixture
def trail(tmp_path, settings):
    """A trail of three seals, and an entry after them; no digest is kept of it."""
    settings.MEDIA_ROOT = tmp_path / "files"
    for number in (1, 2, 3):
        save(sample(number), A_SAMPLE, by=person())
        seal_everything()
    save(secret(), {"product": "ward"}, by=person("UP"))
    path = tmp_path / "trail.zip"
    call_command("export_trail", path, verbosity=0)
    return path


def prove(path, *known):
    """Run the script that is in the archive, by Python alone."""
    script = path.with_name("verify_trail.py")
    script.write_bytes(zipfile.ZipFile(path).read("verify_trail.py"))
    command = [sys.executable, "-I", str(script), str(path), *known]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == (done.stdout.strip() != FITS)
    return done.stdout.splitlines()


def tampered(path, name, change):
    """The archive with the lines of one file changed."""
    with zipfile.ZipFile(path) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    lines = files[name].decode().splitlines()
    files[name] = "".join(f"{line}\n" for line in change(lines)).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for one, content in files.items():
            archive.writestr(one, content)
    other = path.with_name("tampered.zip")
    other.write_bytes(buffer.getvalue())
    return other


def key(line):
    return json.loads(line)[0]


def last_digest():
    return seals.digest_of(Seal.objects.latest("pk"))


@pytest.mark.verifies("AUD-15", "AUD-16")
def test_an_exported_trail_is_proved_by_python_alone(trail):
    with zipfile.ZipFile(trail) as archive:
        entries = archive.read("entries.jsonl").decode().splitlines()

    assert prove(trail, last_digest()) == [FITS]
    assert [key(line) for line in entries] == list(
        Entry.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert Entry.objects.filter(act="trail_exported").count() == 1


@pytest.mark.verifies("AUD-15")
def test_a_changed_entry_is_named(trail):
    lines = zipfile.ZipFile(trail).read("entries.jsonl").decode().splitlines()
    place = next(n for n, line in enumerate(lines) if '"CO"' in line)

    def in_place(lines):
        lines[place] = lines[place].replace('"CO"', '"IN"', 1)
        return lines

    other = tampered(trail, "entries.jsonl", in_place)

    assert prove(other) == [f"Entry {key(lines[place])} was altered."]


@pytest.mark.verifies("AUD-15")
def test_a_removed_entry_is_named(trail):
    lines = zipfile.ZipFile(trail).read("entries.jsonl").decode().splitlines()

    other = tampered(trail, "entries.jsonl", lambda all_: all_[:4] + all_[5:])

    assert prove(other) == [f"Entry {key(lines[4])} is missing."]


@pytest.mark.verifies("AUD-15")
def test_an_inserted_entry_is_named(trail):
    """An entry that no seal has, though it says that it is older than the last."""
    lines = zipfile.ZipFile(trail).read("entries.jsonl").decode().splitlines()
    number = key(lines[2])

    def without(all_):
        return [_without(line, number) for line in all_]

    problems = prove(tampered(trail, "seals.jsonl", without))

    assert problems[0] == f"Entry {number} was inserted."


def _without(line, number):
    seal = json.loads(line)
    seal["entries"] = [pair for pair in seal["entries"] if pair[0] != number]
    return json.dumps(seal)


@pytest.mark.verifies("AUD-15")
def test_entries_out_of_order_are_named(trail):
    lines = zipfile.ZipFile(trail).read("entries.jsonl").decode().splitlines()

    def exchange(all_):
        all_[2], all_[3] = all_[3], all_[2]
        return all_

    other = tampered(trail, "entries.jsonl", exchange)

    assert prove(other) == [f"Entry {key(lines[2])} is out of order."]


@pytest.mark.verifies("AUD-15")
def test_a_cut_tail_is_found_by_a_digest_kept_elsewhere(trail):
    known = last_digest()
    cut = tampered(trail, "seals.jsonl", lambda lines: lines[:-1])
    sealed = {
        pair[0]
        for line in zipfile.ZipFile(cut).read("seals.jsonl").decode().splitlines()
        for pair in json.loads(line)["entries"]
    }
    cut = tampered(
        cut, "entries.jsonl", lambda all_: [x for x in all_ if key(x) in sealed]
    )

    assert prove(cut) == [FITS]
    assert prove(cut, known) == [f"No seal has the digest that was kept: {known}."]


@pytest.mark.verifies("AUD-15")
def test_a_chain_made_anew_is_found_by_the_digests_in_the_archive(trail, tmp_path):
    anchors.keep(last_digest())
    path = tmp_path / "anchored.zip"
    call_command("export_trail", path, verbosity=0)
    assert prove(path) == [FITS]

    def anew(lines):
        seals_, previous = [json.loads(line) for line in lines], ""
        for seal in seals_:
            seal["horizon"] += 1
            seal["previous"] = previous
            previous = verify_trail.digest_of(seal)
        return [json.dumps(seal) for seal in seals_]

    problems = prove(tampered(path, "seals.jsonl", anew))

    assert problems == [f"No seal has the digest that was kept: {last_digest()}."]


@pytest.mark.verifies("AUD-15")
def test_a_seal_taken_out_of_the_chain_is_named(trail):
    _first, middle, after = Seal.objects.order_by("pk")[:3]

    def without_middle(lines):
        return [lines[0], *lines[2:]]

    problems = prove(tampered(trail, "seals.jsonl", without_middle))

    assert f"Seal {after.pk} is not linked to the one before." in problems
    assert f"Entry {middle.first_id} was inserted." in problems


def test_the_script_is_short_enough_to_be_read():
    lines = Path(verify_trail.__file__).read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 80
