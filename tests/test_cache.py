"""What is kept from one process to the next is never that of something else, and is not needed."""

import pytest

from sim import cache
from sim.errors import ParameterError
from sim.parameters import loader


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache of its own."""
    monkeypatch.setattr(cache, "user_cache", lambda: tmp_path / "cache")
    return cache.cache_folder()


class Counted:
    """Something that is computed, and how many times it was."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return {"times": self.times}


def test_what_was_computed_from_the_same_bytes_is_found(folder):
    compute = Counted()
    assert [cache.kept("it", made_of, compute)["times"] for made_of in (b"a", b"a", b"b", b"a", b"b")] == [
        1,
        1,
        2,
        1,
        2,
    ]
    assert cache.kept("other", b"a", compute) == {"times": 3}
    assert len(list(folder.iterdir())) == 3, "something half-written was left"


def test_what_was_damaged_is_computed_again(folder):
    compute = Counted()
    cache.kept("it", b"a", compute)
    (file,) = folder.iterdir()
    for damaged in (file.read_bytes()[:-1], b"", file.read_bytes() + b"x"):
        file.write_bytes(damaged)
        before = compute.times
        assert cache.kept("it", b"a", compute) == cache.kept("it", b"a", compute) == {"times": before + 1}


@pytest.mark.parametrize("unwritable", ["no folder", "no place"])
def test_where_nothing_can_be_kept_it_is_computed(folder, monkeypatch, unwritable):
    if unwritable == "no folder":
        monkeypatch.setattr(cache, "cache_folder", lambda: None)
    else:
        monkeypatch.setattr(cache, "cache_folder", lambda: folder / "nowhere")
    assert cache.kept("it", b"a", Counted()) == {"times": 1}


def test_parameters_are_those_of_their_files(folder, tmp_path, monkeypatch):
    """Parsed once; anew as soon as a file changes, whatever its date; a mistake is told each time."""
    parsed, read = [], loader.parsed
    monkeypatch.setattr(loader, "parsed", lambda file, *more: parsed.append(file.name) or read(file, *more))
    files = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for file, text in zip(files, ("x: 1", "y: 2024-01-01"), strict=True):
        file.write_text(text)
    first = loader.read_all(files)
    assert (loader.read_all(files), parsed) == (first, ["a.yaml", "b.yaml"])
    files[0].write_text("x: 2")
    assert loader.read_all(files) == [{"x": 2}, first[1]]
    files[0].write_text("x: 1")
    assert (loader.read_all(files), len(parsed)) == (first, 4)
    files[0].write_text("x: 1\nx: 1")
    for _ in range(2):
        with pytest.raises(ParameterError, match="given twice"):
            loader.read_all(files)
