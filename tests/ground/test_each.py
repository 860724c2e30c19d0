"""A test of many cases looks at all of them, and says which failed where."""

import pytest

from tests.each import for_each


def test_each_case_that_fails_is_named_with_its_line():
    looked_at = []

    @for_each({"one": 1, "two": 2, "three": 3})
    def check(number):
        looked_at.append(number)
        if number == 2:
            pytest.fail("even")
        assert number < 3

    with pytest.raises(pytest.fail.Exception) as failed:
        check()

    assert looked_at == [1, 2, 3]
    assert failed.value.msg.splitlines()[:2] == [
        "two: line 15: Failed: even",
        "three: line 16: AssertionError: assert 3 < 3",
    ]


def test_without_a_case_it_fails():
    @for_each({})
    def check(_case):
        pass

    with pytest.raises(AssertionError):
        check()
