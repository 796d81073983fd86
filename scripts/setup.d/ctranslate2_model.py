"""Reading a Whisper model in CTranslate2's binary format, as faster-whisper uses it."""

import collections
import struct

from say import SetupError

FORMAT, NAME = 6, "WhisperSpec"
# The type's number in the file, and the bytes of one element. Models whose weights are integers already are not read.
FLOAT32, INT8, INT16, INT32, FLOAT16 = 0, 1, 2, 3, 4
WIDTHS = {FLOAT32: 4, INT8: 1, INT16: 2, INT32: 4, FLOAT16: 2}


class Variable(collections.namedtuple("Variable", "shape data kind")):
    """A tensor's shape, its numbers, and the number of its type."""

    def rows(self, first, last):
        size = len(self.data) // self.shape[0]
        return Variable([last - first, *self.shape[1:]], self.data[first * size:last * size], self.kind)

    def number(self):
        return int.from_bytes(self.data, "little")


def read(path):
    """The variables by name.

    u32 version; string name; u32 revision; u32 number of variables; of each: string name, u8 rank, u32 dimensions, u8 type, u32 bytes, data.
    Then u32 number of aliases; of each: string alias, string variable. A string is u16 length, then that many bytes, the last of which is 0.
    All numbers are little-endian.
    """
    with open(path, "rb") as file:
        data = file.read()
    try:
        return _read(data, path)
    except (struct.error, KeyError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} is damaged, or not a model of CTranslate2 ({error})") from None


def _read(data, path):
    at = 0

    def take(layout):
        nonlocal at
        values = struct.unpack_from("<" + layout, data, at)
        at += struct.calcsize("<" + layout)
        return values

    def string():
        nonlocal at
        (length,) = take("H")
        at += length
        return data[at - length:at - 1].decode()

    (version,) = take("I")
    name = string() if version == FORMAT else None
    if name != NAME:
        raise SetupError(f"{path} is not a Whisper model in CTranslate2's format {FORMAT}")
    take("I")
    variables = {}
    for _ in range(*take("I")):
        variable, (rank,) = string(), take("B")
        shape, (kind, size) = take(f"{rank}I"), take("BI")
        if kind not in WIDTHS or at + size > len(data):
            raise SetupError(f"{path}: {variable} has a type that is not known ({kind}), or is cut short")
        variables[variable] = Variable(list(shape), data[at:at + size], kind)
        at += size
    for _ in range(*take("I")):
        alias = string()
        variables[alias] = variables[string()]
    return variables
