"""Writing an ONNX model node by node. Field numbers of the pieces are from onnx.proto."""

import struct

from onnx_wire import delimited, encoded
from say import SetupError

FLOAT, UINT8, INT64, HALF = 1, 2, 7, 10


class Graph:
    """Nodes and tensors of a model as they are added. `weights` are the checkpoint's tensors that are not used yet."""

    def __init__(self, weights):
        self.weights = weights
        self._nodes, self._tensors, self._integers, self._count = [], [], {}, 0

    def skip(self, name):
        self.weights.pop(name, None)

    def take(self, name):
        """The checkpoint's tensor, which no other node may use."""
        if name not in self.weights:
            raise SetupError(f"a checkpoint has no {name}")
        return self.weights.pop(name)

    def weight(self, name):
        tensor = self.take(name)
        return self.raw(tensor.shape, tensor.data)

    def raw(self, shape, data, kind=FLOAT):
        name = self._name()
        head = b"".join(encoded(1 << 3) + encoded(size) for size in shape)
        self._tensors.append(head + encoded(2 << 3) + encoded(kind) + delimited(8, name.encode()) + delimited(9, data))
        return name

    def floats(self, shape, values):
        return self.raw(shape, struct.pack(f"<{len(values)}f", *values))

    def integers(self, values):
        key = tuple(values)
        if key not in self._integers:
            self._integers[key] = self.raw([len(values)], struct.pack(f"<{len(values)}q", *values), INT64)
        return self._integers[key]

    def node(self, operation, inputs, output=None, domain=None, **attributes):
        name = output or self._name()
        self._nodes.append(_node(operation, inputs, [name], attributes, domain))
        return name

    def split(self, x, count):
        names = [self._name() for _ in range(count)]
        self._nodes.append(_node("Split", [x], names, {"axis": 1}))
        return names

    def batch_norm(self, x, name):
        self.skip(f"{name}.num_batches_tracked")
        parameters = [self.weight(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
        return self.node("BatchNormalization", [x, *parameters], epsilon=1e-5)

    def model(self, name, given, found):
        """The file's bytes. `given` and `found`: name and shape of the input and of the output."""
        if self.weights:
            raise SetupError(f"the checkpoint of {name} has tensors that are not expected: {sorted(self.weights)[:3]}")
        return self.file(name, [given], [found], version=7, opsets={"": 13})

    def file(self, name, given, found, version, opsets, metadata=None):
        """The bytes of a file of this version of the format. `given` and `found`: name, shape and, unless it is FLOAT, kind of each."""
        pieces = [delimited(1, node) for node in self._nodes] + [delimited(2, name.encode())]
        pieces += [delimited(5, tensor) for tensor in self._tensors]
        pieces += [delimited(11, _value(*value)) for value in given] + [delimited(12, _value(*value)) for value in found]
        head = encoded(1 << 3) + encoded(version) + delimited(2, b"harken") + delimited(7, b"".join(pieces))
        tail = [delimited(8, delimited(1, domain.encode()) + encoded(2 << 3) + encoded(opset)) for domain, opset in opsets.items()]
        tail += [delimited(14, delimited(1, key.encode()) + delimited(2, str(value).encode())) for key, value in (metadata or {}).items()]
        return head + b"".join(tail)

    def _name(self):
        self._count += 1
        return f"t{self._count}"


def _node(operation, inputs, outputs, attributes, domain=None):
    pieces = [delimited(1, name.encode()) for name in inputs] + [delimited(2, name.encode()) for name in outputs]
    pieces.append(delimited(4, operation.encode()))
    pieces += [delimited(5, _attribute(name, value)) for name, value in attributes.items()]
    return b"".join(pieces + ([delimited(7, domain.encode())] if domain else []))


def _attribute(name, value):
    if isinstance(value, list):
        body, kind = b"".join(encoded(8 << 3) + encoded(item) for item in value), 7
    elif isinstance(value, str):
        body, kind = delimited(4, value.encode()), 3
    elif isinstance(value, float):
        body, kind = encoded(2 << 3 | 5) + struct.pack("<f", value), 1
    else:
        body, kind = encoded(3 << 3) + encoded(value % (1 << 64)), 2
    return delimited(1, name.encode()) + body + encoded(20 << 3) + encoded(kind)


def _value(name, shape, kind=FLOAT):
    dims = [delimited(2, size.encode()) if isinstance(size, str) else encoded(1 << 3) + encoded(size) for size in shape]
    tensor = encoded(1 << 3) + encoded(kind) + delimited(2, b"".join(delimited(1, dim) for dim in dims))
    return delimited(1, name.encode()) + delimited(2, delimited(1, tensor))
