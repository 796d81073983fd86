"""FLAC of constant samples, written by hand: hours in a few kilobytes."""


def _table(width, polynomial):
    table = []
    for byte in range(256):
        value = byte << (width - 8)
        for _ in range(8):
            value = (value << 1) ^ polynomial if value >> (width - 1) else value << 1
            value &= (1 << width) - 1
        table.append(value)
    return table


_EIGHT, _SIXTEEN = _table(8, 0x07), _table(16, 0x8005)


def _check(data, table, width):
    value = 0
    for byte in data:
        value = (table[(value >> (width - 8)) ^ byte] ^ (value << 8)) & ((1 << width) - 1)
    return value


def _number(value):
    """The frame's number as FLAC writes it: UTF-8 of up to 31 bits."""
    if value < 0x80:
        return bytes([value])
    size = next(size for size in range(2, 7) if value < 1 << (5 * size + 1))
    first = (0xFF << (8 - size) & 0xFF) | value >> (6 * (size - 1))
    return bytes([first]) + bytes(0x80 | value >> (6 * place) & 0x3F for place in reversed(range(size - 1)))


def silence(hours, rate=8000, block=65535, is_declared=True):
    """So many hours of mono silence; its header says how many, or that this is not known."""
    frames = int(hours * 3600 * rate / block)
    info = (block.to_bytes(2, "big") * 2 + bytes(6) + (rate << 44 | 15 << 36 | frames * block * is_declared).to_bytes(8, "big") + bytes(16))
    pieces = [b"fLaC\x80\x00\x00\x22", info]
    for number in range(frames):
        # A block of 65,535 samples at the stream's rate, mono, 16 bits; then a subframe of one constant.
        head = b"\xff\xf8\x70\x08" + _number(number) + (block - 1).to_bytes(2, "big")
        frame = head + bytes([_check(head, _EIGHT, 8)]) + b"\x00\x00\x00"
        pieces.append(frame + _check(frame, _SIXTEEN, 16).to_bytes(2, "big"))
    return b"".join(pieces)
