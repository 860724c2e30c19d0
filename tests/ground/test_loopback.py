"""The guard of the tests themselves: nothing leaves the machine."""

import socket

import pytest

FAR, FAR_6 = ("192.0.2.1", 80), ("2001:db8::1", 80)


def connect(family: socket.AddressFamily, address: tuple[str, int]) -> None:
    with socket.socket(family) as channel:
        channel.connect(address)


REACH = {
    "connect": lambda: connect(socket.AF_INET, FAR),
    "connect (IPv6)": lambda: connect(socket.AF_INET6, FAR_6),
    "create_connection": lambda: socket.create_connection(FAR),
    "resolve": lambda: socket.getaddrinfo("example.org", 443),
    "resolve bytes": lambda: socket.getaddrinfo(b"example.org", 443),
}


@pytest.mark.parametrize("reach", REACH.values(), ids=REACH)
def test_a_test_reaches_nothing_but_its_own_machine(reach):
    with pytest.raises(ConnectionRefusedError, match="sockets are for loopback only"):
        reach()
