"""``exhibit``, ``analyse`` and ``coverage``: recordings and what was read of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import (
    CaseOption,
    DetectorOption,
    ExhibitsOption,
    NamedOption,
    moment,
    pictures_per_second,
    seconds,
)
from scelle.cli.progress import Bars
from scelle.cli.receiving import Overall, in_order, recordings
from scelle.cli.views import coverage_view, exhibit_view, exported_view, length, plain, table
from scelle.errors import BadInput
from scelle.model.acts import (
    AnalyseExhibit,
    CertifyCoverage,
    ConsultCase,
    ConsultCoverage,
    CorrectExhibit,
    ReceiveExhibit,
)
from scelle.model.certificate import Certificate
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.results import Analysis, CaseFile, Exported
from scelle.settings import Settings

group = typer.Typer(no_args_is_help=True, help="Recordings received under seal.")


def register(app: typer.Typer) -> None:
    """Add the group, and the two commands that stand alone."""
    app.add_typer(group, name="exhibit")
    command(app, "analyse", example="scelle analyse --case $CASE --workers 2")(analyse)
    command(app, "coverage", example="scelle coverage --case $CASE")(coverage)


@command(
    group,
    "receive",
    example="scelle exhibit receive night.mp4 --case $CASE --camera 'rue Ampere 12' "
    "--origin 'requisition 2026-118' --recorded-at 2026-03-01T22:00:00+01:00 --clock-offset -0:42",
)
def exhibit_receive(
    session: Session,
    files: Annotated[
        list[Path],
        typer.Argument(help="Closed recordings, folders of them, or patterns in quotes."),
    ],
    camera: Annotated[str, typer.Option(help="Which camera, in words.")],
    origin: Annotated[str, typer.Option(help="Requisition or seal reference (art. 230-21).")],
    case_id: CaseOption = "",
    recorded_at: Annotated[
        datetime | None,
        typer.Option(
            parser=moment, metavar="TIME", help="What the recorder showed at the first picture."
        ),
    ] = None,
    clock_offset: Annotated[
        Fraction | None,
        typer.Option(
            parser=seconds,
            metavar="SECONDS",
            help="To add to the recorder's clock to obtain real time: -42 or -0:42 if it is fast.",
        ),
    ] = None,
    clock_proof: Annotated[str, typer.Option(help="What the offset rests on, in words.")] = "",
    join: Annotated[
        bool, typer.Option("--join", help="The files are one recording that its recorder split.")
    ] = False,
    rate: Annotated[
        Fraction | None,
        typer.Option(
            parser=pictures_per_second,
            metavar="RATE",
            help="Pictures a second, for files without times or with times that cannot be true.",
        ),
    ] = None,
) -> Reply:
    """Take recordings into the vault of a case; the files themselves are only read.

    A file that cannot be used is named, and the others are still received. A receipt
    that was killed goes on where it stopped when the same command is run again.
    """
    case_id = session.case(case_id)
    paths = recordings(files)
    began = datetime.now(UTC)
    received: list[Exhibit] = []
    failed: list[tuple[Path, BadInput]] = []
    with Bars(session.err) as bars:
        overall = Overall(paths, bars)
        for one in [in_order(paths)] if join else [[path] for path in paths]:
            act = ReceiveExhibit(
                case_id=case_id,
                path=one[0],
                also=tuple(one[1:]),
                camera=camera,
                origin=origin,
                recorded_at=recorded_at,
                clock_offset=clock_offset or Fraction(0),
                clock_proof=clock_proof,
                rate=rate,
            )
            try:
                received.append(session.perform(act, progress=overall.one(*one)))
            except BadInput as error:
                failed.append((one[0], error))
    known = [e for e in received if e.received_at < began]
    if failed and not received and len(failed) == 1:
        raise failed[0][1]
    return Reply(
        {
            "exhibits": [exhibit_view(e) for e in received],
            "already_received": [e.id for e in known],
            "sandbox": list(session.app.protection.names),
            "failed": [
                {"path": str(path), "message": str(error), "remedy": error.remedy}
                for path, error in failed
            ],
        },
        (
            exhibits_table(received),
            *(
                Text.assemble(("received before: ", "yellow"), plain(f"{e.name} is exhibit {e.id}"))
                for e in known
            ),
            *(
                Text.assemble(
                    ("not received: ", "bold red"), plain(f"{path}: {error} {error.remedy}")
                )
                for path, error in failed
            ),
        ),
        status=2 if failed else 0,
    )


@command(
    group,
    "correct",
    example="scelle exhibit correct --exhibit $EXHIBIT --camera 'rue Ampere 14' "
    "--reason 'typing error at receipt'",
)
def exhibit_correct(
    session: Session,
    exhibit_ids: NamedOption = None,
    case_id: CaseOption = "",
    camera: Annotated[str | None, typer.Option(help="Which camera it is, in words.")] = None,
    origin: Annotated[
        str | None, typer.Option(help="The right requisition or seal reference.")
    ] = None,
) -> Reply:
    """Correct the camera or origin stated at receipt; say why with --reason.

    What was stated before is kept; clocks are corrected with scelle clock set.
    """
    named = tuple(exhibit_ids or ())
    act = CorrectExhibit(
        case_id=session.case(case_id, *named), exhibit_ids=named, camera=camera, origin=origin
    )
    changed: tuple[Exhibit, ...] = session.perform(act)
    return Reply({"exhibits": [exhibit_view(e) for e in changed]}, (exhibits_table(changed),))


@command(group, "list", example="scelle exhibit list --case $CASE")
def exhibit_list(session: Session, case_id: CaseOption = "") -> Reply:
    """List a case's exhibits."""
    read: CaseFile = session.perform(ConsultCase(case_id=session.case(case_id)))
    return Reply(
        {"exhibits": [exhibit_view(e) for e in read.exhibits]}, (exhibits_table(read.exhibits),)
    )


def exhibits_table(exhibits: Sequence[Exhibit]) -> RenderableType:
    """One line for each exhibit, or what to do when there is none."""
    if not exhibits:
        return "No exhibit: receive recordings with scelle exhibit receive."
    shown = table(
        "Exhibits",
        "exhibit",
        "file",
        "camera",
        ">length",
        "recorder's clock",
        "SHA-256",
        "findings",
    )
    for e in exhibits:
        shown.add_row(
            e.id,
            e.name,
            e.camera,
            length(float(e.stream.duration)),
            e.clock.recorded_at.isoformat() if e.clock.recorded_at else "not stated",
            e.sha256[:12],
            str(len(e.findings)),
        )
    return shown


def analyse(
    session: Session,
    case_id: CaseOption = "",
    exhibit_ids: ExhibitsOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Local processes; they do not change the result.")
    ] = None,
    detector: DetectorOption = "own",
    engine: Annotated[
        str, typer.Option(metavar="ENGINE", help="Where it runs: local, or ray for a cluster.")
    ] = "",
    address: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="The Ray cluster's head node.")
    ] = "",
    provider: Annotated[
        str, typer.Option(metavar="PROVIDER", help="What runs the detector: cpu or cuda.")
    ] = "",
    decoder: Annotated[
        str, typer.Option(metavar="DECODER", help="What decodes: software or cuda.")
    ] = "",
    triage: Annotated[
        bool,
        typer.Option("--triage", help="Decode only around what key pictures show; say so."),
    ] = False,
) -> Reply:
    """Find and describe the moving objects of exhibits.

    What is already analysed is not done again; what was interrupted is completed.
    """
    act = AnalyseExhibit(
        case_id=session.case(case_id, *exhibit_ids or ()),
        exhibit_ids=tuple(exhibit_ids or ()),
        workers=workers or Settings().workers,
        detector=detector,
        engine=engine or session.app.settings.engine,
        address=address or session.app.settings.ray_address,
        provider=provider or session.app.settings.provider,
        decoder=decoder or session.app.settings.decoder,
        triage=triage,
    )
    analyses: tuple[Analysis, ...] = session.perform(act)
    return Reply({"analyses": [analysis_view(a) for a in analyses]}, (analyses_table(analyses),))


def analysis_view(analysis: Analysis) -> dict[str, object]:
    """An analysis as a JSON object."""
    return {
        "exhibit": analysis.exhibit_id,
        "tracks": analysis.tracks,
        "recorded_s": round(analysis.recorded_s, 3),
        "wall_s": round(analysis.wall_s, 3),
        "fresh": analysis.fresh,
        "manifest_sha256": analysis.manifest_sha256,
        "environment": dict(analysis.environment),
        "coverage": coverage_view(analysis.coverage),
    }


def analyses_table(analyses: Sequence[Analysis]) -> RenderableType:
    """One line for each analysis."""
    shown = table("", "exhibit", ">tracks", ">length", ">took", ">speed", "coverage")
    for a in analyses:
        state = _state(a.coverage)
        took = (length(a.wall_s), f"{a.recorded_s / a.wall_s:.1f}x") if a.fresh else ("", "")
        shown.add_row(
            a.exhibit_id,
            str(a.tracks),
            length(a.recorded_s),
            *took,
            state if a.fresh else f"already analysed, {state}",
        )
    return shown


def _state(coverage: Coverage) -> str:
    """How far an analysis went, in the few words that a table has room for."""
    if not coverage.ended:
        return "not analysed to the end"
    if coverage.passed_over_ms:
        return f"triage: {length(coverage.passed_over_ms / 1000)} passed over"
    if coverage.frames_damaged:
        return "damaged"
    return "complete" if coverage.complete else "analysed to the end"


class PageLanguage(StrEnum):
    """Languages of produced documents."""

    ENGLISH = "en"
    FRENCH = "fr"


def coverage(
    session: Session,
    case_id: CaseOption = "",
    exhibit_ids: ExhibitsOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--certificate",
            metavar="FOLDER",
            help="Write a certificate of each exhibit there, as JSON and as a page.",
        ),
    ] = None,
    language: Annotated[PageLanguage, typer.Option(help="Of the page.")] = PageLanguage.ENGLISH,
) -> Reply:
    """Tell what was and was not decoded and analysed: “not found” is not “not analysed”."""
    named = tuple(exhibit_ids or ())
    if output is not None:
        return _certificates(session, session.case(case_id, *named), named, output, language)
    act = ConsultCoverage(case_id=session.case(case_id, *named), exhibit_ids=named)
    read: tuple[Coverage, ...] = session.perform(act)
    return Reply({"coverage": [coverage_view(c) for c in read]}, coverage_shown(read))


def _certificates(
    session: Session, case_id: str, named: tuple[str, ...], output: Path, language: PageLanguage
) -> Reply:
    act = CertifyCoverage(
        case_id=case_id, exhibit_ids=named, output=output, language=language.value
    )
    made: tuple[Certificate, ...]
    written: tuple[Exported, ...]
    made, written = session.perform(act)
    return Reply(
        {
            "coverage": [coverage_view(c.coverage) for c in made],
            "certificates": [exported_view(w) for w in written],
        },
        (
            *coverage_shown([c.coverage for c in made]),
            *(Text(f"{w.path}\n  SHA-256 {w.sha256}") for w in written),
        ),
    )


def damage_shown(coverages: Iterable[Coverage]) -> list[RenderableType]:
    """What was lost of each exhibit that is damaged, and what to do."""
    return [
        f"Exhibit {c.exhibit_id} is not complete: {c.frames_damaged} of "
        f"{'?' if c.frames_expected is None else c.frames_expected} pictures are damaged or "
        "missing, and nothing is said of what they showed. Copy the recording again from its "
        "source: it may be whole there."
        for c in coverages
        if c.ended and c.frames_damaged
    ]


def coverage_shown(coverages: Sequence[Coverage]) -> tuple[RenderableType, ...]:
    """The sum of each exhibit, then its findings."""
    if not coverages:
        return ("No exhibit: receive recordings with scelle exhibit receive.",)
    shown = table(
        "Frames",
        "exhibit",
        ">expected",
        ">=\ndecoded",
        ">+\nskipped",
        ">+\ndamaged",
        ">analysed",
        "state",
    )
    # Eighty columns hold it all only so.
    shown.collapse_padding = True
    for c in coverages:
        expected = "not known" if c.frames_expected is None else str(c.frames_expected)
        figures = (c.frames_decoded, c.frames_skipped, c.frames_damaged, c.frames_analysed)
        shown.add_row(c.exhibit_id, expected, *map(str, figures), _state(c))
    findings = table("Findings", "exhibit", "from", "to", "kind", "what")
    for c in coverages:
        for f in c.findings:
            span = (length(f.start_ms / 1000), length(f.end_ms / 1000))
            findings.add_row(c.exhibit_id, *span, f.kind.value, f.detail)
    said: list[RenderableType] = [shown]
    if any(c.ended for c in coverages):
        said.append(
            "Movement was looked for at least eight times a second, or in every picture "
            "where there are fewer; so not every decoded picture was looked at."
        )
    said += damage_shown(coverages)
    return (*said, findings) if findings.row_count else tuple(said)
