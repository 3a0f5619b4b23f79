"""The door behind the local HTTP front: bytes on a socket in, a status out."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from seven_senders_local.front import Front, listen
from tests.attack.door import Door


@contextmanager
def front_of(door: Door) -> Iterator[Front]:
    """A front with this door behind it, listening."""
    front = Front(listen(0), deliver=door.answer, pages={})
    thread = Thread(target=front.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield front
    finally:
        front.shutdown()
        thread.join()
        front.server_close()
