"""Files of a site's own licensed dictionary, read into terms; pure, none is shipped.

MedAscii (fields between `$`): `llt.asc` and `pt.asc` are needed, `mdhier.asc` adds the
higher levels. CSV: a heading with `code` and `term`, and what there is of `pt_code`,
`pt`, `hlt`, `soc`.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trial_edc.typed_text import plain, written
from trial_edc.vocabulary import N_

LLT_FIELDS, PT_FIELDS, HIERARCHY_FIELDS = 10, 2, 12  # as many as are read
MOST_PROBLEMS = 50
Problems = list[tuple[str, dict[str, object]]]  # messages with their details


class UnreadableDictionary(Exception):
    """A file does not hold what it should; each problem says where."""

    def __init__(self, problems: Problems) -> None:
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


def comparison_key(text: str) -> str:
    """Key by which terms are compared: no case, no marks, no doubled spaces."""
    letters = (c if c.isalnum() else " " for c in plain(text).casefold())
    return " ".join("".join(letters).split())


def decode_text(content: bytes) -> str:
    """Text of a file in UTF-8 or in the national standard GB 18030.

    Raises `UnreadableDictionary`: a term is never read in part.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:  # else it is UTF-16, or no text at all
            return text
    message = N_("The file is text neither in UTF-8 nor in GB 18030. Save it as UTF-8.")
    raise UnreadableDictionary([(message, {})])


def read_csv(content: bytes) -> list[TermRow]:
    """Raises `UnreadableDictionary`."""
    lines = csv.DictReader(io.StringIO(decode_text(content)))
    try:
        return _csv_rows(lines)
    except csv.Error as problem:
        details = {"line": lines.line_num + 1, "problem": problem}
        text = N_("Line %(line)s cannot be read: %(problem)s.")
        raise UnreadableDictionary([(text, details)]) from problem


def _csv_rows(lines: "csv.DictReader[str]") -> list[TermRow]:
    heading = {plain(name).casefold() for name in lines.fieldnames or ()}
    if missing := {"code", "term"} - heading:
        text = N_("The heading lacks %(columns)s.")
        raise UnreadableDictionary([(text, {"columns": ", ".join(sorted(missing))})])
    rows: list[TermRow] = []
    problems: Problems = []
    for line in lines:
        cells = {
            plain(str(k)).casefold(): written(str(v or "")) for k, v in line.items()
        }
        if cells["code"] and cells["term"]:
            pt_code, pt = cells.get("pt_code", ""), cells.get("pt", "")
            above = pt_code, pt, cells.get("hlt", ""), cells.get("soc", "")
            rows.append(TermRow(cells["code"], cells["term"], *above))
        else:
            text = N_("Line %(line)s: a code and a term are needed.")
            problems.append((text, {"line": lines.line_num}))
    return _checked_rows(rows, problems)


def read_medascii(llt: bytes, pt: bytes, hierarchy: bytes = b"") -> list[TermRow]:
    problems: Problems = []
    names = {
        fields[0]: fields[1] for fields in _fields("pt.asc", pt, PT_FIELDS, problems)
    }
    higher_levels = dict(_higher_levels(hierarchy, problems))
    rows = []
    for fields in _fields("llt.asc", llt, LLT_FIELDS, problems):
        code, term, pt_code, current = fields[0], fields[1], fields[2], fields[9]
        if pt_code not in names:
            text = N_("llt.asc: the preferred term %(code)s of %(term)s is missing.")
            problems.append((text, {"code": pt_code, "term": code}))
            continue
        hlt, soc = higher_levels.get(pt_code, ("", ""))
        rows.append(
            TermRow(code, term, pt_code, names[pt_code], hlt, soc, current != "N")
        )
    return _checked_rows(rows, problems)


def _fields(
    name: str,
    content: bytes,
    least: int,
    problems: Problems,
) -> Iterator[list[str]]:
    for number, line in enumerate(decode_text(content).splitlines(), 1):
        fields = [field.strip() for field in line.split("$")]
        if len(fields) >= least and fields[0] and fields[1]:
            yield fields
        elif line.strip():
            text = N_("%(file)s, line %(line)s: too few fields.")
            problems.append((text, {"file": name, "line": number}))


def _higher_levels(
    content: bytes, problems: Problems
) -> Iterator[tuple[str, tuple[str, str]]]:
    """High-level term and organ class of each preferred term's primary path."""
    for fields in _fields("mdhier.asc", content, HIERARCHY_FIELDS, problems):
        if fields[11] == "Y":
            yield fields[0], (fields[5], fields[7])


def _checked_rows(rows: list[TermRow], problems: Problems) -> list[TermRow]:
    unique_rows: Mapping[tuple[str, str], TermRow] = {(r.code, r.term): r for r in rows}
    if len(unique_rows) < len(rows):
        text = N_("%(count)s terms stand twice with the same code.")
        problems.append((text, {"count": len(rows) - len(unique_rows)}))
    if not rows and not problems:
        problems.append((N_("The file holds no term."), {}))
    if problems:
        raise UnreadableDictionary(problems[:MOST_PROBLEMS])
    return rows
