"""Templates become responses, and the files that pages load get addresses that may be cached for good.

The address of a static file holds a digest of all of them (`/static/<digest>/live.js`), so that modules that import
each other by relative names come from the same release. A page compares the digest after an outage and loads itself
again when the server has been upgraded meanwhile.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from hall.texts import Texts

FOLDER = Path(__file__).parent
HTML_LANGUAGES = {"zh_CN": "zh-CN", "en": "en"}

CONTENT_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
COMMON_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
PAGE_HEADERS = COMMON_HEADERS | {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-cache"}
ASSET_HEADERS = COMMON_HEADERS | {"Cache-Control": "public, max-age=31536000, immutable"}


def assets_digest(folder: Path) -> str:
    """Sixteen hexadecimal digits over the names and contents of all files in `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Renderer:
    """Renders the pages of one server."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.static_folder = folder / "static"
        self.assets = assets_digest(self.static_folder)
        self._environment = Environment(
            loader=FileSystemLoader(folder / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(
        self,
        name: str,
        texts: Texts,
        *,
        data: Mapping[str, object] | None = None,
        status: int = 200,
        **values: object,
    ) -> HTMLResponse:
        """Render `templates/<name>.html`.

        Args:
            name: the template, which also names the page's style sheet and module.
            texts: the site's language.
            data: what the page's modules read; it is written into the page as JSON.
            status: the HTTP status.
            values: what the template reads, beside `texts`, `lang`, `name`, `assets` and `data`.
        """
        html = self._environment.get_template(f"{name}.html").render(
            texts=texts,
            lang=HTML_LANGUAGES[texts.language],
            name=name,
            assets=f"/static/{self.assets}",
            data={"assets": self.assets, **(data or {})},
            **values,
        )
        return HTMLResponse(html, status, headers=PAGE_HEADERS)


class Assets(StaticFiles):
    """Static files that never change under their address."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """Add the headers to Starlette's answer."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(ASSET_HEADERS)
        return response
