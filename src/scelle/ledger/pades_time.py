"""The configured timestamp authority, as pyHanko asks one; imported where that is installed."""

from __future__ import annotations

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

from scelle.ledger.timestamps import Authority


class Stamper(TimeStamper):
    """Has signatures timestamped."""

    def __init__(self, authority: Authority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask, and verify what is answered."""
        digest = req["message_imprint"]["hashed_message"].native
        return tsp.TimeStampResp.load(self._authority.answer(req.dump(), digest))
