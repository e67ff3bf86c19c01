"""The web pages: thin, they build acts and hand them to the door."""

from scelle.web.app import create_app, sign_in_path

__all__ = ["create_app", "sign_in_path"]
