"""A bundle as a graph of the CASE and UCO ontologies (JSON-LD), for other forensic tools.

Sources: CASE 1.4 and UCO 1.4 (caseontology.org, unifiedcyberontology.org).
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator, Mapping
from uuid import NAMESPACE_URL, uuid5

from scelle.reporting.handed_out import HandedOut, HandedRecording

_CONTEXT = {
    "kb": "urn:scelle:kb/",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, object]


def graph(handed: HandedOut, files: Mapping[str, tuple[str, int]]) -> str:
    """The JSON-LD text.

    Ids are made from what they name, so that the same bundle gives the same graph.

    Args:
        files: SHA-256 and size of each file of the bundle, by its path.
    """
    return (
        json.dumps(
            {"@context": _CONTEXT, "@graph": list(_nodes(handed, files))},
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


def _nodes(handed: HandedOut, files: Mapping[str, tuple[str, int]]) -> Iterator[Node]:
    people = sorted({handed.agent_id, *(str(e.sealed["agent"]) for e in handed.entries)})
    yield from _people(handed, people)
    yield _thing(handed, "tool", "uco-tool:Tool", "Scelle", {"uco-tool:version": handed.version})
    everything = []
    for recording in handed.recordings:
        yield _exhibit(handed, recording)
        everything.append(_id(handed, f"exhibit/{recording.exhibit.id}"))
    derived = []
    for path, (digest, size) in files.items():
        yield _file(handed, path, digest, size)
        derived.append(_id(handed, f"file/{path}"))
    origins = [r.exhibit.origin for r in handed.recordings]
    yield {
        "@id": _id(handed, "received"),
        "@type": "case-investigation:ProvenanceRecord",
        "uco-core:description": "Recordings received under seal or requisition.",
        "case-investigation:exhibitNumber": "; ".join(origins) or "none",
        "uco-core:object": [{"@id": each} for each in everything],
    }
    yield {
        "@id": _id(handed, "handed-out"),
        "@type": "case-investigation:ProvenanceRecord",
        "uco-core:description": f"Copy {handed.copy}, handed to {handed.recipient}.",
        "case-investigation:exhibitNumber": handed.copy,
        "uco-core:object": [{"@id": each} for each in derived],
    }
    actions = list(_actions(handed))
    yield from actions
    yield {
        "@id": _id(handed, "case"),
        "@type": "case-investigation:Investigation",
        "uco-core:name": handed.case.reference,
        "case-investigation:focus": handed.case.offence_family,
        "uco-core:object": [
            {"@id": str(each["@id"])} for each in actions
        ] or [{"@id": _id(handed, "received")}],
    }  # fmt: skip


def _people(handed: HandedOut, people: list[str]) -> Iterator[Node]:
    for name in people:
        yield _thing(handed, f"agent/{name}", "uco-identity:Identity", name, {})
    yield _thing(
        handed, "recipient", "uco-identity:Identity", handed.recipient or "nobody named", {}
    )


def _thing(handed: HandedOut, key: str, kind: str, name: str, more: Node) -> Node:
    return {"@id": _id(handed, key), "@type": kind, "uco-core:name": name, **more}


def _exhibit(handed: HandedOut, recording: HandedRecording) -> Node:
    exhibit = recording.exhibit
    facets = [
        _file_facet(handed, f"exhibit/{exhibit.id}", exhibit.name, exhibit.size),
        _content_facet(handed, f"exhibit/{exhibit.id}", exhibit.sha256, exhibit.size, ""),
    ]
    found = [f"{f.kind.value}: {f.detail}" for f in exhibit.findings]
    said = f"{recording.label}, camera {exhibit.camera}, {exhibit.origin}"
    return {
        "@id": _id(handed, f"exhibit/{exhibit.id}"),
        "@type": "uco-observable:File",
        "uco-core:description": ". ".join([said, *found]),
        "uco-core:hasFacet": facets,
    }


def _file(handed: HandedOut, path: str, digest: str, size: int) -> Node:
    kind = mimetypes.guess_type(path)[0] or ""
    return {
        "@id": _id(handed, f"file/{path}"),
        "@type": "uco-observable:File",
        "uco-core:hasFacet": [
            _file_facet(handed, f"file/{path}", path, size),
            _content_facet(handed, f"file/{path}", digest, size, kind),
        ],
    }


def _file_facet(handed: HandedOut, key: str, path: str, size: int) -> Node:
    return {
        "@id": _id(handed, f"{key}/file"),
        "@type": "uco-observable:FileFacet",
        "uco-observable:fileName": path.rpartition("/")[2],
        "uco-observable:filePath": path,
        "uco-observable:sizeInBytes": _typed("integer", str(size)),
    }


def _content_facet(handed: HandedOut, key: str, digest: str, size: int, kind: str) -> Node:
    node: Node = {
        "@id": _id(handed, f"{key}/content"),
        "@type": "uco-observable:ContentDataFacet",
        "uco-observable:sizeInBytes": _typed("integer", str(size)),
        "uco-observable:hash": {
            "@id": _id(handed, f"{key}/hash"),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": "SHA256",
            "uco-types:hashValue": _typed("hexBinary", digest),
        },
    }
    return node | ({"uco-observable:mimeType": kind} if kind else {})


def _actions(handed: HandedOut) -> Iterator[Node]:
    """One for each decision of the ledger: what was asked, by whom, when, and the answer."""
    for entry in handed.entries:
        if entry.disclosed["phase"] != "decision":
            continue
        told = entry.sealed
        objects = told["objects"] if isinstance(told["objects"], dict) else {}
        known = [r.exhibit.id for r in handed.recordings if r.exhibit.id in objects]
        yield {
            "@id": _id(handed, f"entry/{entry.seq}"),
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": f"{entry.disclosed['act']} {entry.disclosed['result']}",
            "uco-core:description": str(told["reason"]) or "no reason stated",
            "uco-action:startTime": _typed("dateTime", str(told["at"])),
            "uco-action:performer": {"@id": _id(handed, f"agent/{told['agent']}")},
            "uco-action:instrument": {"@id": _id(handed, "tool")},
            **(
                {"uco-action:object": [{"@id": _id(handed, f"exhibit/{e}")} for e in known]}
                if known
                else {}
            ),
        }


def _typed(kind: str, value: str) -> Node:
    return {"@type": f"xsd:{kind}", "@value": value}


def _id(handed: HandedOut, key: str) -> str:
    """An id of something of this copy: its sort, and a UUID made of what it names."""
    sort = key.partition("/")[0]
    return f"kb:{sort}-{uuid5(NAMESPACE_URL, f'{handed.origin}/{handed.copy}/{key}')}"
