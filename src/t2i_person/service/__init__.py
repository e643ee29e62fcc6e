"""The pipeline over HTTP; `docs/api.md` is its contract."""

from .app import create_app, run
from .settings import Settings

__all__ = ["Settings", "create_app", "run"]
