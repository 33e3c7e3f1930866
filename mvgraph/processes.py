"""The processes of a run: which of them this is, and how it is asked to end from outside."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

RANKS = ("RANK", "LOCAL_RANK", "SLURM_PROCID", "JSM_NAMESPACE_RANK")  # where launchers put a process's number
ENDING = tuple(s for s in signal.Signals if s.name in ("SIGTERM", "SIGHUP"))  # there is no SIGHUP on Windows


def is_first() -> bool:
    """Whether this is the process that speaks to the user and writes files.

    >>> is_first()
    True
    """
    numbers = [os.environ[name] for name in RANKS if name in os.environ]
    return not numbers or numbers[0] == "0"


def is_alive(number: int) -> bool:
    """Whether a process of this machine runs under a number.

    >>> is_alive(os.getpid())
    True
    """
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is another user's
    return True


class Terminated(KeyboardInterrupt):
    """The process was asked to end: by SIGTERM, as SLURM, Kubernetes and `timeout` do, or by SIGHUP.

    Arguments:
        signum: which signal it was.
    """

    def __init__(self, signum: signal.Signals) -> None:
        super().__init__(f"ended by {signum.name}")
        self.signum = signum


def interrupting(stop: KeyboardInterrupt) -> signal.Signals:
    """The signal behind an interruption.

    >>> interrupting(KeyboardInterrupt()).name
    'SIGINT'
    """
    return stop.signum if isinstance(stop, Terminated) else signal.SIGINT


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and SIGHUP stop what runs inside as Ctrl-C does, once; afterwards all is answered as before.

    A signal that somebody answers already, or ignores (`nohup`), is left to them; so are all outside the main thread,
    where Python takes no signals.

    Raises:
        Terminated: one of the two came.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, *ENDING)}  # Lightning changes that of Ctrl-C, too
    ours = [s for s in ENDING if before[s] is signal.SIG_DFL]

    def stop(number: int, _: FrameType | None) -> None:
        for each in ours:
            signal.signal(each, signal.SIG_IGN)  # asked twice, it still ends in order
        raise Terminated(signal.Signals(number))

    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, answer in before.items():
            if answer is not None:  # it was not set by Python, which cannot put it back
                signal.signal(number, answer)
