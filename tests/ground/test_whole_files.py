"""A file is there whole or not at all."""

import pytest

from tests.full_disk import full_disk
from trial_edc.whole_files import NoRoom, write_whole


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    with full_disk(), pytest.raises(NoRoom, match="disk of the server is full"):
        write_whole(tmp_path / "report", b"more than ten bytes")

    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_former_file_as_it_was(tmp_path):
    path = tmp_path / "report"
    write_whole(path, b"former")

    with full_disk(), pytest.raises(NoRoom):
        write_whole(path, b"more than ten bytes")

    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [
        ("report", b"former")
    ]


def test_another_fault_of_the_folder_is_no_lack_of_room(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere" / "report", b"")
