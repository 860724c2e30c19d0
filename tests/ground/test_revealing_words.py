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
    ],
)
def test_what_tells_none(text):
    assert revealing_word(text) == ""
