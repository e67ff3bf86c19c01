"""Evidence that leaves: made of real recordings, and verified without this program."""

from __future__ import annotations

import ast
import csv
import hashlib
import importlib.util
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

from scelle.store.tracks import tracks_digest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--no-sandbox",)  # a container may not nest one
VERIFY = Path(__file__).parents[2] / "tools" / "verify.py"


def verifier() -> Any:
    """The verifier in this process, for many looks."""
    spec = importlib.util.spec_from_file_location("verify", VERIFY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify"] = module
    spec.loader.exec_module(module)
    return module


VERIFIER = verifier()


@dataclass(frozen=True)
class Bundle:
    """One that was handed out, of a recording that went the whole way."""

    folder: Path
    looked: Any
    confirmed: int
    vkey: str

    def copy(self, to: Path) -> Path:
        shutil.copytree(self.folder, to)
        return to


def verified(what: Path, *more: str) -> tuple[int, str]:
    """The verifier, in a process that sees nothing but Python's own library."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFY), str(what), *more],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def made(looked: Any, to: Path, *more: str) -> Bundle:
    """Decide on two candidates, and hand out."""
    office, case = looked.office, ("--case", looked.case_id)
    first, second = looked.tracks[0], looked.tracks[1]
    for track, word in ((first, "confirmed"), (second, "rejected")):
        said = office.command(
            *("decide", track.id, "--say", word, *case, "--reason", "as the witness said")
        )
        assert said.status == 0, said.err
    assert office.command("search", *case, "--colour", "pink").status == 0
    answer = office.command(
        *("bundle", "make", *case, "--exhibit", looked.exhibit.id, "-o", to),
        *("--recipient", "Juge R.", "--reason", "réquisition du 3 mars", *more),
    )
    assert answer.status == 0, answer.err
    return Bundle(to, looked, first.number, answer.data["vkey"])


@pytest.fixture(scope="module", params=["one-by-one", "people"])
def bundle(
    request: pytest.FixtureRequest,
    looked: Callable[[str], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Bundle:
    seen = looked(request.param)
    span = f"{seen.exhibit.id},0:01,0:02"
    place = tmp_path_factory.mktemp("bundle") / "out"
    return made(seen, place, "--clip", span, "--originals")


def test_a_bundle_is_whole_and_verified_with_python_alone(bundle: Bundle) -> None:
    status, out = verified(bundle.folder, "--vkey", bundle.vkey)
    assert status == 0, out
    assert "the one that" in out
    assert "is proved" in out
    names = {p.relative_to(bundle.folder).as_posix() for p in bundle.folder.rglob("*.*")}
    assert {"index.html", "verify.py", "LISEZ-MOI.txt", "READ-ME.txt", "case.jsonld"} <= names
    assert (bundle.folder / "verify.py").read_bytes() == VERIFY.read_bytes()
    assert len([n for n in names if n.startswith("clips/")]) == 2
    assert len([n for n in names if n.startswith("stills/")]) == 2
    original = (bundle.folder / "originals" / "S1-1.mp4").read_bytes()
    assert original == bundle.looked.path.read_bytes()
    for text in ("LISEZ-MOI.txt", "READ-ME.txt"):
        said = (bundle.folder / text).read_text()
        assert "Juge R." in said
        assert re.search(r"C-\d+", said)
        assert "réquisition du 3 mars" in said


def test_the_syntax_is_that_of_python_3_9(bundle: Bundle) -> None:
    ast.parse((bundle.folder / "verify.py").read_text(), feature_version=(3, 9))


def test_each_byte_that_changes_is_located_in_its_file(bundle: Bundle, tmp_path: Path) -> None:
    copy = bundle.copy(tmp_path / "copy")
    rng = random.Random(9)
    for path in sorted(p for p in copy.rglob("*") if p.is_file()):
        name, data = path.relative_to(copy).as_posix(), path.read_bytes()
        places = {0, len(data) - 1, rng.randrange(len(data))}
        if bundle.looked.path.stem.startswith("PETS"):
            places = {rng.randrange(len(data))}  # the rest is shown on the other recording
        for at in sorted(places):
            changed = bytearray(data)
            changed[at] ^= 1 << rng.randrange(8)
            path.write_bytes(changed)
            status, out = verified(copy, "--vkey", bundle.vkey)
            wrong = [line for line in out.splitlines() if line.startswith("DOES NOT HOLD")]
            assert status == 1, f"{name} at {at}"
            assert any(name in line for line in wrong), f"{name} at {at}: {wrong}"
        path.write_bytes(data)
    assert verified(copy, "--vkey", bundle.vkey)[0] == 0


def test_what_is_missing_or_added_is_said(bundle: Bundle, tmp_path: Path) -> None:
    copy = bundle.copy(tmp_path / "copy")
    (copy / "clips" / "more.mp4").write_bytes(b"more")
    (copy / "tracks" / "S1.csv").unlink()
    status, out = verified(copy)
    assert status == 1
    assert "clips/more.mp4: the manifest does not name it" in out
    assert "tracks/S1.csv: it is missing" in out


def test_a_manifest_written_anew_without_the_key_is_found(bundle: Bundle, tmp_path: Path) -> None:
    copy = bundle.copy(tmp_path / "copy")
    figures = json.loads((copy / "figures.json").read_text())
    figures["entries"]["outcome search-tracks done"] += 1
    (copy / "figures.json").write_text(json.dumps(figures))
    lines = (copy / "manifest.txt").read_text().split("\n")
    at = next(i for i, line in enumerate(lines) if line.endswith("  figures.json"))
    digest = hashlib.sha256((copy / "figures.json").read_bytes()).hexdigest()
    lines[at] = f"{digest}  figures.json"
    (copy / "manifest.txt").write_text("\n".join(lines))
    status, out = verified(copy)
    assert status == 1
    assert "manifest.txt: its signature" in out
    assert "figures.json: it says entries" in out


def test_tracks_are_the_same_in_every_format(bundle: Bundle) -> None:
    folder, looked = bundle.folder / "tracks", bundle.looked
    with (folder / "S1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(r["track"]) for r in rows} == {t.number for t in looked.tracks}
    assert len(rows) == sum(len(t.frame) for t in looked.tracks)
    first = looked.tracks[0]
    own = next(r for r in rows if int(r["track"]) == first.number)
    assert (int(own["frame"]), int(own["pts"])) == (int(first.frame[0]), int(first.pts[0]))
    assert abs(float(own["left"]) - float(first.boxes[0, 0])) < 0.01
    mot = [line.split(",") for line in (folder / "S1.mot.txt").read_text().splitlines()]
    spans = {t.number: int(t.frame[-1] - t.frame[0]) + 1 for t in looked.tracks}
    assert {n: sum(int(r[1]) == n for r in mot) for n in spans} == spans
    features = json.loads((folder / "S1.mf.json").read_text())["features"]
    assert [len(f["temporalGeometry"]["coordinates"]) for f in features] == [
        len(t.pts) for t in looked.tracks
    ]
    root = ElementTree.parse(folder / "S1.xml").getroot()
    boxes = {int(t.get("id", 0)): t.findall("box") for t in root.findall("track")}
    for number, those in boxes.items():
        assert sum(b.get("outside") == "0" for b in those) == spans[number]
    digest = json.loads((bundle.folder / "figures.json").read_text())["tracks_sha256"]["S1"]
    assert digest == tracks_digest(looked.tracks)


def test_the_ledger_tells_everything_and_fruitless_searches_too(bundle: Bundle) -> None:
    told = json.loads((bundle.folder / "ledger" / "proof.json").read_text())
    fields = [{n: v for n, (_, v) in e["disclosed"].items()} for e in told["entries"]]
    acts = {f["act"] for f in fields}
    assert {"analyse-exhibit", "search-tracks", "decide-track", "make-bundle"} <= acts
    assert {f.get("agent") for f in fields if f["phase"] == "decision"} >= {"finder", "judge"}
    page = (bundle.folder / "index.html").read_text()
    assert ">colour pink" in page
    assert ">couleur rose" in page


def test_the_graph_conforms_to_case(bundle: Bundle) -> None:
    graph = bundle.folder / "case.jsonld"
    done = subprocess.run(
        [Path(sys.executable).with_name("case_validate"), "--built-version", "case-1.5.0", graph],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "Conforms: True" in done.stdout
    assert "Severity" not in done.stdout


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    assert CHROMIUM.exists(), "install it: apt-get update && apt-get install --yes chromium"
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def test_the_viewer_opens_by_double_click(bundle: Bundle, chromium: Any) -> None:
    context = chromium.new_context(offline=True, java_script_enabled=True)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: said.append(m.text))
    page.on("request", lambda r: asked.append(r.url))
    page.goto((bundle.folder / "index.html").as_uri())
    assert all(url.startswith("file:") for url in asked)
    assert page.get_by_role("heading", name="Séquences").is_visible()
    assert not page.get_by_role("heading", name="Sequences").is_visible()
    page.get_by_text("English", exact=True).click()
    assert page.get_by_role("heading", name="Sequences").is_visible()
    assert not page.get_by_role("heading", name="Séquences").is_visible()
    played = page.evaluate(
        """() => Promise.all([...document.querySelectorAll('video')].map(v => new Promise(r => {
            if (v.readyState >= 1) r(v.duration);
            v.onloadedmetadata = () => r(v.duration); v.onerror = () => r(-1); v.load(); })))"""
    )
    assert len(played) == 2
    seen = page.evaluate("[...document.images].map(i => i.naturalWidth)")
    assert seen
    assert all(width > 0 for width in seen)
    assert page.evaluate("[...document.images].every(i => i.alt)")
    # This browser may be built without H.264; then it says so, and nothing else.
    plays = page.evaluate("document.createElement('video').canPlayType('video/mp4; codecs=avc1')")
    if plays:
        assert min(played) > 0.5
    assert said == []
    context.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_byte_that_changes_is_located_in_its_file(bundle: Bundle, data: st.DataObject) -> None:
    files = sorted(p for p in bundle.folder.rglob("*") if p.is_file())
    path = data.draw(st.sampled_from(files))
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    try:
        result = VERIFIER.check_bundle(bundle.folder, VERIFIER.Trust(bundle.vkey))
    finally:
        path.write_bytes(whole)
    name = path.relative_to(bundle.folder).as_posix()
    assert any(line.startswith(name) for line in result.wrong)


def test_a_bundle_in_one_file(looked: Callable[[str], Any], tmp_path: Path) -> None:
    bundle = made(looked("one-by-one"), tmp_path / "out.zip")
    status, out = verified(bundle.folder, "--vkey", bundle.vkey)
    assert status == 0, out
    data = bundle.folder.read_bytes()
    with zipfile.ZipFile(bundle.folder) as archive:
        name = next(n for n in archive.namelist() if n.startswith("stills/"))
        # Not looked for by its bytes: the closing report holds the same picture.
        head = archive.getinfo(name).header_offset
        at = head + data[head:].index(archive.read(name)[:64]) + 40
    changed = bytearray(data)
    changed[at] ^= 4
    bundle.folder.write_bytes(changed)
    status, out = verified(bundle.folder)
    assert status == 1
    assert name in out
    assert [p.name for p in tmp_path.iterdir()] == ["out.zip"]
    bundle.folder.write_bytes(data)
    with zipfile.ZipFile(bundle.folder, "a") as archive, pytest.warns(UserWarning, match="Dup"):
        archive.writestr("figures.json", b"{}")
    status, out = verified(bundle.folder)
    assert status == 1
    assert "not one that was handed out" in out


def test_copies_are_counted_called_back_and_replayed(bundle: Bundle, tmp_path: Path) -> None:
    office, case = bundle.looked.office, ("--case", bundle.looked.case_id)
    reference = re.search(r"C-\d+", (bundle.folder / "READ-ME.txt").read_text())
    assert reference is not None
    copies = office.command("copies", "list", *case).data["copies"]
    (own,) = (c for c in copies if c["reference"] == reference.group())
    assert (own["act"], own["name"]) == ("make-bundle", bundle.folder.name)
    assert (own["recipient"], own["reason"]) == ("Juge R.", "réquisition du 3 mars")
    notice = tmp_path / "recall.pdf"
    why = ("--reason", "mandate withdrawn")
    done = office.command("copies", "recall", reference.group(), *case, *why, "-o", notice)
    assert done.status == 0, done.err
    assert notice.read_bytes().startswith(b"%PDF")
    again = office.command("copies", "list", *case).data["copies"]
    called = next(c for c in again if c["reference"] == reference.group())
    assert [r["reason"] for r in called["recalls"]] == ["mandate withdrawn"]
    absent = office.command("copies", "recall", "C-999999", *case, *why, "-o", notice)
    assert absent.status == 2


def begun(path: Path, to: Path, seconds: int) -> Path:
    """The first seconds of a recording, its own packets."""
    with av.open(str(path)) as source, av.open(str(to), "w") as out:
        stream = source.streams.video[0]
        copy = out.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.dts * packet.time_base >= seconds:
                break
            packet.stream = copy
            out.mux(packet)
    return to


@pytest.fixture(scope="module")
def replayable(
    bundle: Bundle, look_once: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory
) -> Bundle:
    """The bundle of a recording that is soon analysed again: whole, or of its first seconds."""
    whole = bundle.looked.path
    if whole.stem == "one-by-one-person-detection":
        return bundle
    place = tmp_path_factory.mktemp("begun")
    seen = look_once(begun(whole, place / "people-begun.mp4", 5))
    return made(seen, place / "out", "--originals")


def test_another_installation_replays_it(
    replayable: Bundle, new_office: Callable[[], Any], tmp_path: Path
) -> None:
    other = new_office()
    other.staff()
    why = ("--reason", "second opinion")
    told = other.command("bundle", "open", replayable.folder, *why, agent="auditor")
    assert told.status == 0, told.err
    (replay,) = told.data["replays"]
    assert (replay["verdict"], replay["differences"]) == ("identical", [])
    assert replay["tracks"] == replay["tracks_now"] == len(replayable.looked.tracks)
    assert not list(other.home.glob(".bundle-*"))
    spoiled = replayable.copy(tmp_path / "copy")
    (spoiled / "tracks" / "S1.csv").write_text("no longer")
    refused = other.command("bundle", "open", spoiled, *why, agent="auditor")
    assert refused.status == 4
    assert "tracks/S1.csv" in refused.err + refused.out


@pytest.mark.parametrize("without", ["--recipient", "--reason"])
def test_no_copy_leaves_without_a_name_and_a_reason(
    looked: Callable[[str], Any], tmp_path: Path, without: str
) -> None:
    seen = looked("one-by-one")
    said = {"--recipient": "Juge R.", "--reason": "asked", without: " "}
    words = [word for pair in said.items() for word in pair]
    command = ("bundle", "make", "--case", seen.case_id, "-o", tmp_path / "out", *words)
    answer = seen.office.command(*command)
    assert answer.status == 3
    assert list(tmp_path.iterdir()) == []


def test_a_film_of_two_cameras_and_the_bookmarks_are_in_it(
    new_office: Callable[[], Any], look_at: Callable[..., Any], yard_short: Path, tmp_path: Path
) -> None:
    office = new_office()
    case_id = office.staff()
    office.authorise(case_id)
    case, first = ("--case", case_id), look_at(office, case_id, yard_short)
    twin = tmp_path / "twin.mp4"
    twin.write_bytes(yard_short.read_bytes() + bytes(8))
    second = look_at(office, case_id, twin)
    ids = [first.exhibit.id, second.exhibit.id]
    for each, shown in zip(
        ids, ("2026-03-01T22:00:00+00:00", "2026-03-01T22:00:01+00:00"), strict=True
    ):
        clock = ("clock", "set", *case, "--exhibit", each, "--recorded-at", shown)
        assert office.command(*clock).status == 0
    for text in ("the red bag", "left again"):
        kept = ("bookmark", "keep", *case, "--exhibit", ids[1], "--at", "0:03", "--note", text)
        assert office.command(*kept).status == 0
    listed = office.command("bookmark", "list", *case).data["bookmarks"]
    gone = ("bookmark", "remove", listed[1]["id"], *case, "--reason", "twice")
    assert office.command(*gone).status == 0
    track = office.command("search", *case).data["tracks"][0]["id"]
    for text in ("first thought", "a strap on the left side"):
        assert office.command("note", track, *case, "--text", text).status == 0
    said = office.command("searches", *case)
    assert [n["text"] for n in said.data["notes"]] == ["first thought", "a strap on the left side"]
    film = f"{ids[0]},{ids[1]},2026-03-01T22:00:02+00:00,2026-03-01T22:00:04+00:00"
    answer = office.command(
        *("bundle", "make", *case, "--film", film, "-o", tmp_path / "out"),
        *("--recipient", "Juge R.", "--reason", "asked for"),
    )
    assert answer.status == 0, answer.err
    name = "clips/S1-S2-20260301T220002.000Z.mp4"
    with av.open(str(tmp_path / "out" / name)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10
    assert name in (tmp_path / "out" / "manifest.txt").read_text()
    (row,) = csv.DictReader(io.StringIO((tmp_path / "out" / "bookmarks.csv").read_text()))
    assert (row["exhibit"], row["note"], row["kept_by"]) == ("S2", "the red bag", "finder")
    assert row["real_time"] == "2026-03-01T22:00:04+00:00"
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("the red bag") == 1
    assert name in page
    text = " ".join(
        each.get_textpage().get_text_range()
        for each in pypdfium2.PdfDocument(tmp_path / "out" / "dossier.fr.pdf")
    )
    assert "Signets" in text
    assert "the red bag" in text
    assert "left again" not in text
    assert "« a strap on the left side »" in text
    assert "first thought" not in text
    (row,) = csv.DictReader(io.StringIO((tmp_path / "out" / "notes.csv").read_text()))
    assert (row["note"], row["written_by"]) == ("a strap on the left side", "finder")
    assert f"{row['exhibit']}-{row['track']}" == f"S1-{track.rpartition('-')[2]}"
    assert page.count("a strap on the left side") == 1
    assert verified(tmp_path / "out")[0] == 0
