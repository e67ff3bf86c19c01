"""Where an installation lives and the few knobs it has."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from ``SCELLE_*`` environment variables; command options win.

    Attributes:
        home: the installation's folder: database, ledger, keys, vault.
        agent: who is asking on this command line; the login name by default.
        workers: local processes for an analysis.
        host, port: where the web page listens; loopback only.
    """

    model_config = SettingsConfigDict(env_prefix="SCELLE_")

    home: Path = user_data_path("scelle")
    agent: str = ""
    workers: int = 2
    host: str = "127.0.0.1"
    port: int = 8600
