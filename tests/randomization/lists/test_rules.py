"""Drawing, writing, hashing and checking the allocation list."""

import hashlib
import itertools
import random
import statistics
import string
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from randomization.allocation.rules.numbers import draw, is_number, number
from randomization.lists.rules import lists
from randomization.lists.rules.chance_stream import Stream
from randomization.lists.rules.validation import ListValidation, validate_list

ARMS = ("MSC", "SALINE")
ORACLE = Path(__file__).parents[2] / "oracle" / "data"
EXAMPLE = "1f28f95083bfaf0f0142c1f51b2b49013b29be08a3658c1f3075469b2298b5b5"
# Sizes for trial lists of this test; those of the trial are in no file.
SIZES = (2, 8)
LETTERS = string.ascii_uppercase + string.digits + "-oO٠０"


def a_list(seed: str = "a seed", size: int = 80) -> tuple[lists.ListRow, ...]:
    return lists.generate(seed=seed, block_sizes=SIZES, arms=ARMS, size=size)


@pytest.mark.verifies("RAN-02")
def test_example_list_has_its_published_digest() -> None:
    text = (ORACLE / "randomization_example_list.csv").read_text()

    checked = validate_list(text, arms=ARMS, size=80)

    assert checked.faults == ()
    assert lists.digest(lists.canonical(checked.rows)) == EXAMPLE
    assert tuple(lists.rows_of(text)) == checked.rows


@pytest.mark.verifies("RAN-01", "RND-03")
def test_same_seed_gives_the_same_list_byte_for_byte() -> None:
    text = lists.canonical(a_list())

    assert text == lists.canonical(a_list())
    assert text != lists.canonical(a_list("another seed"))
    # Held here so that no change of the algorithm passes without a new version.
    assert (lists.ALGORITHM, lists.digest(text)) == (
        "permuted-blocks/1",
        "0e02cb2fd1b27a981393ceee5923836b83bd970cd4255782bd253707984a3c8e",
    )


@pytest.mark.verifies("RND-03")
def test_independent_recomputation_agrees() -> None:
    """The list, drawn again by a few lines that share no code with the rules."""
    words = (
        int.from_bytes(hashlib.sha256(f"a seed:{k}".encode()).digest()[:8])
        for k in itertools.count()
    )

    def below(n: int) -> int:
        return next(w for w in words if w < 2**64 // n * n) % n

    blocks: list[int] = []
    while sum(blocks) != 80:
        blocks = [] if sum(blocks) > 80 else blocks
        blocks.append(SIZES[below(2)])
    arms: list[str] = []
    for size in blocks:
        block = list(ARMS) * (size // 2)
        for last in range(size - 1, 0, -1):
            place = below(last + 1)
            block[last], block[place] = block[place], block[last]
        arms += block

    assert [row.arm for row in a_list()] == arms


@pytest.mark.verifies("RAN-01", "RND-02")
@given(seed=st.text(), half=st.integers(4, 60))
def test_every_list_is_balanced(seed: str, half: int) -> None:
    rows = a_list(seed, 2 * half)

    checked = validate_list(lists.canonical(rows), arms=ARMS, size=2 * half)

    assert checked.faults == ()
    assert checked.rows == rows
    counts = itertools.accumulate(1 if row.arm == "MSC" else -1 for row in rows)
    assert max(map(abs, counts)) <= max(SIZES) // 2


def test_every_place_is_msc_half_of_the_time() -> None:
    drawn = [a_list(str(seed), 40) for seed in range(2000)]

    for place in range(40):
        msc = sum(rows[place].arm == "MSC" for rows in drawn)
        assert abs(msc - 1000) < 4.5 * 22.4  # standard deviation of B(2000, ½)


def test_arrangements_of_a_block_are_uniform() -> None:
    drawn = Counter(
        tuple(row.arm for row in a_block_of_four(seed)) for seed in range(6000)
    )

    chi2 = sum((count - 1000) ** 2 / 1000 for count in drawn.values())
    assert len(drawn) == 6
    assert chi2 < 25.7  # p = 1e-4 at 5 degrees of freedom


def a_block_of_four(seed: int) -> tuple[lists.ListRow, ...]:
    return lists.generate(seed=str(seed), block_sizes=[4], arms=ARMS, size=4)


@pytest.mark.parametrize("sizes", [[], [3], [0], [-2], [8], [2, 80], [4, 18, 22, 100]])
def test_block_sizes_that_cannot_work_are_refused(sizes: list[int]) -> None:
    with pytest.raises(lists.UnusableBlocks):
        lists.generate(seed="s", block_sizes=sizes, arms=ARMS, size=20)


@given(seed=st.text(), limit=st.integers(1, 1000))
def test_drawn_numbers_stay_below_the_limit(seed: str, limit: int) -> None:
    stream = Stream(seed)

    assert all(0 <= stream.below(limit) < limit for _ in range(20))


def test_a_word_that_would_favour_small_numbers_is_drawn_again() -> None:
    seed, limit = "a seed", 2**63 + 1  # almost half of all words lie above it
    texts = (f"{seed}:{k}".encode() for k in range(20))
    words = [int.from_bytes(hashlib.sha256(text).digest()[:8]) for text in texts]
    expected = [word for word in words if word < limit]
    stream = Stream(seed)

    assert len(expected) < len(words)
    assert [stream.below(limit) for _ in expected] == expected


def test_the_first_word_that_is_not_fair_any_more_is_drawn_again():
    first, second = 14478150683368635949, 5311988810328477132  # of this seed

    # With the first word as the limit, the words from the limit on are left over.
    assert Stream("a seed").below(first) == second


@pytest.mark.verifies("RAN-02")
def test_every_faulty_line_is_reported() -> None:
    text = "seq,block,size,arm\n1,1,2,MSC\n\n3,1,2,PLACEBO\nx,1,2,MSC\n5,1\n1,1,2,MSC\n"

    faults = validate_list(text, arms=ARMS, size=6).faults

    assert [(fault.line, str(fault)) for fault in faults] == [
        (1, "The first line must be: seq,block,block_size,arm"),
        (3, "The line is empty."),
        (4, "“PLACEBO” is no arm of this trial."),
        (5, "seq, block and block_size must be whole numbers."),
        (6, "4 values are needed, not 2."),
        (7, "seq 1 stands in line 2 already."),
    ]


@pytest.mark.verifies("RAN-02")
def test_faults_of_blocks_are_reported_beside_those_of_lines() -> None:
    rows = (
        "1,1,2,MSC 2,1,2,MSC 3,2,2,SALINE 4,2,2,DRUG 5,3,4,MSC 6,4,2,MSC 7,4,2,SALINE"
    )
    text = "\n".join([lists.HEADER, *rows.split(), ""])

    faults = validate_list(text, arms=ARMS, size=8).faults

    assert [(fault.line, str(fault)) for fault in faults] == [
        (2, "Block 1 does not hold each arm equally often."),
        (5, "“DRUG” is no arm of this trial."),
    ]


@pytest.mark.verifies("RAN-02")
@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("1,1,2,MSC 2,1,2,MSC 3,2,2,SALINE 4,2,2,SALINE", "each arm equally often"),
        ("1,1,4,MSC 2,1,4,SALINE 3,2,2,MSC 4,2,2,SALINE", "another number of rows"),
        ("1,1,2,MSC 2,1,2,SALINE 3,3,2,MSC 4,3,2,SALINE", "Block 2 must follow"),
        ("1,1,2,MSC 2,1,2,SALINE", "must have 4 rows, not 2"),
        ("1,1,2,MSC 3,1,2,SALINE 2,2,2,MSC 4,2,2,SALINE", "seq must be 2 here"),
    ],
)
def test_a_list_that_is_no_permuted_block_list_is_refused(
    rows: str, problem: str
) -> None:
    text = "\n".join([lists.HEADER, *rows.split(), ""])

    faults = validate_list(text, arms=ARMS, size=4).faults

    assert any(problem in str(fault) for fault in faults)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_and_byte_order_mark_are_read(end: str) -> None:
    text = "\ufeff" + lists.canonical(a_list()).replace("\n", end)

    assert validate_list(text, arms=ARMS, size=80) == ListValidation(a_list(), ())


@pytest.mark.verifies("RAN-04")
def test_commitment_binds_nonce_and_list() -> None:
    text, nonce = lists.canonical(a_list()), "ab" * 32

    commitment = lists.commitment(nonce, text)

    assert commitment == hashlib.sha256(b"\xab" * 32 + text.encode()).hexdigest()
    assert commitment != lists.commitment("ac" * 32, text)


def test_numbers_are_unique_and_betray_slips() -> None:
    source = random.Random(1)  # noqa: S311 - the test draws the same each time
    codes = set[str]()
    for _ in range(500):
        codes.add(draw(source, codes))

    assert len(codes) == 500
    assert all(map(is_number, codes))


@pytest.mark.verifies("RAN-03")
@given(serial=st.integers(0, 9_999))
def test_numbers_betray_every_slip_of_one_character_and_every_exchange(
    serial: int,
) -> None:
    right = number(serial)
    assert is_number(right)

    for place, typed in itertools.product(range(len(right)), LETTERS):
        if typed != right[place]:
            assert not is_number(right[:place] + typed + right[place + 1 :])
    for place in range(len(right) - 1):
        first, second = right[place], right[place + 1]
        if first != second:
            exchanged = right[:place] + second + first + right[place + 2 :]
            assert not is_number(exchanged)
    for place in range(len(right)):
        assert not is_number(right[:place] + right[place + 1 :])


@pytest.mark.verifies("RND-04")
def test_numbers_tell_nothing_of_the_order() -> None:
    """The rank of a number says nothing of its place: mean correlation is 0."""
    source = random.Random(2)  # noqa: S311 - the test draws the same each time
    total = 0.0
    for _trial in range(400):
        codes: dict[str, None] = {}
        for _ in range(80):
            codes[draw(source, codes)] = None
        drawn = list(codes)
        assert drawn != sorted(drawn)
        ranks = [sorted(drawn).index(one) for one in drawn]
        total += statistics.correlation(ranks, range(80))

    # The correlation of two orders of n varies by 1 / (n - 1); 4.5 standard errors.
    assert abs(total / 400) < 4.5 / (79 * 400) ** 0.5
