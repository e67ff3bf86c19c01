"""What the bundled FFmpeg can do, asked of its own libraries: the tests' list of attempts."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path

import av


def _library(name: str) -> ctypes.CDLL:
    """The very library that PyAV has loaded."""
    assert av.__version__
    for line in Path("/proc/self/maps").read_text().splitlines():
        path = line.split()[-1]
        if f"/{name}" in path:
            return ctypes.CDLL(path)
    raise LookupError(name)


def protocols() -> list[str]:
    """Every protocol from which it can read (``avio_enum_protocols``)."""
    ask = _library("libavformat").avio_enum_protocols
    ask.restype, ask.argtypes = ctypes.c_char_p, [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int]
    state, found = ctypes.c_void_p(), []
    while name := ask(ctypes.byref(state), 0):
        found.append(name.decode())
    return found


def devices() -> list[str]:
    """Every capture device's format (``av_input_video_device_next``, and of sound)."""
    library, found = _library("libavdevice"), set()
    for function in ("av_input_video_device_next", "av_input_audio_device_next"):
        following = getattr(library, function)
        following.restype, following.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
        found |= set(_names(following))
    return sorted(found)


def reads(name: str) -> bool:
    """Whether it has a reader of this format (``av_find_input_format``)."""
    find = _library("libavformat").av_find_input_format
    find.restype, find.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    return bool(find(name.encode()))


def _names(following: ctypes._NamedFuncPointer) -> Iterator[str]:
    place = following(None)
    while place:
        yield from ctypes.cast(place, ctypes.POINTER(ctypes.c_char_p))[0].decode().split(",")
        place = following(place)
