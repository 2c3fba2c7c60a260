"""Reads the words on a page with RapidOCR (the extra `ocr`), offline. Ignorant of what the words mean."""

import importlib
from typing import Any

from devices.cameras.document_kind import suggest
from devices.cameras.frames import Pixels
from devices.errors import OcrMissing

MODULE = "rapidocr_onnxruntime"
LEAST_CONFIDENCE = 0.6  # 0 to 1; below, the engine's lines are strokes and seals


class Engine:
    """The engine, loaded when it is first needed: 0.6 s and some 900 MB."""

    def __init__(self, name: str, module: str = MODULE) -> None:
        """Prepare; `name` is the camera's, for the errors."""
        self._name, self._module = name, module
        self._engine: Any = None

    def suggest(self, page: Pixels) -> str | None:
        """Which document a page may be; None where nothing speaks up.

        Raises:
            OcrMissing: the engine is not installed, or failed.
        """
        return suggest(self.lines(page))

    def lines(self, page: Pixels) -> list[str]:
        """What is written on a page, line by line.

        Raises:
            OcrMissing: the engine is not installed, or failed.
        """
        if self._engine is None:
            self._engine = self._load()
        try:
            found, _times = self._engine(page)
        except Exception as exc:  # the engine's errors have no type in common
            raise OcrMissing(self._name, f"{self._module} failed: {type(exc).__name__}") from exc
        return [str(text) for _box, text, confidence in found or () if float(confidence) >= LEAST_CONFIDENCE]

    def _load(self) -> Any:
        try:
            return importlib.import_module(self._module).RapidOCR()
        except ImportError as exc:
            raise OcrMissing(self._name, f"{self._module} is not installed") from exc
