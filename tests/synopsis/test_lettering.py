from __future__ import annotations

import numpy as np
import pytest

from scelle.synopsis.lettering import banner, draw_text, plate, stamp, text_width


def drawn(text: str) -> bytes:
    sheet = np.zeros((40, 200, 3), np.uint8)
    draw_text(sheet, text, 5, 30, 24)
    return sheet.tobytes()


@pytest.mark.parametrize("letter", list("éèàùçœÉ·°"))
def test_french_letters_are_drawn_and_not_replaced(letter: str) -> None:
    assert drawn(letter) not in {drawn("?"), drawn(""), drawn("e"), drawn("a"), drawn("c")}


def test_a_plate_holds_its_text_and_can_be_read() -> None:
    wide, tall = plate("12 · 22:14:05", 15), plate("1", 15)
    assert wide.shape[0] == tall.shape[0]
    assert wide.shape[1] >= text_width("12 · 22:14:05", 15)
    picture = np.full((60, 200, 3), 255, np.uint8)
    stamp(picture, wide, 20, 10)
    part = picture[10 : 10 + wide.shape[0], 20 : 20 + wide.shape[1]]
    assert (picture[0] == 255).all()
    assert part.min() < 90, "a dark plate even on white"
    assert part[4:-4].max() > 240, "with white letters"
    assert part[0, 0].min() > 200, "and round corners"


def test_a_banner_is_as_wide_as_its_picture_and_even() -> None:
    rows = (("Vue reconstituée : ce n'est pas un enregistrement", "PV 12"), ("Not a recording", ""))
    for width, height in ((1280, 720), (320, 240), (1920, 1080)):
        strip = banner(width, height, rows)
        assert strip.shape[1:] == (width, 3)
        assert strip.shape[0] % 2 == 0
        assert strip.shape[0] < height / 4
        # Letters end before the border: nothing is cut.
        assert (strip[:, -2:] == strip[0, 0]).all()
        assert (strip.max(axis=2) > 200).any()
