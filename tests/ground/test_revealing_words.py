"""Words that tell an arm, however they are written."""

import pytest

from trial_edc.protocol import PROTOCOL
from trial_edc.revealing_words import revealing_word

SPELLINGS = (
    "the {} bag",
    "输注{}后发热",
    "患者为{}组",
    "{}",
    "({})",
    "“{}”。",
)


def full_width(text: str) -> str:
    return "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c
        for c in text
    )


@pytest.mark.verifies("RND-05")
def test_every_word_is_found_in_every_spelling():
    missed = []
    for word in PROTOCOL.blinding.revealing_words:
        zero_width = "\u200b".join(word)
        for form in (word, word.lower(), word.upper(), full_width(word), zero_width):
            texts = [spelling.format(form) for spelling in SPELLINGS]
            missed += [text for text in texts if not revealing_word(text)]

    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "ＭＳＣ",
        "M.S.C.",
        "m s c given",
        "mesenchymal stem-cells",
        "生理盐水",
        "细胞混浊",
        "control-group",
        "MSC-001: given MSC",
        "输注干 细胞后发热",
        "輸注幹細胞",
        "UCMSCs 50 ml",
        "0.9 % NaCl",
        "umbilical mesenchymal cells",
        "细胞悬液已输注",
        # as a page shows it, or as it is read
        "M\u200bS\u2060C",
        "M\u0336S\u0336C\u0336",
        "М\u0405С группа",
        "ᴍꜱᴄ",
        "plаcebo",
        "ΜSC",
        "sali\u0301ne",
        "&#77;SC",
        "M&zwj;SC",
        "&amp;#115;aline",
        "sal-\nine",
        "sal\nine",
        "stem\n  cells",
        "s a l i n e",
        "p.l.a.c.e.b.o",
        "M/S/C",
        "M. S. C.",
        "MSC1 bag",
        "saline100ml",
        "hUC-MSC",
        "输注干\n细胞",
        "干·细·胞",
        "安\u200b慰\u200b剂",
        "幹细胞",
        "生理鹽水",
        "给了安慰剂",
        "NS 100 ml in the bag",
        "got the cells",
        "解冻后输注",
        "control\u00a0group",
        "MSC-0011",
    ],
)
def test_what_tells_an_arm(text):
    assert revealing_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MSC-001",
        "输注红细胞悬液2U",
        "two units of red cell suspension",
        "Participant of ＭＳＣ-001 withdrew",
        "lost a lot of blood",
        "plots and allotments",
        "白细胞升高",
        "红细胞压积",
        "controlled hypertension",
        "treatment of sepsis",
        "MSC 001",
        "under control. Group therapy",
        "NSAID stopped",
        "we do nor",
        "the mask slipped; salient finding",
        "血小板及红细胞计数",
        "患者细胞免疫功能低下",
    ],
)
def test_what_tells_none(text):
    assert revealing_word(text) == ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0.9% saline", ""),
        ("生理鹽水", ""),
        ("platelets of one donor", ""),
        ("MSC", "MSC"),
        ("干 细胞", "干 细胞"),
        ("placebo in saline", "placebo"),
    ],
)
def test_a_medicine_may_be_what_is_an_arm_too(text, word):
    assert revealing_word(text, is_medicine=True) == word


def test_a_medicine_is_one_of_the_words():
    blinding = PROTOCOL.blinding

    assert set(blinding.medicines) <= set(blinding.revealing_words)
