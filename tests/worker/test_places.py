"""What is in the way of a folder."""

from pathlib import Path

from dwhisper_worker.places import file_in_the_way


def test_nothing_is_in_the_way_of_a_folder(tmp_path: Path) -> None:
    assert file_in_the_way(tmp_path) is None
    assert file_in_the_way(tmp_path / "new" / "er") is None
