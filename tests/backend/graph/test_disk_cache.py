"""What was compiled is kept in a folder that is ours alone, and read only if it is whole."""

import os

import pytest

from kerasish.backend.graph.printers.native import disk_cache

pytestmark = pytest.mark.skipif(os.name != "posix", reason="owners of files are asked for")


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("KERASISH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_stored_is_found(folder):
    assert disk_cache.load("key") is None
    disk_cache.store("key", b"value")
    assert disk_cache.load("key") == b"value"
    assert disk_cache.load("another key") is None
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b"", lambda b: b[1:]]
)
def test_what_is_not_whole_is_not_there(folder, damage):
    disk_cache.store("key", b"value")
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert disk_cache.load("key") is None
    disk_cache.store("key", b"value")
    assert disk_cache.load("key") == b"value"


def test_a_folder_that_others_may_write_to_is_not_read(folder):
    disk_cache.store("key", b"value")
    folder.chmod(0o770)
    assert disk_cache.load("key") is None
    disk_cache.store("other", b"value")
    assert len(list(folder.iterdir())) == 1


def test_off_keeps_nothing(monkeypatch):
    monkeypatch.setenv("KERASISH_CACHE", "off")
    disk_cache.store("key", b"value")
    assert disk_cache.load("key") is None


def test_a_folder_that_cannot_be_made_is_none(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERASISH_CACHE", str(tmp_path / "file" / "cache"))
    disk_cache.store("key", b"value")
    assert disk_cache.load("key") is None


def test_the_oldest_go_first(folder, monkeypatch):
    monkeypatch.setattr(disk_cache, "MOST", 3)
    for i in range(5):
        disk_cache.store(str(i), b"value")
        for file in folder.iterdir():  # a clock of one's own: files may be made at one moment
            os.utime(file, ns=(file.stat().st_mtime_ns - 10**9,) * 2)
    assert [disk_cache.load(str(i)) is not None for i in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]
