"""The queue: bounded, in order, and easy to leave."""

import asyncio
import threading
import time

import pytest

from t2i_person.errors import Cancelled
from t2i_person.service.problems import Full
from t2i_person.service.queue.desk import LONGEST, Desk


@pytest.fixture
def desk():
    made = Desk(threads=1, waiting=1)
    yield made
    made.close()


def patient(job) -> str:
    while not job.cancelled():
        time.sleep(0.01)
    raise Cancelled


def test_results_and_errors(desk):
    assert asyncio.run(desk.submit(lambda job: 5).result()) == 5
    with pytest.raises(ZeroDivisionError):
        asyncio.run(desk.submit(lambda job: 1 // 0).result())
    assert desk.load() == 0


def test_full(desk):
    running, waiting = desk.submit(patient), desk.submit(patient)
    assert desk.load() == 2
    with pytest.raises(Full) as caught:
        desk.submit(patient)
    assert caught.value.retry_after >= 1
    waiting.cancel()
    assert waiting.future.cancelled() and desk.load() == 1
    running.cancel()
    assert isinstance(running.future.exception(5), Cancelled)
    assert desk.submit(lambda job: 1).future.result(5) == 1


def test_whoever_is_sent_away_is_told_when_a_place_should_be_free():
    clock = [100.0]
    desk = Desk(threads=1, waiting=2, clock=lambda: clock[0])

    def take(seconds: float) -> None:
        clock[0] += seconds

    def sent_away(times: int) -> list[int]:
        waits = []
        for _ in range(times):
            with pytest.raises(Full) as caught:
                desk.submit(patient)
            waits.append(caught.value.retry_after)
        return waits

    for seconds in (30, 10):  # 20 on the average
        desk.submit(lambda job, seconds=seconds: take(seconds)).future.result(5)
    jobs = [desk.submit(patient) for _ in range(3)]
    while not desk.running():
        time.sleep(0.01)
    take(15)
    assert sent_away(4) == [5, 25, 45, 60], "one a place, but nobody for longer than the queue lasts"
    take(1000)
    assert sent_away(2) == [1, 20], "the running one is late"
    for job in jobs:
        job.cancel()
    jobs[0].future.exception(5)
    while desk.load():
        time.sleep(0.01)
    desk.submit(lambda job: take(10_000)).future.result(5)
    jobs = [desk.submit(patient) for _ in range(3)]
    assert sent_away(1) == [LONGEST]
    desk.close()


def test_close_stops_all(desk):
    running, waiting = desk.submit(patient), desk.submit(patient)
    start = time.monotonic()
    desk.close()
    assert time.monotonic() - start < 2
    assert isinstance(running.future.exception(), Cancelled) and waiting.future.cancelled()


def test_many_threads_submit():
    desk, done, refused = Desk(threads=2, waiting=3), [], []

    def hand_in(number: int) -> None:
        try:
            done.append(desk.submit(lambda job: time.sleep(0.05) or number).future.result(10))
        except Full:
            refused.append(number)

    threads = [threading.Thread(target=hand_in, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.close()
    assert len(done) >= 5 and sorted(done + refused) == list(range(20)) and desk.load() == 0
