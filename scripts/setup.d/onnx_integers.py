"""Lets the models multiply by their integer weights as they are.

The exported models keep weights as int8 and unpack them to floats (Cast, Mul by a scale, Add of an offset) before each matrix product. Unpacked
once they take four times the memory, and reading them is most of a decoder step's time. Here each such product becomes one
DynamicQuantizeMatMul, which rounds its input to 8 bits too. Weights are stored as uint8: that way no processor's instructions saturate, so
all give the same result.

Field numbers are from onnx.proto: ModelProto.graph 7; GraphProto.node 1, initializer 5, output 12; NodeProto.input 1, output 2, op_type 4,
attribute 5, domain 7; AttributeProto.g 6; TensorProto.dims 1, data_type 2, name 8, raw_data 9; ValueInfoProto.name 1.
"""

import struct

from onnx_wire import delimited, encoded, fields, rewrite, varint

UINT8, INT8, FLOAT = 2, 3, 1
TO_UNSIGNED = bytes((value + 128) % 256 for value in range(256))


def with_integer_products(model):
    """The model's bytes with matrix products of unpacked weights made integer products, and how many there are."""
    conversion = _Conversion(next(_values(model, 7)))
    return rewrite(model, {7: lambda _: conversion.graph}), conversion.count


class _Conversion:
    """One model's graph, converted."""

    def __init__(self, graph):
        self.count = 0
        self._tensors = {_text(tensor, 8): tensor for tensor in _values(graph, 5)}
        self._producers = _producers(graph)
        self._added = {}
        graph = self._with_products(graph)
        graph += b"".join(delimited(5, tensor) for tensor in self._added.values())
        self.graph = _without_unused(graph)

    def _with_products(self, graph):
        local = _producers(graph)
        return rewrite(graph, {1: lambda node: self._node(node, local)})

    def _node(self, node, local):
        if _text(node, 4) == "MatMul":
            weights = self._weights(_texts(node, 1)[1], local)
            return self._product(node, weights) if weights else node
        return rewrite(node, {5: lambda attribute: rewrite(attribute, {6: self._with_products})})

    def _weights(self, name, local):
        """Names of the integer weights, their scale and their zero point when `name` is made of them."""
        maker = local.get(name)
        if maker and _text(maker, 4) == "Transpose":
            name, transposed = _texts(maker, 1)[0], True
        else:
            transposed = False
        steps = []
        for operation in ("Add", "Mul", "Cast"):
            maker = self._producers.get(name)
            if not maker or _text(maker, 4) != operation:
                return None
            steps.append(_texts(maker, 1))
            name = steps[-1][0]
        packed, scale, offset = (self._tensors.get(tensor) for tensor in (name, steps[1][1], steps[0][1]))
        if not packed or _number(packed, 2) != INT8 or len(_dims(packed)) != 2 or not _is_scalar(scale) or not _is_scalar(offset):
            return None
        return self._added_weights(name + ("_transposed" if transposed else ""), packed, transposed, _scalar(scale), _scalar(offset))

    def _added_weights(self, name, packed, transposed, scale, offset):
        names = [name + "_unsigned", name + "_unsigned_scale", name + "_unsigned_zero"]
        if names[0] not in self._added:
            rows, columns = _dims(packed)
            values = bytes(next(_values(packed, 9))).translate(TO_UNSIGNED)
            if transposed:
                values = b"".join(values[column::columns] for column in range(columns))
                rows, columns = columns, rows
            # value = (integer - zero) * scale, so that offset = -zero * scale.
            zero = round(-offset / scale) + 128
            if not 0 <= zero <= 255 or abs((128 - zero) * scale - offset) > scale / 100:
                return None
            self._added[names[0]] = _tensor(names[0], UINT8, [rows, columns], values)
            self._added[names[1]] = _tensor(names[1], FLOAT, [], struct.pack("<f", scale))
            self._added[names[2]] = _tensor(names[2], UINT8, [], bytes([zero]))
        return names

    def _product(self, node, weights):
        self.count += 1
        pieces = [delimited(1, name.encode()) for name in [_texts(node, 1)[0], *weights]]
        pieces += [delimited(2, name.encode()) for name in _texts(node, 2)]
        return b"".join(pieces) + delimited(4, b"DynamicQuantizeMatMul") + delimited(7, b"com.microsoft")


def _without_unused(graph):
    """The graph without nodes and tensors whose results nobody takes."""
    while True:
        used = _used(graph)
        smaller = _keep_used(graph, used)
        if len(smaller) == len(graph):
            return rewrite(graph, {5: lambda tensor: tensor if _text(tensor, 8) in used else None})
        graph = smaller


def _used(graph):
    names = {_text(output, 1) for output in _values(graph, 12)}
    for node in _values(graph, 1):
        names.update(_texts(node, 1))
        for branch in _branches(node):
            names |= _used(branch)
    return names


def _keep_used(graph, used):
    def kept(node):
        if not any(name in used for name in _texts(node, 2)):
            return None
        return rewrite(node, {5: lambda attribute: rewrite(attribute, {6: lambda branch: _keep_used(branch, used)})})

    return rewrite(graph, {1: kept})


def _producers(graph):
    return {output: node for node in _values(graph, 1) for output in _texts(node, 2)}


def _branches(node):
    return [branch for attribute in _values(node, 5) for branch in _values(attribute, 6)]


def _values(message, number):
    return (message[start:end] for field, start, end, _ in fields(message) if field == number)


def _texts(message, number):
    return [bytes(value).decode() for value in _values(message, number)]


def _text(message, number):
    return next(iter(_texts(message, number)), "")


def _number(message, number):
    return next((varint(message, start)[0] for field, start, _, _ in fields(message) if field == number), 0)


def _dims(tensor):
    dims = []
    for field, start, end, first in fields(tensor):
        if field != 1:
            continue
        if tensor[first] & 7 == 0:
            dims.append(varint(tensor, start)[0])
        while tensor[first] & 7 == 2 and start < end:
            value, start = varint(tensor, start)
            dims.append(value)
    return dims


def _is_scalar(tensor):
    return tensor is not None and _number(tensor, 2) == FLOAT and len(next(_values(tensor, 9), b"")) == 4


def _scalar(tensor):
    return struct.unpack("<f", next(_values(tensor, 9)))[0]


def _tensor(name, kind, dims, raw):
    head = b"".join(encoded(1 << 3) + encoded(size) for size in dims)
    return head + encoded(2 << 3) + encoded(kind) + delimited(8, name.encode()) + delimited(9, raw)
