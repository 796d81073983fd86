"""Writes the speaker embedding model, SpeechBrain's ECAPA-TDNN, as ONNX from its PyTorch checkpoint: no PyTorch needed.

The checkpoint is a zip of tensors and a pickle that names them; only what tensors need is unpickled. The features are part of the model, so that it
takes samples: 16 kHz, [batch, samples] → [batch, 192], not normalised. Field numbers of the pieces are from onnx.proto.

What it computes, as SpeechBrain's Fbank, InputNormalization and ECAPA_TDNN do:
  features  zeros of half a window at both ends, Hamming windows of 400 samples every 160, power spectrum, 80 triangular mel filters, decibels,
            nothing more than 80 dB below the loudest, minus the mean over time
  TDNN      convolution with reflected ends, ReLU, batch normalisation
  trunk     a TDNN, three squeeze-excitation Res2Net blocks, their outputs side by side through one more TDNN
  pooling   mean and deviation over time, weighted by attention that sees the mean and deviation of the whole; batch normalisation; a linear layer
"""

import collections
import io
import math
import os
import pickle
import struct
import zipfile

from onnx_wire import delimited, encoded
from packages import sha256
from say import SetupError, say

RATE, WINDOW, HOP, MELS, LOWEST_DB = 16_000, 400, 160, 80, 80.0
BINS = WINDOW // 2 + 1
SCALE = 8  # groups of channels in a Res2Net block
BLOCKS = {1: 2, 2: 3, 3: 4}  # block: dilation
FLOAT, INT64 = 1, 7


def convert(conversion, folder):
    """Makes `conversion["to"]` below `folder`, which must have the pinned sha256."""
    target = os.path.join(folder, conversion["to"])
    say("converting the speaker model")
    write(os.path.join(folder, conversion["from"]), target)
    if sha256(target) != conversion["sha256"]:
        raise SetupError(f"the converted speaker model has the sha256 {sha256(target)}, expected {conversion['sha256']}")


def write(checkpoint, target):
    with open(checkpoint, "rb") as file:
        weights = _read(file.read())
    graph = _Graph(weights)
    _network(graph)
    if graph.unused:
        raise SetupError(f"the speaker model has weights that nobody expects: {sorted(graph.unused)[:3]}")
    with open(target, "wb") as file:
        file.write(graph.model())


# The checkpoint


class _Tensor(collections.namedtuple("_Tensor", "shape data")):
    """A tensor's shape and its floats, little-endian."""


class _Unpickler(pickle.Unpickler):
    """Makes tensors and nothing else."""

    def __init__(self, data, storages):
        super().__init__(io.BytesIO(data))
        self._storages = storages

    def find_class(self, module, name):
        known = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch", "FloatStorage"): "float",
            ("torch", "LongStorage"): "long",
        }
        if (module, name) not in known:
            raise SetupError(f"the speaker model's checkpoint asks for {module}.{name}: not made")
        return known[module, name]

    def persistent_load(self, identifier):
        _, kind, key, _, _ = identifier
        return kind, self._storages[key]


def _tensor(storage, offset, shape, strides, *_):
    kind, data = storage
    width, size = 4 if kind == "float" else 8, math.prod(shape)
    expected = [math.prod(shape[index + 1:]) for index in range(len(shape))]
    # The stride of an axis of one element says nothing.
    if any(stride != wanted for stride, wanted, length in zip(strides, expected, shape) if length > 1):
        raise SetupError("the speaker model's checkpoint has a tensor in an order of its own")
    return _Tensor(list(shape), data[offset * width:(offset + size) * width])


def _read(checkpoint):
    bundle = zipfile.ZipFile(io.BytesIO(checkpoint))
    storages = {name.rsplit("/", 1)[1]: bundle.read(name) for name in bundle.namelist() if "/data/" in name}
    return dict(_Unpickler(bundle.read("archive/data.pkl"), storages).load())


# The network


def _network(graph):
    x = _features(graph)
    x = _tdnn(graph, x, "blocks.0", kernel=5)
    outputs = []
    for block, dilation in BLOCKS.items():
        x = _squeezed(graph, x, f"blocks.{block}", dilation)
        outputs.append(x)
    x = _tdnn(graph, graph.node("Concat", outputs, axis=1), "mfa")
    x = _norm(graph, _pooled(graph, x), "asp_bn.norm")
    x = graph.node("Conv", [x, graph.weight("fc.conv.weight"), graph.weight("fc.conv.bias")])
    graph.node("Squeeze", [x, graph.integers([2])], output="embedding")


def _features(graph):
    x = graph.node("Unsqueeze", ["samples", graph.integers([1])])
    x = graph.node("Conv", [x, graph.floats([2 * BINS, 1, WINDOW], _fourier())], pads=[WINDOW // 2] * 2, strides=[HOP])
    x = graph.node("Mul", [x, x])
    # Squares of real and imaginary parts are added by the filters: each filter twice, side by side.
    filters = [value for row in _filters() for value in row + row]
    x = graph.node("Conv", [x, graph.floats([MELS, 2 * BINS, 1], filters)])
    x = graph.node("Max", [x, graph.floats([], [1e-10])])
    x = graph.node("Mul", [graph.node("Log", [x]), graph.floats([], [10 / math.log(10)])])
    loudest = graph.node("ReduceMax", [x], axes=[1, 2], keepdims=1)
    x = graph.node("Max", [x, graph.node("Sub", [loudest, graph.floats([], [LOWEST_DB])])])
    return graph.node("Sub", [x, graph.node("ReduceMean", [x], axes=[2], keepdims=1)])


def _fourier():
    values = []
    for function in (math.cos, math.sin):
        for bin in range(BINS):
            for n in range(WINDOW):
                window = 0.54 - 0.46 * math.cos(2 * math.pi * n / WINDOW)
                values.append(window * function(2 * math.pi * (bin * n % WINDOW) / WINDOW))
    return values


def _filters():
    top = 2595 * math.log10(1 + RATE / 2 / 700)
    edges = [700 * (10 ** (top * index / (MELS + 1) / 2595) - 1) for index in range(MELS + 2)]
    frequencies = [RATE / 2 * index / (BINS - 1) for index in range(BINS)]
    rows = []
    for left, centre in zip(edges, edges[1:-1]):
        # SpeechBrain's triangles are as wide above their centre as below.
        rows.append([max(0.0, 1 - abs(frequency - centre) / (centre - left)) for frequency in frequencies])
    return rows


def _tdnn(graph, x, name, kernel=1, dilation=1):
    reach = (kernel - 1) // 2 * dilation
    if reach:
        x = graph.node("Pad", [x, graph.integers([0, 0, reach, 0, 0, reach])], mode="reflect")
    x = graph.node("Conv", [x, graph.weight(f"{name}.conv.conv.weight"), graph.weight(f"{name}.conv.conv.bias")], dilations=[dilation])
    return _norm(graph, graph.node("Relu", [x]), f"{name}.norm.norm")


def _norm(graph, x, name):
    graph.skip(f"{name}.num_batches_tracked")
    return graph.node("BatchNormalization", [x, *(graph.weight(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var"))],
                      epsilon=1e-5)


def _squeezed(graph, x, name, dilation):
    """A Res2Net block, each channel weighted by what the whole holds, added to its input."""
    y = _tdnn(graph, x, f"{name}.tdnn1")
    parts = graph.split(y, SCALE)
    done = [parts[0]]
    for index in range(1, SCALE):
        part = parts[index] if index == 1 else graph.node("Add", [parts[index], done[-1]])
        done.append(_tdnn(graph, part, f"{name}.res2net_block.blocks.{index - 1}", kernel=3, dilation=dilation))
    y = _tdnn(graph, graph.node("Concat", done, axis=1), f"{name}.tdnn2")
    s = graph.node("ReduceMean", [y], axes=[2], keepdims=1)
    for layer, activation in (("conv1", "Relu"), ("conv2", "Sigmoid")):
        parameters = [graph.weight(f"{name}.se_block.{layer}.conv.{part}") for part in ("weight", "bias")]
        s = graph.node(activation, [graph.node("Conv", [s, *parameters])])
    return graph.node("Add", [graph.node("Mul", [y, s]), x])


def _pooled(graph, x):
    weights = graph.weights.pop("asp.tdnn.conv.conv.weight")
    rows, columns, _ = weights.shape
    third, width = columns // 3, columns * 4
    own, whole = [], []
    for row in range(rows):
        values = weights.data[row * width:(row + 1) * width]
        own.append(values[:third * 4])
        whole.append(values[third * 4:])
    # The mean and deviation of the whole are the same at every moment: their share of the product is found once.
    mean, deviation = _statistics(graph, x, None)
    context = graph.node("Concat", [mean, deviation], axis=1)
    context = graph.node("Conv", [context, graph.raw([rows, 2 * third, 1], b"".join(whole)), graph.weight("asp.tdnn.conv.conv.bias")])
    a = graph.node("Add", [graph.node("Conv", [x, graph.raw([rows, third, 1], b"".join(own))]), context])
    a = graph.node("Tanh", [_norm(graph, graph.node("Relu", [a]), "asp.tdnn.norm.norm")])
    a = graph.node("Conv", [a, graph.weight("asp.conv.conv.weight"), graph.weight("asp.conv.conv.bias")])
    return graph.node("Concat", list(_statistics(graph, x, graph.node("Softmax", [a], axis=2))), axis=1)


def _statistics(graph, x, attention):
    """Mean and deviation over time, weighted."""

    def mean(values):
        if attention is None:
            return graph.node("ReduceMean", [values], axes=[2], keepdims=1)
        return graph.node("ReduceSum", [graph.node("Mul", [values, attention]), graph.integers([2])], keepdims=1)

    centre = mean(x)
    apart = graph.node("Sub", [x, centre])
    variance = mean(graph.node("Mul", [apart, apart]))
    return centre, graph.node("Sqrt", [graph.node("Max", [variance, graph.floats([], [1e-12])])])


# The file


class _Graph:
    """Nodes and tensors of the model as they are added."""

    def __init__(self, weights):
        self.weights = weights
        self._nodes, self._tensors, self._integers, self._count = [], [], {}, 0

    @property
    def unused(self):
        return self.weights.keys()

    def skip(self, name):
        self.weights.pop(name, None)

    def weight(self, name):
        if name not in self.weights:
            raise SetupError(f"the speaker model has no {name}")
        tensor = self.weights.pop(name)
        return self.raw(tensor.shape, tensor.data)

    def raw(self, shape, data, kind=FLOAT):
        name = self._name()
        head = b"".join(encoded(1 << 3) + encoded(size) for size in shape)
        self._tensors.append(head + encoded(2 << 3) + encoded(kind) + delimited(8, name) + delimited(9, data))
        return name.decode()

    def floats(self, shape, values):
        return self.raw(shape, struct.pack(f"<{len(values)}f", *values))

    def integers(self, values):
        key = tuple(values)
        if key not in self._integers:
            self._integers[key] = self.raw([len(values)], struct.pack(f"<{len(values)}q", *values), INT64)
        return self._integers[key]

    def node(self, operation, inputs, output=None, **attributes):
        name = output or self._name().decode()
        self._nodes.append(_node(operation, inputs, [name], attributes))
        return name

    def split(self, x, count):
        names = [self._name().decode() for _ in range(count)]
        self._nodes.append(_node("Split", [x], names, {"axis": 1}))
        return names

    def model(self):
        pieces = [delimited(1, node) for node in self._nodes] + [delimited(2, b"ecapa_tdnn")]
        pieces += [delimited(5, tensor) for tensor in self._tensors]
        pieces += [delimited(11, _value("samples", ["batch", "samples"])), delimited(12, _value("embedding", ["batch", 192]))]
        opset = delimited(1, b"") + encoded(2 << 3) + encoded(13)
        return encoded(1 << 3) + encoded(7) + delimited(2, b"harken") + delimited(7, b"".join(pieces)) + delimited(8, opset)

    def _name(self):
        self._count += 1
        return f"t{self._count}".encode()


def _node(operation, inputs, outputs, attributes):
    pieces = [delimited(1, name.encode()) for name in inputs] + [delimited(2, name.encode()) for name in outputs]
    pieces.append(delimited(4, operation.encode()))
    return b"".join(pieces + [delimited(5, _attribute(name, value)) for name, value in attributes.items()])


def _attribute(name, value):
    if isinstance(value, list):
        body, kind = b"".join(encoded(8 << 3) + encoded(item) for item in value), 7
    elif isinstance(value, str):
        body, kind = delimited(4, value.encode()), 3
    elif isinstance(value, float):
        body, kind = encoded(2 << 3 | 5) + struct.pack("<f", value), 1
    else:
        body, kind = encoded(3 << 3) + encoded(value), 2
    return delimited(1, name.encode()) + body + encoded(20 << 3) + encoded(kind)


def _value(name, shape):
    dims = [delimited(2, size.encode()) if isinstance(size, str) else encoded(1 << 3) + encoded(size) for size in shape]
    tensor = encoded(1 << 3) + encoded(FLOAT) + delimited(2, b"".join(delimited(1, dim) for dim in dims))
    return delimited(1, name.encode()) + delimited(2, delimited(1, tensor))
