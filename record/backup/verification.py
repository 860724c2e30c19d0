"""What a restored record must prove, named where it does not."""

from collections.abc import Iterator

from record.audit import vault
from record.audit.probes import probes, weaknesses
from record.audit.verification import verify
from record.backup import contents, proofs
from record.backup.manifest import Manifest


def problems(manifest: Manifest, *, known: str = "") -> Iterator[str]:
    yield from _table_problems(manifest)
    proof = verify(known=known or manifest.last_seal)
    yield from proof.problems
    if proof.seals.last_digest != manifest.last_seal:
        yield "The last seal is not the one that the manifest names."
    yield from (f"The role of the web server: {name}." for name in weaknesses())
    for probe in probes():
        if not probe.is_refused:
            yield f"The role of the web server can {probe.what}."
    yield from _room_problems(manifest)


def _table_problems(manifest: Manifest) -> Iterator[str]:
    with contents.one_instant():
        actual = contents.table_figures()
        strangers = contents.large_objects()
    for name in sorted(manifest.tables.keys() | actual.keys()):
        if manifest.tables.get(name) != actual.get(name):
            rows = [
                figures["rows"] if figures else "no table"
                for figures in (manifest.tables.get(name), actual.get(name))
            ]
            yield f"Table {name} is not as it was: {rows[0]} rows then, {rows[1]} now."
    if strangers:
        yield f"There are {strangers} large objects."


def _room_problems(manifest: Manifest) -> Iterator[str]:
    try:
        vault.outdated_keys()
    except vault.MasterKeyMissing as purposes:
        yield f"No key of VAULT_KEYS opens the data keys of: {purposes}."
        return
    yield from proofs.problems()
    for name, count in proofs.counts().items():
        if manifest.counts.get(name) != count:
            yield f"{name}: {manifest.counts.get(name)} then, {count} now."
