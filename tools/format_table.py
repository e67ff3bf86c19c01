"""Try every recipe of ``format_files.py`` and print the table of ``docs/formats.md``.

python tools/format_table.py            # print it
python tools/format_table.py --write    # put it into the page
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from format_files import RECIPES, Recipe

from scelle.errors import UnreadableSource
from scelle.footage.index import PacketIndex, segments
from scelle.footage.probe import probe
from scelle.footage.recording import Recording

PAGE = Path(__file__).resolve().parent.parent / "docs" / "formats.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"
HEAD = (
    "| file | container, coding | pictures: expected = whole + damaged | what is said |\n"
    "|---|---|---|---|\n"
)


def tried(recipe: Recipe) -> tuple[str, str, str, str]:
    """One row of the table: the file read whole, then each segment reached by seeking.

    Raises:
        ValueError: the two do not agree, or a picture is not accounted for.
    """
    data = recipe.make()
    try:
        found = probe(io.BytesIO(data))
    except UnreadableSource as error:
        return recipe.what, "", "refused", f"{error} *{error.remedy}*"
    index = PacketIndex.from_bytes(found.index.to_bytes())
    with Recording.open(io.BytesIO(data), index=index) as recording:
        whole = recording.pictures(int(index.times[0]), int(index.times[-1]) + 1)
        once, other = [], 0
        for picture in whole:
            once.append(picture.frame)
            other += picture.stored is not None
        parts: list[int] = []
        for start, end, _ in segments(index, 1):
            pictures = recording.pictures(start, end)
            parts += [p.frame for p in pictures]
            _agree(pictures.tally.expected, pictures.tally.decoded + pictures.tally.damaged)
    tally = whole.tally
    _agree(parts, once)
    _agree(tally.expected, index.frames_expected)
    _agree(tally.expected, tally.decoded + tally.damaged)
    stream = found.stream
    said = " ".join(f.detail for f in found.findings) or "as it is"
    if other:
        said += f" {other} pictures are stored in another size, and stretched to that of the first."
    figures = f"{tally.expected} = {tally.decoded} + {tally.damaged}"
    coding = f"{stream.container}, {stream.codec} {stream.pixel_format}"
    return recipe.what, coding, figures, said


def _agree(one: object, other: object) -> None:
    if one != other:
        raise ValueError(f"{one} is not {other}")


def table() -> str:
    """All rows, as Markdown."""
    return HEAD + "".join("| " + " | ".join(tried(recipe)) + " |\n" for recipe in RECIPES)


def main() -> None:
    """Print the table, or write it into the page."""
    made = table()
    if "--write" not in sys.argv:
        print(made, end="")
        return
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + made + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
