"""How much can flow through a network of pipes: Dinic's algorithm on whole numbers.

It knows nothing of halls. Source: Dinic, "Algorithm for solution of a problem of maximum flow in networks", 1970.
"""

from collections import deque
from collections.abc import Hashable


class Network:
    """Nodes joined by pipes. What flows stays, so that more can be pushed later; `caps` can be kept and put back."""

    def __init__(self) -> None:
        self.caps: list[int] = []  # what each pipe still takes; a pipe's way back has the odd number beside its own
        self._ends: list[int] = []
        self._pipes: list[list[int]] = []  # by node
        self._nodes: dict[Hashable, int] = {}

    def join(self, one: Hashable, other: Hashable, most: int) -> int:
        """Lay a pipe that takes `most`, >= 0; returns its number."""
        number = len(self.caps)
        start, end = self._node(one), self._node(other)
        self.caps += (most, 0)
        self._ends += (end, start)
        self._pipes[start].append(number)
        self._pipes[end].append(number + 1)
        return number

    def push(self, source: Hashable, sink: Hashable) -> int:
        """Let as much more flow as can; returns how much that is."""
        begin, end, total = self._node(source), self._node(sink), 0
        while (depths := self._depths(begin, end)) is not None:
            tried = [0] * len(self._pipes)
            while path := self._path(begin, end, depths, tried):
                amount = min(self.caps[pipe] for pipe in path)
                for pipe in path:
                    self.caps[pipe] -= amount
                    self.caps[pipe ^ 1] += amount
                total += amount
        return total

    def _node(self, name: Hashable) -> int:
        number = self._nodes.setdefault(name, len(self._pipes))
        if number == len(self._pipes):
            self._pipes.append([])
        return number

    def _depths(self, begin: int, end: int) -> list[int] | None:
        """How many open pipes away each node is, -1 where it is not reached; None where the end is not."""
        depths = [-1] * len(self._pipes)
        depths[begin] = 0
        waiting = deque([begin])
        while waiting:
            node = waiting.popleft()
            for pipe in self._pipes[node]:
                next_node = self._ends[pipe]
                if self.caps[pipe] and depths[next_node] < 0:
                    depths[next_node] = depths[node] + 1
                    waiting.append(next_node)
        return depths if depths[end] >= 0 else None

    def _path(self, begin: int, end: int, depths: list[int], tried: list[int]) -> list[int]:
        """Open pipes from the begin to the end, each a step deeper; none when there is no such path any more."""
        path: list[int] = []
        node = begin
        while node != end:
            pipe = self._next_pipe(node, depths, tried)
            if pipe is not None:
                path.append(pipe)
                node = self._ends[pipe]
            elif not path:
                break
            else:  # a dead end: back, and never here again
                node = self._ends[path.pop() ^ 1]
                tried[node] += 1
        return path

    def _next_pipe(self, node: int, depths: list[int], tried: list[int]) -> int | None:
        pipes = self._pipes[node]
        while tried[node] < len(pipes):
            pipe = pipes[tried[node]]
            if self.caps[pipe] and depths[self._ends[pipe]] == depths[node] + 1:
                return pipe
            tried[node] += 1
        return None
