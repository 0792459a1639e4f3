import os
import stat

import pytest

from kerasish.saving.atomic import atomic_write


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_new_file_takes_the_place_of_the_old(tmp_path):
    target = tmp_path / "file"
    target.write_text("old")
    with atomic_write(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
        assert temporary.parent == tmp_path
    assert target.read_text() == "new"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
def test_after_an_error_all_is_as_before(tmp_path, error):
    target = tmp_path / "file"
    target.write_text("old")

    def write_half():
        with atomic_write(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["file"]


def test_an_error_leaves_no_new_file(tmp_path):
    with pytest.raises(ValueError, match="mine"), atomic_write(tmp_path / "file"):
        raise ValueError("mine")
    assert names(tmp_path) == []


def test_permissions_are_kept(tmp_path):
    target = tmp_path / "file"
    target.write_text("old")
    target.chmod(0o640)
    with atomic_write(target) as temporary:
        temporary.write_text("new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path, umask):
    before = os.umask(umask)
    try:
        with atomic_write(tmp_path / "file") as temporary:
            temporary.write_text("new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~umask


def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "store").mkdir()
    real, link = tmp_path / "store" / "file", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    with atomic_write(link) as temporary:
        assert temporary.parent == real.parent
        temporary.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_long_names_fit(tmp_path):
    target = tmp_path / ("n" * 255)
    with atomic_write(target) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"


def test_a_missing_folder_is_named(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match=r"folder to write into.*'.*nowhere'"),
        atomic_write(tmp_path / "nowhere" / "file"),
    ):
        pytest.fail("there is nothing to write into")


def test_a_folder_is_not_replaced(tmp_path):
    with (
        pytest.raises(IsADirectoryError, match="place of a folder"),
        atomic_write(tmp_path),
    ):
        pytest.fail("there is nothing to write into")


def test_a_device_is_not_replaced():
    with pytest.raises(ValueError, match="no ordinary file"), atomic_write(os.devnull):
        pytest.fail("there is nothing to write into")
