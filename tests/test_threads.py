"""Threads share rows, never results: any number of them, any blocks, the same bits."""

import json
import platform
import threading
import time
from functools import partial

import numpy as np
import pytest
from numba import njit

import sim
from sim import threads
from sim.cli import code_of
from sim.doors import Doors
from sim.errors import AccountError
from sim.kernels import watch
from sim.record import Record
from sim.results import digests_of
from sim.threads import Crew
from tests import naive
from tests.test_kernels_month import EASY, WORLDS, places  # noqa: F401 (a fixture)

HARD_TIMES = {"money.income_sd": 0.6, "money.credit_months": 0.5}


def segments(*sizes):
    stops = np.cumsum(sizes)
    return np.stack([stops - sizes, stops], axis=1).reshape(1, -1, 2)


@pytest.fixture
def many_blocks(monkeypatch):
    """The smallest world is shared, in far more blocks than threads."""
    monkeypatch.setattr(threads, "SMALL", 0)
    monkeypatch.setattr(threads, "ROUNDS", (0.025,) * 40)
    monkeypatch.setattr(threads, "RUNS", 40)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", WORLDS)
def test_any_number_of_threads_gives_the_same_bits(name, strict, places, parameters, monkeypatch):  # noqa: F811
    def digests(count, parts):
        monkeypatch.setattr(threads, "SMALL", 0)
        monkeypatch.setattr(threads, "ROUNDS", (1 / parts,) * parts)
        monkeypatch.setattr(threads, "RUNS", parts)
        chosen = parameters.with_values(EASY | HARD_TIMES | WORLDS[name])
        world = sim.World(places, chosen, seed=3, strict=strict, threads=count)
        assert world.crew.threads == count
        record = Record(world, 19)
        world.run(19, record)
        return digests_of(record.tables())

    alone = digests(1, 8)
    assert digests(2, 40) == alone
    if not strict:
        assert digests(3, 7) == alone


def test_a_small_world_has_one_thread_and_one_block():
    small, large = segments(threads.SMALL - 1), segments(threads.SMALL)
    assert Crew(small, 4).threads == 1
    assert Crew(large, 4).threads == 4
    assert Crew(large).threads == threads.config.NUMBA_NUM_THREADS
    assert Crew(small, 4).share(lambda first, last: (first, last), 10) == [(0, 10)]


@pytest.mark.parametrize("rows", [0, 1, 5, 1000])
def test_blocks_have_each_row_once_in_order(rows, many_blocks):
    cuts = Crew(segments(0), 3).share(lambda first, last: (first, last), rows)
    assert [row for first, last in cuts for row in range(first, last)] == list(range(rows))


@pytest.mark.parametrize("sizes", [(0, 0), (1, 2, 3), (5, 0, 900, 5, 5, 0), (7,) * 100])
def test_runs_have_each_segment_once_and_a_large_one_alone(sizes, many_blocks, monkeypatch):
    monkeypatch.setattr(threads, "RUNS", 2)
    seen = []
    Crew(segments(*sizes), 3).segments(lambda first, last: seen.append((first, last)))
    assert sorted(at for first, last in seen for at in range(first, last)) == list(range(len(sizes)))
    for first, last in seen:
        assert last == first + 1 or sum(sizes[first:last]) <= sum(sizes) / 6


def test_what_blocks_list_is_put_together_in_order(many_blocks):
    def even(rows, out, first, last):
        found = [row for row in rows[first:last] if row % 2 == 0]
        for column in out:
            column[first : first + len(found)] = found
        return len(found)

    rows, out = np.arange(500), (np.zeros(500, int), np.zeros(500))
    assert Crew(segments(0), 3).gather(even, 500, rows, out) == 250
    for column in out:
        assert column[:250].tolist() == list(range(0, 500, 2))


def test_tasks_meet(many_blocks):
    """Three tasks that wait for each other end only if three threads run them."""
    meeting = threading.Barrier(3, timeout=60)
    crew = Crew(segments(0), 3)
    assert sorted(crew.together(*[meeting.wait] * 3)) == [0, 1, 2]
    nested = crew.together(*[partial(crew.share, lambda first, last: last - first, 500)] * 6)
    assert [sum(blocks) for blocks in nested] == [500] * 6


def test_what_waits_is_done_beside_what_is_shared_next(many_blocks):
    crew, done = Crew(segments(10), 2), []
    both = threading.Barrier(2, timeout=10)

    def task(name):
        done.append(name)

    def meet(first, last):
        if first == 0:
            both.wait()
        done.append((first, last))

    crew.beside(both.wait)  # nobody comes until rows are shared
    crew.beside(task, "second")
    assert done == []
    assert crew.share(meet, 1000) == [None] * 80
    assert "second" in done and len(done) == 81
    crew.beside(task, "before a call")
    crew.call(task, "call")
    crew.beside(task, "before one block")
    crew.share(lambda first, last: done.append("block"), 1)
    crew.beside(task, "before one task")
    crew.together(partial(task, "task"))
    assert done[81:] == ["before a call", "call", "before one block", "block", "before one task", "task"]
    crew.beside(task, "at last")
    crew.catch_up()
    crew.catch_up()
    assert done[87:] == ["at last"]


def test_one_thread_does_at_once_what_could_wait():
    for crew in (Crew(segments(10), 1), Crew(segments(10**6), 2, Doors(strict=True))):
        done = []
        crew.beside(done.append, 1)
        assert done == [1]


def test_a_mistake_in_a_thread_is_raised_where_it_was_asked(many_blocks):
    def fails(first, last):
        if last == 30:
            raise AccountError("cash", "cents", phase="p", month=0, where="here", expected=0, found=1)

    with pytest.raises(AccountError, match="cash"):
        Crew(segments(0), 2).share(fails, 40)


@pytest.mark.parametrize("turns", [0, 1, 50])
def test_a_word_is_looked_at_until_it_changes(turns):
    for word, seen in ((3, 3), (3, 4)):
        told, words, naively = np.zeros(2, np.int64), np.array([word, seen]), [0, 0]
        assert watch.watch(told, words, seen, turns, 2) == naive.watch.watch(naively, [word, seen], seen, turns, 2)
        assert told.tolist() == naively == [1, 0]


def test_the_processor_is_told_that_it_waits():
    @njit(nogil=True)
    def wait(words):
        while not watch.look(words):
            watch.rest()
        watch.tell(words, words[0] + 1)

    words = np.zeros(1, np.int64)
    waiting = threading.Thread(target=wait, args=(words,))
    wait(np.ones(1, np.int64))  # compiled
    waiting.start()
    words[0] = 5
    waiting.join(timeout=60)
    assert words[0] == 6
    if platform.machine() in ("x86_64", "AMD64"):
        assert all("pause" in code for code in wait.inspect_asm().values())


@pytest.mark.parametrize("turns", [(0, 0), (100, 100)])
def test_threads_find_each_other_whether_they_look_or_sleep(turns, many_blocks, monkeypatch):
    """Any pause between jobs, any length of tasks: nobody waits for ever."""
    crew, beside = Crew(segments(0), 3), Crew(segments(0), 2)
    crew.together(*[threading.get_ident] * 3)
    assert min(threads._turns) > 0
    monkeypatch.setattr(threads, "_turns", turns)
    for turn in range(60):
        time.sleep((0, 1e-5, 1e-4, 1e-3)[turn % 4])
        tasks = [partial(time.sleep, (0, 1e-4, 1e-3)[(turn + k) % 3]) for k in range(turn % 5 + 1)]
        assert crew.together(*tasks, partial(beside.together, *[threading.get_ident] * 4))[:-1] == [None] * len(tasks)


def test_threads_are_asked_for_on_the_command_line(many_blocks, monkeypatch, capsys):
    """The run has the same name and digest; what is no number of threads is said in one message."""
    asked, real = [], threads.Crew

    def crew(segments, count, doors):
        asked.append(count)
        return real(segments, count, doors)

    monkeypatch.setattr("sim.engine.Crew", crew)
    found = []
    for count in ("1", "2"):
        assert code_of(["run", "--territory", "synthetic:1", "--months", "3", "--threads", count, "--json"]) == 0
        summary = json.loads(capsys.readouterr().out)
        found.append((summary["run_id"], summary["digest"]))
    assert asked == [1, 2] and found[0] == found[1]
    assert code_of(["run", "--territory", "synthetic:1", "--threads", "0"]) == 2
    assert "--threads" in capsys.readouterr().err


def test_a_sum_of_blocks_is_that_of_rows(many_blocks):
    def add(amounts, out, first, last):
        for at in range(first, last):
            out[at % 3, 0] += amounts[at]

    amounts = np.arange(100)
    for threads_of_it in (1, 2):
        found = np.full((3, 1), 7)
        Crew(segments(40_000), threads_of_it).total(add, 100, found, amounts)
        assert found[:, 0].tolist() == [7 + int(amounts[k::3].sum()) for k in range(3)]
