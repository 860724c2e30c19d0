"""Files of a dictionary at the edges: columns, fields, encodings, many faults."""

import pytest

from safety.coding.rules import (
    TermRow,
    UnreadableDictionary,
    comparison_key,
    read_csv,
    read_medascii,
)

PT = b"7001$Blorb pain\n"


def problems(read, *files):
    with pytest.raises(UnreadableDictionary) as refusal:
        read(*files)
    return [message % details for message, details in refusal.value.problems]


def test_a_csv_tells_what_stands_above_a_term():
    content = (
        " Code ,TERM,pt_code,PT,Hlt,soc\n"
        " 9001 , Blorbic ache ,7001,Blorb pain,Blorb signs,Organ of blorb\n"
        "9002,Sore blorb\n"
    )

    assert read_csv(content.encode("utf-8-sig")) == [
        TermRow(
            code="9001",
            term="Blorbic ache",
            pt_code="7001",
            pt="Blorb pain",
            hlt="Blorb signs",
            soc="Organ of blorb",
            is_current=True,
        ),
        TermRow("9002", "Sore blorb", "", "", "", "", is_current=True),
    ]


@pytest.mark.parametrize(
    ("heading", "missing"),
    [
        ("code", "The heading lacks term."),
        ("term", "The heading lacks code."),
        ("", "The heading lacks code, term."),
    ],
)
def test_a_heading_names_code_and_term(heading, missing):
    assert problems(read_csv, heading.encode()) == [missing]


NO_TEXT = "The file is text neither in UTF-8 nor in GB 18030. Save it as UTF-8."


def test_a_dictionary_that_is_no_text_is_refused_whole():
    assert problems(read_csv, b"code,term\n9001,Ache \xff\n") == [NO_TEXT]
    assert problems(read_csv, b"code,term\n9001,Ache\0\n") == [NO_TEXT]
    assert problems(read_csv, "code,term\n9001,Ache\n".encode("utf-16-le")) == [NO_TEXT]


def test_a_csv_that_cannot_be_read_is_told_by_its_line():
    content = b'code,term\n9001,"' + b"x" * 200_000 + b'"\n'

    assert problems(read_csv, content) == [
        "Line 2 cannot be read: field larger than field limit (131072)."
    ]


def test_what_cannot_be_seen_is_no_part_of_a_term():
    content = "\u200bCode,ＴＥＲＭ\n9001\u200b,\u00a0Ache\ufeff\n"

    assert read_csv(content.encode()) == [TermRow("9001", "Ache")]


@pytest.mark.parametrize(
    ("line", "is_read"),
    [
        ("9001$Ache$7001$$$$$$$Y", True),
        ("9001$Ache$7001$$$$$$$", True),
        ("9001$Ache$7001$$$$$$", False),
        ("$Ache$7001$$$$$$$Y", False),
        ("9001$ $7001$$$$$$$Y", False),
    ],
)
def test_a_line_has_a_code_a_term_and_all_fields_that_are_read(line, is_read):
    first = "9000$Sore$7001$$$$$$$Y\n"
    files = (f"{first}{line}\n".encode(), PT)

    if is_read:
        assert read_medascii(*files) == [
            TermRow("9000", "Sore", "7001", "Blorb pain"),
            TermRow("9001", "Ache", "7001", "Blorb pain"),
        ]
    else:
        assert problems(read_medascii, *files) == ["llt.asc, line 2: too few fields."]


def test_fields_are_read_without_the_blanks_round_them():
    files = (b" 9001 $ Ache $ 7001 $$$$$$$ N ", b" 7001 $ Blorb pain ")

    assert read_medascii(*files) == [
        TermRow("9001", "Ache", "7001", "Blorb pain", is_current=False)
    ]


def test_each_file_is_named_with_its_line():
    llt = b"9001$Ache$7001$$$$$$$Y"

    assert problems(read_medascii, llt, PT + b"\n7002", b"\n\n7001$6001") == [
        "pt.asc, line 3: too few fields.",
        "mdhier.asc, line 3: too few fields.",
    ]


def test_each_term_without_its_preferred_term_is_named():
    llt = b"9001$Ache$7009$$$$$$$Y\n9002$Sore$7001$$$$$$$Y\n9003$Pain$7008$$$$$$$Y\n"

    assert problems(read_medascii, llt, PT) == [
        "llt.asc: the preferred term 7009 of 9001 is missing.",
        "llt.asc: the preferred term 7008 of 9003 is missing.",
    ]


def test_a_file_without_one_right_line_names_its_faults_alone():
    assert problems(read_csv, b"code,term\n9001,\n") == [
        "Line 2: a code and a term are needed."
    ]


def test_terms_that_stand_twice_are_counted():
    content = b"code,term\n1,Ache\n1,Ache\n1,Sore\n2,Ache\n1,Ache\n"

    assert problems(read_csv, content) == ["2 terms stand twice with the same code."]


def test_no_more_than_50_faults_are_told():
    faults = problems(read_csv, b"code,term\n" + b"9001,\n" * 51)

    assert faults == [f"Line {n}: a code and a term are needed." for n in range(2, 52)]


@pytest.mark.parametrize(
    ("term", "key"),
    [
        ("Blorb,  SORE", "blorb sore"),
        (" Blorb-pain ", "blorb pain"),
        ("ＢＬＯＲＢ ２", "blorb 2"),
        ("Straße", "strasse"),
    ],
)
def test_a_key_holds_letters_and_digits_between_single_blanks(term, key):
    assert comparison_key(term) == key
