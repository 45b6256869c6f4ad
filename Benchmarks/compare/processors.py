"""Which processors a measurement may use."""
import os


def allowed() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def for_threads(threads: int) -> set[int]:
    """As many processors as threads, the last ones: interrupts tend to arrive at the first."""
    return set(allowed()[-threads:])
