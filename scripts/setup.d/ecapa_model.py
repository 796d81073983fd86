"""Writes the speaker embedding model, SpeechBrain's ECAPA-TDNN, as ONNX from its PyTorch checkpoint: no PyTorch needed.

The features are part of the model, so that it takes samples: 16 kHz, [batch, samples] → [batch, 192], not normalised.

What it computes, as SpeechBrain's Fbank, InputNormalization and ECAPA_TDNN do:
  features  zeros of half a window at both ends, Hamming windows of 400 samples every 160, power spectrum, 80 triangular mel filters, decibels,
            nothing more than 80 dB below the loudest, minus the mean over time
  TDNN      convolution with reflected ends, ReLU, batch normalisation
  trunk     a TDNN, three squeeze-excitation Res2Net blocks, their outputs side by side through one more TDNN
  pooling   mean and deviation over time, weighted by attention that sees the mean and deviation of the whole; batch normalisation; a linear layer
"""

import math

import checkpoint
from onnx_graph import Graph

RATE, WINDOW, HOP, MELS, LOWEST_DB = 16_000, 400, 160, 80, 80.0
BINS = WINDOW // 2 + 1
SCALE = 8  # groups of channels in a Res2Net block
BLOCKS = {1: 2, 2: 3, 3: 4}  # block: dilation


def model(path):
    graph = Graph(dict(checkpoint.read(path)))
    _network(graph)
    return graph.model("ecapa_tdnn", ("samples", ["batch", "samples"]), ("embedding", ["batch", 192]))


def _network(graph):
    x = _features(graph)
    x = _tdnn(graph, x, "blocks.0", kernel=5)
    outputs = []
    for block, dilation in BLOCKS.items():
        x = _squeezed(graph, x, f"blocks.{block}", dilation)
        outputs.append(x)
    x = _tdnn(graph, graph.node("Concat", outputs, axis=1), "mfa")
    x = graph.batch_norm(_pooled(graph, x), "asp_bn.norm")
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
    return graph.batch_norm(graph.node("Relu", [x]), f"{name}.norm.norm")


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
    weights = graph.take("asp.tdnn.conv.conv.weight")
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
    a = graph.node("Tanh", [graph.batch_norm(graph.node("Relu", [a]), "asp.tdnn.norm.norm")])
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
