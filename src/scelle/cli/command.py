"""What every command has in common: its options, its session, its answer.

A command is a function that takes a :class:`Session` and its own options and
gives a :class:`Reply`.  :func:`command` adds ``--home``, ``--as``, ``--reason``
and ``--json``, opens the installation, and prints the reply: tables for
people, or exactly one JSON object on standard output.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from scelle.bootstrap import App, open_app
from scelle.cli.progress import Bars
from scelle.cli.views import plain
from scelle.errors import BadInput, Interrupted
from scelle.model.acts import Act, ConsultCase, ListCases, Progress
from scelle.model.evidence import Case, CaseState
from scelle.model.results import CaseFile
from scelle.settings import Settings

#: In the home of a demonstration this file names who acts there by default.
DEMONSTRATION = "demonstration.json"

INSTALLATION = "The installation"

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="SCELLE_HOME",
        help="Folder of the installation: database, ledger, keys, vault.",
        rich_help_panel=INSTALLATION,
    ),
]
AsOption = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="AGENT",
        envvar="SCELLE_AGENT",
        help="Who asks; the login name by default.",
        rich_help_panel=INSTALLATION,
    ),
]
ReasonOption = Annotated[
    str,
    typer.Option(help="Why, in your words; sealed in the ledger.", rich_help_panel=INSTALLATION),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object.", rich_help_panel=INSTALLATION),
]


@dataclass(frozen=True)
class Reply:
    """What a command answers.

    Attributes:
        data: the JSON object.
        show: the same for people, printed one after the other.
        status: exit status.
    """

    data: Mapping[str, object]
    show: tuple[RenderableType, ...] = ()
    status: int = 0


@dataclass(frozen=True)
class Session:
    """One person at one installation, for the length of one command.

    Attributes:
        agent_id: who asks.
        reason: added to every act that states none.
        as_json: standard output is for the JSON object alone.
        err: where progress and remarks go.
    """

    app: App
    agent_id: str
    reason: str
    as_json: bool
    err: Console

    def perform(self, act: Act, *, agent_id: str = "", progress: Progress | None = None) -> Any:
        """Hand an act to the door, with progress bars on standard error.

        Args:
            agent_id: who asks, when it is not the session's own agent.
            progress: told instead of bars of its own.

        Raises:
            Refused: the door said no.
        """
        if self.reason and not act.reason:
            act = replace(act, reason=self.reason)
        asker = agent_id or self.agent_id
        if progress is not None:
            return self.app.perform(asker, act, progress)
        with Bars(self.err) as bars:
            return self.app.perform(asker, act, bars)

    def anchor(self) -> None:
        """Show the ledger's last checkpoint to its witnesses, and say who did not sign it."""
        for shown in self.app.anchor():
            if shown.status != "signed":
                style = "bold red" if shown.status == "refused" else "yellow"
                self.err.print(Text(shown.text, style=style), soft_wrap=True)

    def case(self, case_id: str, *exhibit_ids: str) -> str:
        """The case meant: the one named, else the only open one, or the exhibit's.

        Args:
            case_id: as it was named; may be empty.
            exhibit_ids: exhibits that it must hold, where there are several cases.

        Raises:
            BadInput: none or several may be meant.
        """
        if case_id:
            return case_id
        listed: tuple[Case, ...] = self.perform(ListCases())
        cases = [c.id for c in listed if c.state is CaseState.OPEN]
        if len(cases) > 1 and exhibit_ids:
            cases = [c for c in cases if set(exhibit_ids) <= self._exhibits(c)]
        if len(cases) == 1:
            return cases[0]
        raise BadInput(
            f"{len(cases) or 'no'} open cases may be meant",
            remedy="Name one with --case; scelle case list shows them.",
        )

    def _exhibits(self, case_id: str) -> set[str]:
        read: CaseFile = self.perform(ConsultCase(case_id=case_id))
        return {exhibit.id for exhibit in read.exhibits}


def settings_for(home: Path | None, agent: str = "", **more: object) -> Settings:
    """Settings from the environment, with what the command line states on top."""
    given = {"home": home, "agent": agent, **more}
    stated = {name: value for name, value in given.items() if value}
    settings = Settings.model_validate(Settings().model_dump() | stated)
    marker = settings.home / DEMONSTRATION
    if not settings.agent and marker.exists():
        settings.agent = json.loads(marker.read_text())["agent"]
    return settings


@contextmanager
def interruptible() -> Iterator[None]:
    """Turns Ctrl-C into an error that says what to do next.

    Raises:
        Interrupted: Ctrl-C was pressed.
    """
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted(
            "stopped; nothing is corrupt", remedy="Run the same command again to complete it."
        ) from error


def emit(reply: Reply, *, as_json: bool) -> None:
    """Print a reply on standard output.

    Raises:
        typer.Exit: the reply has an exit status other than 0.
    """
    if as_json:
        # A path or a name may hold anything; the object stays plain ASCII and one line.
        typer.echo(json.dumps(reply.data))
    else:
        console = Console()
        for item in reply.show:
            if isinstance(item, str):
                console.print(plain(item))
            else:
                # A text that is no sentence holds what people copy, such as a path: it stays whole.
                console.print(item, soft_wrap=isinstance(item, Text))
    if reply.status:
        raise typer.Exit(reply.status)


def command(
    group: typer.Typer, name: str, *, example: str
) -> Callable[[Callable[..., Reply]], Callable[..., Reply]]:
    """Make a function a command of a group.

    Args:
        group: where it belongs.
        name: what people type; empty for what the group itself does, without a command.
        example: a complete line, shown at the end of the help.

    Returns:
        A decorator that gives the function back unchanged.
    """

    def decorate(function: Callable[..., Reply]) -> Callable[..., Reply]:
        def run(
            *,
            home: Path | None,
            agent: str,
            reason: str,
            as_json: bool,
            context: typer.Context | None = None,
            **own: object,
        ) -> None:
            if context is not None and context.invoked_subcommand is not None:
                return
            with interruptible(), open_app(settings_for(home, agent)) as app:
                session = Session(app, app.agent(), reason, as_json, Console(stderr=True))
                if not app.protection.complete:
                    lacks = "; ".join(app.protection.missing)
                    session.err.print(
                        plain(f"NO SANDBOX: this machine lacks {lacks}."), style="red"
                    )
                reply = function(session, **own)
                session.anchor()
            emit(reply, as_json=as_json)

        _give_signature(run, function, alone=not name)
        text, epilog = inspect.getdoc(function), f"Example: {example}"
        if name:
            group.command(name, help=text, epilog=epilog)(run)
        else:
            group.callback(invoke_without_command=True, help=text, epilog=epilog)(run)
        return function

    return decorate


def _give_signature(
    run: Callable[..., None], function: Callable[..., Reply], *, alone: bool
) -> None:
    """Typer reads a command's options from its signature: the function's own, then the common."""
    own = list(inspect.signature(function).parameters.values())[1:]
    hints = get_type_hints(function, include_extras=True)
    common: dict[str, tuple[Any, Any]] = {
        "home": (HomeOption, None),
        "agent": (AsOption, ""),
        "reason": (ReasonOption, ""),
        "as_json": (JsonOption, False),
    }
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(p.name, keyword, default=p.default, annotation=hints[p.name]) for p in own
    ] + [
        inspect.Parameter(name, keyword, default=default, annotation=hint)
        for name, (hint, default) in common.items()
    ]
    if alone:
        # A group that does something by itself must know when one of its commands is meant.
        parameters.append(inspect.Parameter("context", keyword, annotation=typer.Context))
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
