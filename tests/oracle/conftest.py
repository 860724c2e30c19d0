"""Says once, before anything runs, that the folder of reference cases is absent."""

from tests.oracle.cases import folder


def pytest_configure() -> None:
    """Refuse a folder that is not there."""
    folder()
