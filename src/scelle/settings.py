"""Where an installation lives and the few knobs it has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from ``SCELLE_*`` environment variables; command options win.

    Attributes:
        home: the installation's folder: ledger, keys, vault, and the database by default.
        database: address of a PostgreSQL database, which may hold a password; empty for a
            file in the home.
        agent: who is asking on this command line; the login name by default.
        workers: local processes for an analysis.
        timestamp_url: a timestamp authority (RFC 3161); empty for none.
        timestamp_certificate: its root certificate, PEM.
        signature: certificate and key that sign closing reports, a PKCS #12 file.
        credentials: clips and synopses that leave bear a C2PA manifest that it signs.
        signature_passphrase: a file that holds its passphrase.
        signature_validation: a folder of what revocation services say, which reports embed.
        host, port: where the web page listens; loopback only.
        production: decode nothing where a sandbox cannot be complete.
        sandbox_memory: MiB that one decoding process may allocate.
        engine: who does the segments of an analysis: ``local`` or ``ray``.
        ray_address: of the head node of a Ray cluster, ``host:port``.
        provider: what runs a detector: ``cpu`` or ``cuda``.
        decoder: what decodes video for an analysis: ``software`` or ``cuda``.
    """

    model_config = SettingsConfigDict(env_prefix="SCELLE_")

    home: Path = user_data_path("scelle")
    database: SecretStr = SecretStr("")
    agent: str = ""
    workers: int = 2
    timestamp_url: str = ""
    timestamp_certificate: Path | None = None
    signature: Path | None = None
    signature_passphrase: Path | None = None
    signature_validation: Path | None = None
    credentials: bool = False
    host: str = "127.0.0.1"
    port: int = 8600
    production: bool = False
    sandbox_memory: Annotated[int, Field(ge=256)] = 2048
    engine: Literal["local", "ray"] = "local"
    ray_address: str = ""
    provider: Literal["cpu", "cuda"] = "cpu"
    decoder: Literal["software", "cuda"] = "software"
