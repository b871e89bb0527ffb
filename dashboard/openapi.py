"""Writes the OpenAPI document of this version to ``openapi.json``: the dashboard's types are generated from it."""

import json
from pathlib import Path

from optsvc.api.app import create_app
from optsvc.config import Settings

app = create_app(Settings(database_url="postgresql://nowhere/none", redis_url="redis://nowhere"))  # neither is called
(Path(__file__).parent / "openapi.json").write_text(json.dumps(app.openapi(), indent=1))
