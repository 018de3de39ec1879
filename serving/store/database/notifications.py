"""Signals between the servers of one PostgreSQL database: sent with a commit, heard within milliseconds.

A signal says that something may be new; its text, of up to 8,000 bytes, is a hint and may be empty. One that is lost
with a connection is made up for by an empty one when the next connection stands, so whoever listens only has to look
once in a while beside that.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

WAIT_S = 0.5  # after which the thread looks whether it has to end
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
log = logging.getLogger("touchstone.serving")


def notify(session: Session, channel: str, text: str = "") -> None:
    """Signal on a channel once the session's transaction is committed; an embedded database has nobody to signal to."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(channel, text)))


@contextlib.contextmanager
def listening(engine: Engine, channel: str, wake: Callable[[str], None]) -> Iterator[None]:
    """Call `wake` in a thread with each signal on a channel, and after each time without a connection."""
    ended = threading.Event()
    thread = threading.Thread(target=_listen, args=(engine, channel, wake, ended), name="store-listener", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # its wait is short, and nobody waits for the thread: the event loop leaves this block


def _listen(engine: Engine, channel: str, wake: Callable[[str], None], ended: threading.Event) -> None:
    pause_s = FIRST_PAUSE_S
    while not ended.is_set():
        try:
            pooled = engine.raw_connection()
            connection: Any = pooled.driver_connection
            pooled.detach()  # it is this thread's alone, and none of the pool's
            with contextlib.closing(connection):
                connection.autocommit = True
                connection.execute(f"LISTEN {channel}")
                pause_s = FIRST_PAUSE_S
                _wake(wake, "", ended)
                while not ended.is_set():
                    for signal in connection.notifies(timeout=WAIT_S, stop_after=1):
                        _wake(wake, signal.payload, ended)
        except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
            log.warning("no signals from the database (%s); tried again in %.1f s", type(error).__name__, pause_s)
            ended.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _wake(wake: Callable[[str], None], text: str, ended: threading.Event) -> None:
    if not ended.is_set():
        with contextlib.suppress(RuntimeError):  # the event loop was closed meanwhile
            wake(text)
