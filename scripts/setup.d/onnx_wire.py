"""Protocol buffers as far as rewriting ONNX files needs them: messages stay bytes, what is not looked at is copied as it is."""


def rewrite(message, changes):
    """The message with each field of `changes` passed through its function; None drops the field."""
    pieces, copied, touched = [], 0, False
    for number, start, end, field in fields(message):
        if number not in changes:
            continue
        old = message[start:end]
        new = changes[number](old)
        if new is old:
            continue
        touched = True
        pieces.append(message[copied:field])
        if new is not None:
            pieces.append(delimited(number, new))
        copied = end
    if not touched:
        return message
    pieces.append(message[copied:])
    return b"".join(pieces)


def fields(message):
    """(number, first byte of the value, end of the value, first byte of the field) of each field."""
    at = 0
    while at < len(message):
        field = at
        key, at = varint(message, at)
        wire = key & 7
        if wire == 0:
            start = at
            _, at = varint(message, at)
        elif wire == 2:
            length, start = varint(message, at)
            at = start + length
        elif wire in (1, 5):
            start, at = at, at + (8 if wire == 1 else 4)
        else:
            raise ValueError(f"wire type {wire} at byte {field}: not an ONNX file")
        if at > len(message):
            raise ValueError("the ONNX file is cut short")
        yield key >> 3, start, at, field


def varint(message, at):
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def delimited(number, value):
    return encoded(number << 3 | 2) + encoded(len(value)) + bytes(value)


def encoded(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
