"""Whether what a page shows may stay on the screen: asked every two seconds by its script."""

from __future__ import annotations

import hashlib

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from scelle.model.acts import ConsultZones
from scelle.web.desk import Desk
from scelle.web.shaping import sought

_REASON = "pictures on an open page"
_MOST = 1000


def rests_on(desk: Desk, case_id: str) -> str:
    """A digest of what the asker's right to see in a case rests on now; it tells nothing else."""
    return hashlib.sha256(desk.authority(case_id).encode()).hexdigest()


def add_leasing(page: FastAPI, desk: Desk, path: str) -> None:
    """Add the questions, below a path.

    Args:
        page: to which they are added.
        desk: hands acts to the door.
        path: of the page that asks them.
    """

    @page.get(f"{path}/lease")
    def lease(case: str = "", authority: str = "") -> Response:
        """Whether what the right to see rests on is as it was; else it is to be asked anew."""
        return JSONResponse({"same": rests_on(desk, case) == authority})

    @page.get(f"{path}/held")
    def held(request: Request) -> Response:
        """The door's word on pictures that lie on a page already, by their exhibits.

        To read which zones are concealed in exhibits is granted as their pictures are, and shows
        none: nothing more is seen by asking.  The filters of a page that searched are asked with
        it, so that a mandate which is limited to less since then is no ground for what lies there.
        """
        fields = request.query_params
        case_id, ids = fields.get("case", ""), tuple(fields.getlist("exhibit")[:_MOST])
        now = rests_on(desk, case_id)
        query = sought(fields) if "searched" in fields else None
        desk.perform(ConsultZones(case_id=case_id, exhibit_ids=ids, query=query, reason=_REASON))
        return JSONResponse({"authority": now})
