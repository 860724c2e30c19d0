"""What an observer of all earlier arms knows of the next one, worked by hand."""

from fractions import Fraction

import pytest

from randomization.lists.rules.lists import (
    ListRow,
    UnusableBlocks,
    acceptance_probability,
    require_usable,
)
from randomization.lists.rules.predictability import (
    Predictability,
    is_certain,
    next_arm_odds,
    predictability_of_rows,
    predictability_of_scheme,
)

ARMS = ("MSC", "SALINE")
NOT_A_MULTIPLE = "Each block size must be a positive multiple of 2."
NEVER = "These block sizes never or hardly ever add up to 20."


@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize(
    ("sizes", "earlier", "msc"),
    [
        ((2,), "", 1 / 2),
        ((2,), "M", 0),
        ((2,), "S", 1),
        ((2,), "MS", 1 / 2),
        ((4,), "M", 1 / 3),
        ((4,), "MM", 0),
        ((4,), "MSM", 0),
        ((4,), "MSMS", 1 / 2),
        # After one arm the block is of 2 or of 4: 1/2 · 0 + 1/2 · 1/3.
        ((2, 4), "M", 1 / 6),
        ((2, 4), "MM", 0),
        # After MS a block of 2 is over (3/5), or one of 4 is half over (2/5).
        ((2, 4), "MS", 1 / 2),
        # Then after M: SALINE alone is left (7/10), or one MSC of three (3/10).
        ((2, 4), "MSM", 1 / 10),
        ((4, 2, 4), "M", 1 / 6),  # each size counts once
    ],
)
def test_odds_follow_from_what_may_be_left_of_the_block(sizes, earlier, msc):
    names = {"M": "MSC", "S": "SALINE"}
    drawn = [*(names[letter] for letter in earlier), "MSC"]

    odds = list(next_arm_odds(drawn, sizes=sizes, arms=ARMS))[len(earlier)]

    assert odds == pytest.approx({"MSC": msc, "SALINE": 1 - msc})
    assert is_certain(odds) is (msc in (0, 1))


@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize("size", [80, 80_002])
def test_blocks_of_2_give_away_each_second_arm(size):
    shares = predictability_of_scheme((2,), arms=ARMS, size=size)

    assert shares == Predictability(Fraction(1, 2), Fraction(3, 4))


@pytest.mark.verifies("RND-04")
def test_the_average_over_sampled_lists_is_the_same_each_time():
    shares = predictability_of_scheme((4,), arms=ARMS, size=80)

    # Of all lists 1/3 and 17/24; these are of the lists from the fixed seeds.
    assert shares == Predictability(Fraction(13327, 40_000), Fraction(56673, 80_000))


def listed(*blocks):
    """Rows of a list; a letter is an arm, a word a block."""
    names = {"M": "MSC", "S": "SALINE"}
    arms = [
        (number, len(block), names[letter])
        for number, block in enumerate(blocks, 1)
        for letter in block
    ]
    return [ListRow(seq, *row) for seq, row in enumerate(arms, 1)]


@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize(
    ("rows", "certain", "right"),
    [
        # Of MMSS the last two places are certain; guessed 1/2, 0, 1, 1.
        (listed("MMSS"), 2 / 4, 5 / 8),
        # Of MSSM the last one is; guessed 1/2, 1, 1/2, 1.
        (listed("MMSS", "MSSM"), 3 / 8, 11 / 16),
        # One block, as declared; but blocks of 2 fit it, which give away the halves.
        (listed("MSSMMSSM"), 4 / 8, 3 / 4),
        (listed("MSSM", "SMMS"), 4 / 8, 3 / 4),
    ],
)
def test_an_imported_list_is_judged_by_its_own_rows(rows, certain, right):
    shares = predictability_of_rows(rows, arms=ARMS)

    assert shares == Predictability(Fraction(certain), Fraction(right))


@pytest.mark.parametrize(
    ("sizes", "total", "expected"),
    [
        ((2, 4), 0, 1),
        ((2, 4), 2, 1 / 2),
        ((2, 4), 3, 0),
        ((2, 4), 4, 3 / 4),  # 4, or 2 and 2
        ((2, 4), 6, 5 / 8),
        ((4,), 8, 1),
        ((4, 6), 2, 0),
    ],
)
def test_sizes_add_up_to_a_total_with_their_probability(sizes, total, expected):
    assert acceptance_probability(sizes, total) == expected


@pytest.mark.verifies("RND-03")
@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([], NOT_A_MULTIPLE),
        ([2, 3], NOT_A_MULTIPLE),
        ([0], NOT_A_MULTIPLE),
        ([-2], NOT_A_MULTIPLE),
        ([8], NEVER),
        ([22], NEVER),
    ],
)
def test_sizes_that_cannot_work_are_refused_in_words(sizes, message):
    with pytest.raises(UnusableBlocks) as refusal:
        require_usable(sizes, arms=2, size=20)

    assert str(refusal.value) == message


def test_sizes_that_add_up_once_in_1000_rounds_are_usable():
    require_usable(range(10, 1010), arms=1, size=10)

    with pytest.raises(UnusableBlocks):
        require_usable(range(10, 1011), arms=1, size=10)


def test_with_one_arm_each_size_is_a_multiple():
    require_usable([1], arms=1, size=20)
