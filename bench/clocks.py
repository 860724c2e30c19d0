"""Timing in turns: each contender once a round, so that load falls on all alike."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping

WARM_UP = 5


def medians(
    contenders: Mapping[str, Callable[[int], object]], rounds: int
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
                started = time.perf_counter()
                contenders[name](number)
                seconds[name].append(time.perf_counter() - started)
    finally:
        gc.enable()
    return {name: statistics.median(times[WARM_UP:]) for name, times in seconds.items()}
