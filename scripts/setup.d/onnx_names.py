"""Gives nameless branch graphs of an ONNX file a name, which a checked load insists on.

A small rewrite of protocol buffers: only the few fields on the way to the names are looked at, everything else is
copied as it is. Field numbers are from onnx.proto: ModelProto.graph 7, GraphProto.node 1 and name 2, NodeProto.attribute 5,
AttributeProto.name 1 and g 6.
"""


def with_named_branches(model):
    """The model's bytes with every empty subgraph name replaced by its attribute's name, and how many there were."""
    named = []
    return _rewrite(model, {7: lambda graph: _graph(graph, named)}), len(named)


def _graph(graph, named, name=None):
    if name is not None and not any(number == 2 and end > start for number, start, end, _ in _fields(graph)):
        graph = _rewrite(graph, {2: lambda _: None}) + _delimited(2, name)
        named.append(name)
    return _rewrite(graph, {1: lambda node: _rewrite(node, {5: lambda attribute: _attribute(attribute, named)})})


def _attribute(attribute, named):
    name = next((attribute[start:end] for number, start, end, _ in _fields(attribute) if number == 1), b"")
    return _rewrite(attribute, {6: lambda graph: _graph(graph, named, bytes(name))})


def _rewrite(message, changes):
    """The message with each field of `changes` passed through its function; None drops the field."""
    pieces, copied, touched = [], 0, False
    for number, start, end, field in _fields(message):
        if number not in changes:
            continue
        old = message[start:end]
        new = changes[number](old)
        if new is old:
            continue
        touched = True
        pieces.append(message[copied:field])
        if new is not None:
            pieces.append(_delimited(number, new))
        copied = end
    if not touched:
        return message
    pieces.append(message[copied:])
    return b"".join(pieces)


def _fields(message):
    """(number, first byte of the value, end of the value, first byte of the field) of each field."""
    at = 0
    while at < len(message):
        field = at
        key, at = _varint(message, at)
        wire = key & 7
        if wire == 0:
            start = at
            _, at = _varint(message, at)
        elif wire == 2:
            length, start = _varint(message, at)
            at = start + length
        elif wire in (1, 5):
            start, at = at, at + (8 if wire == 1 else 4)
        else:
            raise ValueError(f"wire type {wire} at byte {field}: not an ONNX file")
        if at > len(message):
            raise ValueError("the ONNX file is cut short")
        yield key >> 3, start, at, field


def _varint(message, at):
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _delimited(number, value):
    return _encoded(number << 3 | 2) + _encoded(len(value)) + bytes(value)


def _encoded(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
