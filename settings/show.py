"""`--print-config`: what is in force, as JSON, with secrets masked."""

import json

from settings.site import Site


def printed(site: Site) -> str:
    """The settings of a site, indented; a secret shows as asterisks."""
    return json.dumps(site.model_dump(mode="json"), ensure_ascii=False, indent=2)
