"""Who looks at the hall's displays while the demo runs, and notes what was shown when."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec


@dataclass(frozen=True)
class SeenCall:
    """A call as it came to a display."""

    call_id: str
    text: str
    at: float  # time.monotonic()


class SpeechWatcher:
    """Notes the calls that were spoken into files: the server keeps only the newest of these."""

    def __init__(self, folder: Path) -> None:
        self.spoken: set[str] = set()  # call ids
        self._folder = folder

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(0.5)

    def look(self) -> None:
        """Note what is there now."""
        self.spoken |= {path.stem.split("-", 2)[2] for path in self._folder.glob("*.wav")}


class DisplayWatcher:
    """A call display of the whole hall on the same stream as the browser's, with the same way of catching up."""

    def __init__(self, base_url: str) -> None:
        self.seen: dict[str, SeenCall] = {}
        self.gaps = 0  # how often it had to connect again
        self._base_url = base_url
        self._last_id = ""

    async def run(self) -> None:
        """Watch until cancelled."""
        async with httpx.AsyncClient(base_url=self._base_url, timeout=httpx.Timeout(5.0, read=6.0)) as http:
            while True:
                try:
                    await self._watch(http)
                except httpx.HTTPError:
                    self.gaps += 1
                    await asyncio.sleep(0.3)

    async def _watch(self, http: httpx.AsyncClient) -> None:
        headers = {"Last-Event-ID": self._last_id} if self._last_id else {}
        async with http.stream("GET", "/api/v1/stream/display", headers=headers) as answer:
            name = ""
            async for line in answer.aiter_lines():
                key, _, value = line.partition(": ")
                if key == "id":
                    self._last_id = value
                elif key == "event":
                    name = value
                elif key == "data":
                    self._note(name, value)

    def _note(self, name: str, data: str) -> None:
        if name == "snapshot":
            calls = msgspec.json.decode(data)["calls"]
        elif name == "call":
            calls = [msgspec.json.decode(data)]
        else:
            return
        for call in calls:
            self.seen.setdefault(call["call_id"], SeenCall(call["call_id"], call["text"], time.monotonic()))
