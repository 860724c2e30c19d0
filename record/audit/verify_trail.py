"""Prove an exported audit trail: `python verify_trail.py trail.zip [digest …]`.

Needs Python alone. Each digest is of a seal and was kept elsewhere (mail, paper): only
they show a trail that was cut off at its end or sealed anew.
"""

import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

UNNAMED = 0  # the transaction of an entry of a restricted form


def root_of(level: list[bytes]) -> str:
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in pairs] + odd
    return level[0].hex() if level else ""


def digest_of(seal: Mapping[str, Any]) -> str:
    names = ("first_id", "last_id", "count", "horizon", "root", "previous", "made_at")
    text = "|".join(str(seal[name]) for name in names)
    return hashlib.sha256(text.encode()).hexdigest()


def problems_of_seals(seals: list[dict[str, Any]], known: list[str]) -> Iterator[str]:
    chain = [""]
    for seal in seals:
        ids = [key for key, _digest in seal["entries"]]
        leaves = [bytes.fromhex(digest) for _key, digest in seal["entries"]]
        actual = [len(ids), *ids[:1], *ids[-1:], root_of(leaves)]
        if actual != [seal[n] for n in ("count", "first_id", "last_id", "root")]:
            yield f"Seal {seal['id']} does not fit its entries."
        if seal["previous"] != chain[-1]:
            yield f"Seal {seal['id']} is not linked to the one before."
        chain.append(digest_of(seal))
    for digest in known:
        if digest not in chain:
            yield f"No seal has the digest that was kept: {digest}."


def problems_of_entries(
    seals: list[dict[str, Any]], lines: Iterator[bytes]
) -> Iterator[str]:
    sealed = {key: digest for seal in seals for key, digest in seal["entries"]}
    highest = max(sealed, default=0)
    horizon = seals[-1]["horizon"] if seals else 0
    before = 0
    for line in lines:
        text = line.rstrip(b"\n")
        key, _at, _demo_at, transaction, *_rest = json.loads(text)
        if key <= before:
            yield f"Entry {key} is out of order."
        before = max(before, key)
        digest = sealed.pop(key, None)
        is_late = key > highest or transaction == UNNAMED or transaction >= horizon
        if digest is None and not is_late:
            yield f"Entry {key} was inserted."
        if digest and hashlib.sha256(b"\x00" + text).hexdigest() != digest:
            yield f"Entry {key} was altered."
    yield from (f"Entry {key} is missing." for key in sorted(sealed))


def problems(path: str, known: list[str]) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        seals = [json.loads(line) for line in archive.open("seals.jsonl")]
        kept = [line.split()[1].decode() for line in archive.open("anchors.txt")]
        entries = problems_of_entries(seals, iter(archive.open("entries.jsonl")))
        return [*entries, *problems_of_seals(seals, [*kept, *known])]


if __name__ == "__main__":
    named = problems(sys.argv[1], sys.argv[2:])
    sys.stdout.write("\n".join(named or ["The trail fits its seals."]) + "\n")
    sys.exit(bool(named))
