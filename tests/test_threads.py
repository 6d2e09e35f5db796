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
from sim.kernels import desk, rows, share_code, watch
from sim.record import Record
from sim.results import digests_of
from sim.threads import Crew
from tests import naive
from tests.compare import agree
from tests.test_kernels_month import EASY, WORLDS, places  # noqa: F401 (a fixture)

HARD_TIMES = {"money.income_sd": 0.6, "money.credit_months": 0.5}


def segments(*sizes):
    stops = np.cumsum(sizes)
    return np.stack([stops - sizes, stops], axis=1).reshape(1, -1, 2)


@pytest.fixture
def many_blocks(monkeypatch):
    """The smallest world is shared, in far more blocks than threads."""
    monkeypatch.setattr(threads, "SMALL", 0)
    cut_into(40, monkeypatch)


def cut_into(parts, monkeypatch):
    monkeypatch.setattr(threads, "PART", 10**9)
    monkeypatch.setattr(threads, "LEAST", 1 / parts)
    monkeypatch.setattr(threads, "RUNS", parts)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", WORLDS)
def test_any_number_of_threads_gives_the_same_bits(name, strict, places, parameters, monkeypatch):  # noqa: F811
    def digests(count, parts):
        monkeypatch.setattr(threads, "SMALL", 0)
        cut_into(parts, monkeypatch)
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
    seen = []
    Crew(small, 4).share(lambda first, last: seen.append((first, last)), 10)
    assert seen == [(0, 10)]


@pytest.mark.parametrize("part", [1, 2, 10**9])
@pytest.mark.parametrize("rows", [0, 1, 5, 1000, 100_003])
def test_blocks_have_each_row_once_and_are_small_in_the_end(rows, part):
    cuts = threads._cuts(rows, 3, part, 1 / 256).tolist()
    assert [first for first, _ in cuts] == [0, *(last for _, last in cuts)][:-1] and cuts[-1][1] == rows
    sizes = [last - first for first, last in cuts]
    assert sizes == sorted(sizes, reverse=True) or rows < 3
    assert sizes[-1] <= max(rows / 256 + 1, 2)
    assert rows < 1000 or sizes[0] == max(rows // (3 * part), -(-rows // 256))


def test_each_block_is_done_once(many_blocks):
    seen = []
    Crew(segments(0), 3).share(lambda first, last: seen.append((first, last)), 1000)
    assert len(seen) == 40 and sorted(row for cut in seen for row in range(*cut)) == list(range(1000))
    assert Crew(segments(0), 3).count(lambda first, last: last - first, 1000) == 1000


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
    assert crew.together(*[partial(crew.count, lambda first, last: last - first, 500)] * 6) == [500] * 6


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
    crew.share(meet, 1000)
    assert "second" in done and len(done) == 41
    crew.beside(task, "before a call")
    crew.call(task, "call")
    crew.beside(task, "before one block")
    crew.share(lambda first, last: done.append("block"), 1)
    crew.beside(task, "before one task")
    crew.together(partial(task, "task"))
    assert done[41:] == ["before a call", "call", "before one block", "block", "before one task", "task"]
    crew.beside(task, "at last")
    crew.catch_up()
    crew.catch_up()
    assert done[47:] == ["at last"]


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


def desk_of(**words):
    found = np.zeros(desk.WORDS, np.int64)
    for name, value in words.items():
        found[getattr(desk, name)] = value
    return found


@njit(nogil=True)
def write_down(table, numbers, number, helpers):
    """Write who works: whoever offers it to `helpers` others, and each of the three who then come."""
    offered = False
    if helpers > 0:
        code, frame = desk.fork()
        offered = desk.offer(table, helpers, code, frame)
        if offered:
            for _ in range(3):
                desk.enter(table)
    numbers[number] += 1 + (helpers > 0)
    if offered:
        desk.withdraw(table)


def test_who_comes_does_the_same_with_another_number():
    table, numbers = desk_of(), np.zeros(5, np.int64)
    write_down(table, numbers, 0, 2)
    assert numbers.tolist() == [2, 1, 1, 0, 0], "two may come, and do not offer it again; the third may not"
    assert table[desk.GATE] == table[desk.BUSY] == 0 and table[desk.NUMBER] == 1
    write_down(table, numbers, 0, 4)
    assert numbers.tolist() == [4, 2, 2, 1, 0], "they are counted anew for each offer"
    desk.enter(table)
    assert numbers.sum() == 9 and table[desk.GATE] == 0, "what is withdrawn is left alone"
    table[desk.BUSY] = 1
    write_down(table, numbers, 0, 4)
    assert numbers.tolist() == [6, 2, 2, 1, 0] and table[desk.NUMBER] == 2, "at a desk that is taken one works alone"


@pytest.mark.parametrize("turns", [0, 1, 30])
def test_who_serves_leaves_when_python_asks_or_nothing_comes(turns):
    for posted in (3, 4):
        agree(desk.serve, naive.desk.serve, (np.zeros(1, np.int64), desk_of(POSTED=3), posted, turns, 2))


@pytest.mark.parametrize("busy", [0, 1])
def test_a_desk_has_one_offer_at_a_time(busy):
    (table, *_) = agree(desk.offer, naive.desk.offer, (desk_of(BUSY=busy, ENTERED=5, NUMBER=7), 2, 10, 20))
    assert table[desk.NUMBER] == 8 - busy
    if not busy:
        agree(desk.withdraw, naive.desk.withdraw, (table,))


def test_what_blocks_found_is_put_together():
    cuts, column = np.array([(0, 4), (4, 6), (6, 7), (7, 9)]), np.arange(9) * 10
    for found in ([4, 2, 1, 2], [0, 0, 0, 0], [2, 0, 1, 2], [0, 2, 0, 1], [4, 1, 0, 0]):
        agree(rows.close_gaps, naive.rows.close_gaps, (column, cuts, np.array(found)))


@njit(nogil=True, cache=True)
def add_squares(amounts, out, first, last):
    for at in range(first, last):
        out[at % 3] += amounts[at] ** 2


@njit(nogil=True, cache=True)
def list_odd(amounts, out, first, last):
    n = 0
    for at in range(first, last):
        if amounts[at] % 2:
            out[first + n] = at
            n += 1
    return n


for each in (add_squares, list_odd):
    share_code(each, None)


@pytest.mark.parametrize("sleepy", [False, True])
def test_compiled_kernels_are_shared_without_python(sleepy, many_blocks, monkeypatch):
    """Those who wait come by themselves, those who sleep are woken; sums and lists are those of one thread."""
    crew, amounts = Crew(segments(0), 3), np.arange(3001)
    crew.together(*[threading.get_ident] * 3)
    if sleepy:
        monkeypatch.setattr(threads, "_turns", (1, 1))
    came = threads._desk[desk.NUMBER]
    for turn in range(40):
        time.sleep((0, 1e-5, 1e-3)[turn % 3])
        sums, out = np.full(3, turn), np.zeros(3001, np.int64)
        crew.total(add_squares, 3001, sums, amounts)
        assert sums.tolist() == [turn + int((amounts[k::3] ** 2).sum()) for k in range(3)]
        assert crew.gather(list_odd, 3001, amounts, out) == 1500
        assert out[:1500].tolist() == list(range(1, 3001, 2))
        assert crew.count(list_odd, 3001, amounts, out) == 1500
    assert threads._desk[desk.NUMBER] == came + 120
    crew.beside(list_odd, amounts, out, 0, 3001)
    crew.share(list_odd, 3001, amounts, np.zeros(3001, np.int64))
    assert threads._desk[desk.NUMBER] == came + 121, "what waits is done beside, and all the same rows are shared"
    assert out[:1500].tolist() == list(range(1, 3001, 2))
    assert crew.count(list_odd, 2, amounts, out) == 1


@pytest.mark.parametrize("waiting, woken", [(0, 2), (1, 1), (2, 0), (3, 0)])
def test_only_as_many_are_woken_as_are_missing_at_the_desk(waiting, woken, monkeypatch):
    class Heard:
        """In the place of the queue of jobs: nobody gets what is put."""

        def __init__(self, queue):
            self.put, self.empty, self.get = [].append, queue.empty, queue.get

    time.sleep(0.02)  # those who looked for a job are asleep, and stay so
    heard = Heard(threads._jobs)
    monkeypatch.setattr(threads, "_jobs", heard)
    monkeypatch.setattr(threads, "_desk", desk_of(WAITING=waiting))
    monkeypatch.setattr(threads, "_hire", lambda number: None)
    threads._call(2)
    assert heard.put.__self__ == [None] * woken


def test_worlds_that_meet_at_the_desk_do_not_disturb_each_other(many_blocks):
    amounts, found = np.arange(2000), {}

    def work(name):
        crew, sums = Crew(segments(0), 2), np.zeros(3, np.int64)
        for _ in range(300):
            crew.total(add_squares, 2000, sums, amounts)
        found[name] = sums.tolist()

    workers = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert [found[name] for name in range(4)] == [[300 * int((amounts[k::3] ** 2).sum()) for k in range(3)]] * 4


def test_only_kernels_of_rows_are_shared_by_blocks():
    @njit(nogil=True)
    def whole(amounts, first):
        return amounts[first]

    share_code(whole, None)
    with pytest.raises(TypeError, match="whole does not take rows first"):
        whole.by_blocks("")


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
