"""`make messages`: collects the texts that people read, with their Chinese.

`python -m tools.translations` reads every marked text of code and templates into
`locale/zh_Hans/LC_MESSAGES/django.po`: translations stay, texts that are gone go.
`--check` names what is stale, untranslated or has lost a placeholder; `--compile`
writes the `.mo` that Django reads. Babel does it all: GNU gettext is not needed.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tools.traceability import ROOT, sources

LOCALE = "zh_Hans"
CATALOGUE = Path("locale", LOCALE, "LC_MESSAGES", "django.po")
NOT_READ = {"tests", "bench", "migrations"}
TEMPLATES = {".html", ".txt"}
MARKS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[-#0 +\d.]*[a-z]|%[sdrf%]|\{\w*\}|</?\w+")
HEADER = f"""\
# 简体中文. Written by `make messages`; only the msgstr lines are written by people.
msgid ""
msgstr ""
"Language: {LOCALE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def marked(root: Path = ROOT) -> Catalog:
    catalogue = Catalog(locale=LOCALE)
    for path, text in _readable(root):
        place = (path.relative_to(root).as_posix(), 0)
        texts = extract("python", BytesIO(text.encode()), MARKS, ["Translators:"])
        for _line, identity, comments, context in texts:
            catalogue.add(identity, None, [place], (), comments, context=context)
    return catalogue


def merged(catalogue: Catalog, previous: Catalog) -> Catalog:
    """Take over existing translations; none is guessed."""
    for message in _messages(catalogue):
        before = previous.get(_key(message), message.context)
        if before is not None and before.pluralizable == message.pluralizable:
            message.string = before.string
            message.flags |= before.flags & {"fuzzy"}
    return catalogue


def written(catalogue: Catalog) -> str:
    """Write the catalogue in an order that depends on the texts alone."""
    out = BytesIO()
    write_po(
        out, catalogue, 0, omit_header=True, sort_output=True, include_lineno=False
    )
    return HEADER + out.getvalue().decode()


def problems(catalogue: Catalog) -> Iterator[str]:
    for message in _messages(catalogue):
        strings = _several(message.string or "")
        if not all(strings):
            yield f"not translated: {_key(message)!r}"
        elif message.fuzzy:
            yield f"fuzzy: {_key(message)!r}"
        elif _placeholders(strings[-1]) != _placeholders(_several(message.id)[-1]):
            yield f"other placeholders: {_key(message)!r}"


def compiled(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def _readable(root: Path) -> Iterator[tuple[Path, str]]:
    """Read each source as Python text; a template becomes calls of gettext."""
    for path in sources(root):
        if NOT_READ.isdisjoint(path.relative_to(root).parts):
            yield path, path.read_text(encoding="utf-8")
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in TEMPLATES:
            lines = templatize(path.read_text(encoding="utf-8")).splitlines()
            yield path, "\n".join(line.strip() for line in lines)


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _several(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _key(message: Message) -> str:
    """The text in code; of a singular and a plural, the singular."""
    return _several(message.id)[0]


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def main(arguments: list[str]) -> int:
    path = ROOT / CATALOGUE
    previous = read(path)
    if "--compile" in arguments:
        path.with_suffix(".mo").write_bytes(compiled(previous))
        return 0
    catalogue = merged(marked(), previous)
    text = written(catalogue)
    if "--check" not in arguments:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return 0
    faults = list(problems(catalogue))
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        faults.insert(0, "stale: run `make messages`")
    sys.stderr.writelines(f"{CATALOGUE}: {problem}\n" for problem in faults)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
