"""The least memory over all orders in which the layers of a network may run, with a lower bound as its certificate.

A state is the set of layers that have run; what is alive then follows from it, whatever the order was. So the least
peak is a shortest path in the sense of the largest edge, over the states: exact dynamic programming, from the
best state outwards (Liberis & Lane 2020, Neural networks on microcontrollers: saving memory at inference via
operator reordering, search the same states backwards). Two facts keep the states few:

* no order has a lower peak than, for any layer, what must be alive whenever that layer runs;
* a layer that frees at least what it allocates, within the peak that is needed anyway, may run at once.

Where more than MOST_STATES would be visited, the search stops: the least peak of the states still open is a lower
bound then, the best order known an upper one.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

from ..frozen import NamedTuple
from .schedule import Step, moments, readers_of

MOST_STATES = 200_000


class Least(NamedTuple):
    """The least peak in elements: between `bound` and `peak`, which `order` has; equal where it is certain."""

    peak: int
    bound: int
    order: tuple[int, ...]
    states: int

    @property
    def certain(self) -> bool:
        """Whether no order has less: the lower bound is met."""
        return self.peak == self.bound


class _Search:
    """The steps as bit masks, and the states that are open."""

    def __init__(self, steps: Sequence[Step], in_place: bool) -> None:
        self.steps, self.in_place, count = steps, in_place, len(steps)
        self.needs = [sum(1 << each for each in step.needs) for step in steps]
        self.sizes: list[int] = [step.size for step in steps]  # type: ignore[misc]
        self.readers = [0] * count
        for number, step in enumerate(steps):
            for buffer in step.reads:
                self.readers[buffer] |= 1 << number
        stays = [waiting >= 1 << 60 for waiting in readers_of(steps)]
        self.stays = stays
        self.frees = [tuple((each, self.readers[each]) for each in step.reads if not stays[each]) for step in steps]
        self.unlocks: list[list[int]] = [[] for _ in steps]
        for number, step in enumerate(steps):
            for each in step.needs:
                self.unlocks[each].append(number)

    def cost(self, number: int, done: int, live: int) -> tuple[int, int]:
        """What is alive while a step runs, and after it."""
        after = done | 1 << number
        freed = [each for each, readers in self.frees[number] if not readers & ~after]
        high = live + self.sizes[number]
        kept = high - sum(self.sizes[each] for each in freed)
        if self.in_place:
            over = next((each for each in self.steps[number].over if each in freed), None)
            high -= 0 if over is None else self.sizes[over]
        return high, kept

    def settled(self, state: _State, limit: int) -> _State:
        """The state after all steps that cost nothing: within the limit, and freeing what they allocate."""
        peak, done, live, ready, path = state
        moved = True
        while moved:
            moved = False
            for number in ready:
                high, kept = self.cost(number, done, live)
                if high <= limit and kept <= live:
                    peak, live, done = max(peak, high), kept, done | 1 << number
                    ready, path = self.after(number, done, ready), (path, number)
                    moved = True
                    break
        return _State(peak, done, live, ready, path)

    def after(self, number: int, done: int, ready: tuple[int, ...]) -> tuple[int, ...]:
        """The steps that may run next, once a step has run."""
        new = [each for each in self.unlocks[number] if not self.needs[each] & ~done]
        return (*[each for each in ready if each != number], *new)


class _State(NamedTuple):
    peak: int
    done: int
    live: int
    ready: tuple[int, ...]
    path: tuple[object, int] | None


def least_peak(steps: Sequence[Step], in_place: bool = False, most_states: int = MOST_STATES) -> Least:
    """The least peak over all orders; steps of plain sizes."""
    search = _Search(steps, in_place)
    given: int = max((moment.live for moment in moments(steps, in_place)), default=0)  # type: ignore[type-var, assignment]
    best, order = given, tuple(range(len(steps)))
    floor = forced(steps, in_place)
    if best == floor:
        return Least(best, floor, order, 0)
    whole = (1 << len(steps)) - 1
    first = _State(floor, 0, 0, tuple(number for number, needs in enumerate(search.needs) if not needs), None)
    queue: list[tuple[int, int, int, _State]] = [(floor, 0, 0, first)]
    seen: set[int] = set()
    pushed = 0
    while queue:
        bound, _, _, state = heappop(queue)
        if bound >= best:
            return Least(best, best, order, len(seen))
        state = search.settled(state, bound)
        if state.done == whole:
            return Least(bound, bound, _unrolled(state.path), len(seen))
        if state.done in seen:
            continue
        seen.add(state.done)
        if len(seen) > most_states:
            return Least(best, bound, order, len(seen))
        for number in state.ready:
            high, kept = search.cost(number, state.done, state.live)
            peak, done = max(bound, high), state.done | 1 << number
            if peak < best and done not in seen:
                pushed += 1
                further = _State(peak, done, kept, search.after(number, done, state.ready), (state.path, number))
                heappush(queue, (peak, -done.bit_count(), -pushed, further))
    return Least(best, best, order, len(seen))


def _unrolled(path: object) -> tuple[int, ...]:
    found: list[int] = []
    while isinstance(path, tuple):
        found.append(path[1])
        path = path[0]
    return tuple(reversed(found))


def forced(steps: Sequence[Step], in_place: bool = False) -> int:
    """A lower bound on the peak of every order: the most that must be alive whenever some layer runs."""
    return max(forced_moments(steps, in_place), default=0)


def forced_moments(steps: Sequence[Step], in_place: bool = False) -> list[Any]:
    """For each layer what must be alive whenever it runs, in elements; over symbols as polynomials.

    That is every buffer written by one of its ancestors and read by itself or one of its descendants, every output
    among its ancestors, and its own output unless it may write over an input.
    """
    search = _Search(steps, in_place)
    before = [0] * len(steps)
    for number, step in enumerate(steps):
        before[number] = search.needs[number]
        for each in step.needs:
            before[number] |= before[each]
    behind = [0] * len(steps)
    for number in reversed(range(len(steps))):
        for each in search.unlocks[number]:
            behind[number] |= behind[each] | 1 << each
    last = [readers.bit_length() - 1 for readers in search.readers]
    found = []
    open_buffers: list[int] = []  # those that a step from here on reads: others are alive in no order
    for number, step in enumerate(steps):
        later = behind[number] | 1 << number
        open_buffers = [each for each in open_buffers if search.stays[each] or last[each] >= number]
        held = sum(
            search.sizes[each]
            for each in open_buffers
            if before[number] >> each & 1 and (search.stays[each] or search.readers[each] & later)
        )
        own = 0 if in_place and step.over else search.sizes[number]
        found.append(held + own)
        open_buffers.append(number)
    return found
