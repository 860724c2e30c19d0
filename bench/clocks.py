"""Timing in turns: each contender once a round, so that load falls on all alike."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

WARM_UP = 5


def processor_clock(process: int) -> Callable[[], float]:
    """Seconds that another process has worked; waiting and other load do not count."""
    file = Path(f"/proc/{process}/schedstat")
    return lambda: int(file.read_text().split()[0]) / 1e9


def medians(
    contenders: Mapping[str, Callable[[int], object]],
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Seconds; each contender gets the round's number."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds + WARM_UP):
            random.shuffle(order)  # no order of turns favours one
            for name in order:
                started = clock()
                contenders[name](number)
                seconds[name].append(clock() - started)
    finally:
        gc.enable()
    return {name: statistics.median(times[WARM_UP:]) for name, times in seconds.items()}
