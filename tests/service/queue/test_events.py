"""What happens to a job, told to many, early and late."""

import asyncio
import threading
import time

from t2i_person.service.queue.events import Log


def test_many_follow_one_log():
    async def run() -> None:
        log, reached = Log(asyncio.get_running_loop()), threading.Semaphore(0)

        def write() -> None:
            for step in range(20):
                log.add("preview" if step % 2 else "progress", {"step": step})
                time.sleep(0.002)
            for _ in range(3):  # the previews go when it is done, from who was too slow for them, too
                assert reached.acquire(timeout=60)
            log.add("done", {}, end=True)
            log.add("late", {})

        async def read(after: int) -> list:
            found = []
            async for entry in log.follow(after):
                found.append((entry.id, entry.kind))
                if entry.id == 20:
                    reached.release()
            return found

        thread = threading.Thread(target=write)
        readers = [asyncio.ensure_future(read(after)) for after in (0, 0, 5)]
        thread.start()
        found = await asyncio.gather(*readers)
        thread.join()
        assert found[0] == found[1] and [name for name, _ in found[0]] == list(range(1, 22))
        assert found[2] == found[0][5:]
        assert found[0][-1] == (21, "done")
        late = await read(0)  # the previews are gone, the rest stays
        assert len(late) == 11 and late[-1] == (21, "done")
        assert await read(21) == []

    asyncio.run(run())
