"""Progress bars on standard error: how far, how long still, how fast."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class Speed(ProgressColumn):
    """Recorded seconds per second as a multiple of real time, bytes as megabytes per second."""

    def render(self, task: Task) -> Text:
        """The figure, or nothing before there is one."""
        rate = task.finished_speed or task.speed
        if not rate or task.fields["unit"] not in {"bytes", "s"}:
            return Text("")
        if task.fields["unit"] == "bytes":
            return Text(f"{rate / 1e6:.0f} MB/s", style="cyan")
        return Text(f"{rate:.1f}x real time", style="cyan")


class Bars:
    """A :class:`scelle.model.acts.Progress` that draws one bar for each stage.

    A context manager: the bars stay on the screen when it ends.  Where standard
    error is no terminal, only the finished bars are printed.
    """

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TaskProgressColumn(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            Speed(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        return self

    def __call__(self, stage: str, done: float, total: float, unit: str) -> None:
        """Tell how far a stage has come (``done`` of ``total`` seconds or bytes)."""
        if not self._tasks:
            self._bars.start()
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total, unit=unit)
        self._bars.update(self._tasks[stage], completed=done, total=total)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._tasks:
            self._bars.stop()
