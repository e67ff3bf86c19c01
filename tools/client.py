#!/usr/bin/env python3
"""An example of a program that uses the interface of a running installation.

Signs in, lists cases, searches one for tracks, and exports the first one found as a clip whose
digest it checks.  Standard library alone; Python 3.9 and later.  The password is asked for, or
read from SCELLE_PASSWORD:

    python3 tools/client.py http://localhost:8600 NAME --colour red --reason "requisition 12"
"""

import argparse
import base64
import getpass
import hashlib
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any


class Failed(Exception):
    """The installation answered with a problem (RFC 9457)."""


class Client:
    """A session with an installation.

    Args:
        address: as `scelle serve` prints it.
    """

    def __init__(self, address: str) -> None:
        self.base, self.token = address.rstrip("/") + "/api/v1", ""

    def ask(self, method: str, path: str, sent: object | None = None) -> tuple[bytes, Any]:
        """Body and headers of an answer.

        Raises:
            Failed: with the title, and each reason and remedy of a refusal.
        """
        body = None if sent is None else json.dumps(sent).encode()
        request = urllib.request.Request(self.base + path, body, method=method)  # noqa: S310
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            told = json.loads(error.read())
            lines = [told["title"], told["detail"]]
            lines += [f"{r['text']} ({r['article']}) {r['remedy']}" for r in told["reasons"]]
            raise Failed("\n".join(line for line in lines if line)) from error

    def read(self, method: str, path: str, sent: object | None = None) -> Any:
        """The same, for an answer in JSON."""
        return json.loads(self.ask(method, path, sent)[0])

    def sign_in(self, name: str, password: str) -> None:
        """Open the session."""
        told = self.read("POST", "/session", {"name": name, "password": password})
        self.token = told["token"]

    def sign_out(self) -> None:
        """End it."""
        self.ask("DELETE", "/session")

    def clip(self, case: str, span: object) -> bytes:
        """A span as a video, its digest checked (RFC 9530)."""
        video, headers = self.ask("POST", f"/cases/{case}/clips", span)
        own = base64.b64encode(hashlib.sha256(video).digest()).decode()
        if headers["Repr-Digest"] != f"sha-256=:{own}:":
            raise Failed("The clip is not what was sent.")
        return video


def main() -> int:
    """Do what the command line asks; exit status 1 when the installation refuses."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("address")
    parser.add_argument("name")
    parser.add_argument("--case", help="its reference; the first case otherwise")
    parser.add_argument("--class", dest="object_class", help="such as person")
    parser.add_argument("--colour", help="such as red")
    parser.add_argument("--reason", required=True, help="written in the ledger")
    parser.add_argument("--output", type=Path, default=Path("clip.mp4"))
    asked = parser.parse_args()
    client = Client(asked.address)
    try:
        client.sign_in(asked.name, os.environ.get("SCELLE_PASSWORD") or getpass.getpass())
        cases = client.read("GET", "/cases")
        for case in cases:
            print(f"{case['reference']}  {case['state']}  to be erased by {case['erase_by'][:10]}")
        chosen = [c for c in cases if asked.case in (None, c["reference"])]
        if not chosen:
            raise Failed("There is no such case.")
        case_id = chosen[0]["id"]
        wanted = {"class": asked.object_class, "colour": asked.colour}
        query = urllib.parse.urlencode({k: v for k, v in wanted.items() if v})
        answer = client.read("GET", f"/cases/{case_id}/tracks?{query}")
        print(f"{answer['found']} tracks; recordings not looked at whole: {len(answer['unread'])}")
        for track in answer["tracks"]:
            print(f"{track['id']}  {track['object_class']}  {track['start_ms']} ms")
        for track in answer["tracks"][:1]:
            span = {
                "exhibit_id": track["exhibit_id"], "start_ms": track["start_ms"],
                "length_ms": track["end_ms"] - track["start_ms"] + 1, "reason": asked.reason,
            }  # fmt: skip
            video = client.clip(case_id, span)
            asked.output.write_bytes(video)
            print(f"{asked.output}: {len(video)} bytes, digest checked")
        client.sign_out()
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
