"""A pass over batches: they are drawn, worked on and given back in order, several at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order"]

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2  # batches that wait, beside those that are worked on


def in_order(task: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield ``task(item)`` of every item, in order, computed on threads of their own.

    While the next item is drawn here, those before it are worked on; only a few are held at a
    time. Linear algebra runs on one thread in each task, so that the digits do not depend on the
    number of threads.

    >>> list(in_order(lambda n: n * n, range(4)))
    [0, 1, 4, 9]
    """
    from threadpoolctl import threadpool_limits

    threads = os.cpu_count() or 1
    waiting: deque[Future[R]] = deque()
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(task, item))
                if len(waiting) > threads + AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()
