"""QR codes, read by a decoder that is not the console's."""

import io
import random

import zxingcpp
from PIL import Image

QUIET, SCALE = 4, 4


def code_picture(size, dark, dirt=0):
    """A picture of a code's modules. With dirt, a dark blot of 3 by 3 modules lies where data is."""
    picture = Image.new("L", (size + 2 * QUIET, size + 2 * QUIET), 255)
    for place, is_dark in enumerate(dark):
        if is_dark:
            picture.putpixel((place % size + QUIET, place // size + QUIET), 0)
    if dirt:
        left = QUIET + size - 6 + random.Random(size).randrange(3)
        picture.paste(0, (left, QUIET + 12, left + 3, QUIET + 15))
    return picture.resize((picture.width * SCALE, picture.height * SCALE), Image.Resampling.NEAREST)


def read_code(picture):
    """The text of the code in a picture, or in the bytes of its file; None when no code is read."""
    if isinstance(picture, bytes):
        picture = Image.open(io.BytesIO(picture)).convert("L")
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else None
