"""Pictures in memory."""

import time

from t2i_person.service.keep.store import Store


def test_the_store_lets_the_oldest_go():
    store = Store(seconds=0.2, size=10)
    names = [store.put(b"12345") for _ in range(3)]
    assert [store.get(name) for name in names] == [None, b"12345", b"12345"] and store.used == 10
    store.drop(names[1:2])
    assert store.get(names[1]) is None and store.used == 5
    time.sleep(0.25)
    assert store.get(names[2]) is None and store.used == 0
