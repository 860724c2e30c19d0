"""What of a request has arrived, piece by piece."""

import pytest

from trial_edc.web_worker import GO_ON, MOST_HEAD_BYTES, NEEDS_LENGTH, Arrival

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def post(*lines: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join((b"POST / HTTP/1.1", b"Host: a", *lines, b"", body))


def arrival_of(content: bytes, *, piece_bytes: int) -> Arrival:
    arrival = Arrival(0)
    for begin in range(0, len(content), piece_bytes):
        arrival.add(content[begin : begin + piece_bytes])
    return arrival


@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    "content",
    [
        GET,
        post(b"Content-Length: 3", body=b"abc"),
        post(b"content-length:3 ", body=b"abc"),
        post(b"X: Content-Length: 9", b"Content-Length: 0"),
        post(b"Content-Length: 1", b"Content-Length: 3", body=b"abc"),
    ],
)
def test_request_is_whole_with_its_last_byte(content, piece_bytes):
    before = arrival_of(content[:-1], piece_bytes=piece_bytes)
    whole = arrival_of(content, piece_bytes=piece_bytes)

    assert (before.is_whole, whole.is_whole) == (False, True)
    assert whole.whole_bytes == len(content)
    assert not whole.is_refused


def test_body_too_large_is_not_awaited():
    arrival = arrival_of(post(b"Content-Length: 12500001"), piece_bytes=1000)

    assert (arrival.is_whole, arrival.is_cut) == (True, True)


@pytest.mark.parametrize("encoding", [b"chunked", b"gzip, chunked", b"identity"])
def test_body_without_length_is_refused(encoding):
    arrival = arrival_of(post(b"TRANSFER-ENCODING:" + encoding), piece_bytes=1000)

    assert (arrival.is_refused, arrival.answer) == (True, NEEDS_LENGTH)


def test_who_awaits_a_word_gets_it():
    lines = b"Expect: 100-continue", b"Content-Length: 3"

    assert arrival_of(post(*lines), piece_bytes=1000).answer == GO_ON


def test_head_without_end_is_refused():
    within = arrival_of(b"x" * MOST_HEAD_BYTES, piece_bytes=1000)
    beyond = arrival_of(b"x" * (MOST_HEAD_BYTES + 1), piece_bytes=1000)

    assert (within.is_refused, beyond.is_refused) == (False, True)
