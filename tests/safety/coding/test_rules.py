"""Files of a dictionary, read; every term here is invented."""

import pytest

from safety.coding.rules import (
    TermRow,
    UnreadableDictionary,
    comparison_key,
    read_csv,
    read_medascii,
)

LLT = (
    "9001$Blorbic ache$7001$$$$$$$Y$$\n"
    "9002$Blorb, sore$7001$$$$$$$Y$$\n"
    "9003$Old blorb$7001$$$$$$$N$$\n"
)
PT = "7001$Blorb pain$$5001$$$\n"
HIERARCHY = (
    "7001$6001$6501$5001$Blorb pain$Blorb signs$Blorbs$Organ of blorb$Blo$$5001$Y$\n"
    "7001$6002$6502$5002$Blorb pain$Other signs$Others$Other organ$Oth$$5001$N$\n"
)


def problems(read: object, *files: bytes) -> list[str]:
    """What is wrong, in words."""
    with pytest.raises(UnreadableDictionary) as refused:
        read(*files)  # type: ignore[operator]
    return [message % details for message, details in refused.value.problems]


@pytest.mark.verifies("COD-01")
def test_lowest_terms_come_with_their_primary_path() -> None:
    rows = read_medascii(LLT.encode(), PT.encode(), HIERARCHY.encode())

    above = ("7001", "Blorb pain", "Blorb signs", "Organ of blorb")
    assert rows == [
        TermRow("9001", "Blorbic ache", *above),
        TermRow("9002", "Blorb, sore", *above),
        TermRow("9003", "Old blorb", *above, is_current=False),
    ]


def test_without_hierarchy_higher_levels_stay_empty() -> None:
    (first, *_rest) = read_medascii(LLT.encode(), PT.encode())

    assert (first.pt, first.hlt, first.soc) == ("Blorb pain", "", "")


def test_empty_lines_are_passed_over() -> None:
    spaced = f"\n{LLT}  \n".encode()

    assert read_medascii(spaced, PT.encode()) == read_medascii(
        LLT.encode(), PT.encode()
    )


def test_national_encoding_is_read() -> None:
    (row,) = read_csv("code,term\n9001,布洛布痛\n".encode("gb18030"))

    assert row == TermRow("9001", "布洛布痛")


def test_each_faulty_line_is_named() -> None:
    assert problems(read_csv, b"code,term\n9001,Ache\n,Sore\n9003,\n") == [
        "Line 3: a code and a term are needed.",
        "Line 4: a code and a term are needed.",
    ]
    assert problems(read_csv, b"number,word\n1,Ache\n") == [
        "The heading lacks code, term."
    ]
    assert problems(read_csv, b"code,term\n") == ["The file holds no term."]
    assert problems(read_csv, b"code,term\n1,Ache\n1,Ache\n") == [
        "1 terms stand twice with the same code."
    ]
    assert problems(read_medascii, b"9001$Ache\n", PT.encode()) == [
        "llt.asc, line 1: too few fields."
    ]
    assert problems(read_medascii, LLT.encode()[:29], b"") == [
        "llt.asc: the preferred term 7001 of 9001 is missing."
    ]


@pytest.mark.parametrize(
    ("term", "other", "same"),
    [
        ("Blorb,  SORE", "blorb sore", True),
        ("Ｂｌｏｒｂ", "blorb", True),
        ("布洛布痛。", "布洛布痛", True),
        ("Blorbs", "Blorb", False),
    ],
)
def test_terms_are_compared_without_case_marks_and_width(
    term: str,
    other: str,
    same: bool,  # noqa: FBT001
) -> None:
    assert (comparison_key(term) == comparison_key(other)) is same
