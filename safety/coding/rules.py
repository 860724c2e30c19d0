"""Files of a site's own licensed dictionary, read into terms; pure, none is shipped.

MedAscii (fields between `$`): `llt.asc` and `pt.asc` are needed, `mdhier.asc` adds the
higher levels. CSV: a heading with `code` and `term`, and what there is of `pt_code`,
`pt`, `hlt`, `soc`.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trial_edc.vocabulary import N_

LLT_FIELDS, PT_FIELDS, HIERARCHY_FIELDS = 10, 2, 12  # as many as are read
MOST_PROBLEMS = 50
Problems = list[tuple[str, dict[str, object]]]  # messages with their details


class UnreadableDictionary(Exception):
    """A file does not hold what it should; each problem says where."""

    def __init__(self, problems: Problems) -> None:
        """Take messages with their details."""
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class TermRow:
    """One lowest-level term, or one drug, with what stands above it."""

    code: str
    term: str
    pt_code: str = ""
    pt: str = ""
    hlt: str = ""
    soc: str = ""
    is_current: bool = True


def key_of(text: str) -> str:
    """Return a term as it is compared: no case, no marks, no doubled spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = (c if c.isalnum() else " " for c in folded)
    return " ".join("".join(plain).split())


def decoded(content: bytes) -> str:
    """Return the text of a file, whether Unicode or the national standard."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def read_csv(content: bytes) -> list[TermRow]:
    """Return the terms of a CSV file. Raises `UnreadableDictionary`."""
    lines = csv.DictReader(io.StringIO(decoded(content)))
    heading = {name.strip().lower() for name in lines.fieldnames or ()}
    if missing := {"code", "term"} - heading:
        text = N_("The heading lacks %(columns)s.")
        raise UnreadableDictionary([(text, {"columns": ", ".join(sorted(missing))})])
    rows: list[TermRow] = []
    problems: Problems = []
    for line in lines:
        held = {str(k).strip().lower(): str(v or "").strip() for k, v in line.items()}
        if held["code"] and held["term"]:
            pt_code, pt = held.get("pt_code", ""), held.get("pt", "")
            above = pt_code, pt, held.get("hlt", ""), held.get("soc", "")
            rows.append(TermRow(held["code"], held["term"], *above))
        else:
            text = N_("Line %(line)s: a code and a term are needed.")
            problems.append((text, {"line": lines.line_num}))
    return _whole(rows, problems)


def read_medascii(llt: bytes, pt: bytes, hierarchy: bytes = b"") -> list[TermRow]:
    """Return the lowest-level terms of a MedAscii distribution."""
    problems: Problems = []
    names = {
        fields[0]: fields[1] for fields in _fields("pt.asc", pt, PT_FIELDS, problems)
    }
    above = dict(_above(hierarchy, problems))
    rows = []
    for fields in _fields("llt.asc", llt, LLT_FIELDS, problems):
        code, term, pt_code, current = fields[0], fields[1], fields[2], fields[9]
        if pt_code not in names:
            text = N_("llt.asc: the preferred term %(code)s of %(term)s is missing.")
            problems.append((text, {"code": pt_code, "term": code}))
            continue
        hlt, soc = above.get(pt_code, ("", ""))
        rows.append(
            TermRow(code, term, pt_code, names[pt_code], hlt, soc, current != "N")
        )
    return _whole(rows, problems)


def _fields(
    name: str,
    content: bytes,
    least: int,
    problems: Problems,
) -> Iterator[list[str]]:
    for number, line in enumerate(decoded(content).splitlines(), 1):
        fields = [field.strip() for field in line.split("$")]
        if len(fields) >= least and fields[0] and fields[1]:
            yield fields
        elif line.strip():
            text = N_("%(file)s, line %(line)s: too few fields.")
            problems.append((text, {"file": name, "line": number}))


def _above(content: bytes, problems: Problems) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield high-level term and organ class of each preferred term's primary path."""
    for fields in _fields("mdhier.asc", content, HIERARCHY_FIELDS, problems):
        if fields[11] == "Y":
            yield fields[0], (fields[5], fields[7])


def _whole(rows: list[TermRow], problems: Problems) -> list[TermRow]:
    seen: Mapping[tuple[str, str], TermRow] = {(r.code, r.term): r for r in rows}
    if len(seen) < len(rows):
        text = N_("%(count)s terms stand twice with the same code.")
        problems.append((text, {"count": len(rows) - len(seen)}))
    if not rows and not problems:
        problems.append((N_("The file holds no term."), {}))
    if problems:
        raise UnreadableDictionary(problems[:MOST_PROBLEMS])
    return rows
