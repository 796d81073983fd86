"""Writes the second model of voiceprints, 3D-Speaker's CAM++, as ONNX from its PyTorch checkpoint: no PyTorch needed.

The features are part of the model, so that it takes samples: 16 kHz, [1, samples] → [1, 192], not normalised.

What it computes:
  features  Kaldi's: frames of 400 samples every 160, mean taken out, pre-emphasis, Povey's window, power spectrum of 512, 80 triangular mel
            filters from 20 Hz to 8 kHz, logarithm, minus the mean over time. All before the power is linear: one convolution
  front     convolutions over time and frequency, which halve the frequencies three times
  trunk     three blocks of densely connected layers, each masked by what its surroundings and the whole hold
  pooling   mean and deviation over time, a linear layer
"""

import math

import checkpoint
from onnx_graph import FLOAT, Graph

RATE, WINDOW, HOP, SPECTRUM, MELS, LOWEST_HZ = 16_000, 400, 160, 512, 80, 20
EMPHASIS = 0.97
SMALLEST_POWER = 1.1920928955078125e-07
DIMENSIONS = 192
PIECE = 100  # frames whose mean a mask sees
BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers, dilation


def model(path):
    graph = Graph(dict(checkpoint.read(path)))
    x = _front(graph, graph.node("Unsqueeze", [_features(graph), graph.integers([1])]))
    x = _active(graph, _convolved(graph, x, "xvector.tdnn.linear", pads=[2, 2], strides=[2]), "xvector.tdnn.nonlinear.batchnorm")
    length = graph.node("Slice", [graph.node("Shape", [x]), graph.integers([2]), graph.integers([3])])
    for block, (layers, dilation) in enumerate(BLOCKS, 1):
        for layer in range(1, layers + 1):
            x = graph.node("Concat", [x, _masked(graph, x, f"xvector.block{block}.tdnnd{layer}", dilation, length)], axis=1)
        x = _active(graph, x, f"xvector.transit{block}.nonlinear.batchnorm")
        x = _convolved(graph, x, f"xvector.transit{block}.linear")
    _pooled(graph, _active(graph, x, "xvector.out_nonlinear.batchnorm"), length)
    return graph.model("campplus", ("samples", [1, "n"]), ("embedding", [1, DIMENSIONS]))


# Features


def _features(graph):
    x = graph.node("Unsqueeze", ["samples", graph.integers([1])])
    x = graph.node("Conv", [x, graph.floats([SPECTRUM, 1, WINDOW], _spectrum())], strides=[HOP])
    x = graph.node("Mul", [x, x])
    # Squares of real and imaginary parts are added by the filters: each filter twice, side by side.
    x = graph.node("Conv", [x, graph.floats([MELS, SPECTRUM, 1], [value for row in _filters() for value in row + row])])
    x = graph.node("Log", [graph.node("Max", [x, graph.floats([], [SMALLEST_POWER])])])
    return graph.node("Sub", [x, graph.node("ReduceMean", [x], axes=[2], keepdims=1)])


def _spectrum():
    """Real, then imaginary parts of all bins but the last, which no filter hears."""
    window = [(0.5 - 0.5 * math.cos(2 * math.pi * n / (WINDOW - 1))) ** 0.85 for n in range(WINDOW)]
    angles = [2 * math.pi * index / SPECTRUM for index in range(SPECTRUM)]
    rows = []
    for function in (math.cos, math.sin):
        for bin in range(SPECTRUM // 2):
            row = [w * function(angles[bin * n % SPECTRUM]) for n, w in enumerate(window)]
            # Pre-emphasis, seen from the other end: y[n] = x[n] − 0.97 x[n − 1], and the first sample is its own predecessor.
            row = [row[n] - EMPHASIS * (row[n + 1] if n < WINDOW - 1 else 0.0) - (EMPHASIS * row[0] if n == 0 else 0.0) for n in range(WINDOW)]
            mean = sum(row) / WINDOW
            rows += [value - mean for value in row]
    return rows


def _filters():
    def mel(frequency):
        return 1127 * math.log(1 + frequency / 700)

    bottom = mel(LOWEST_HZ)
    step = (mel(RATE // 2) - bottom) / (MELS + 1)
    heights = [mel(RATE / SPECTRUM * bin) for bin in range(SPECTRUM // 2)]
    rows = []
    for index in range(MELS):
        left, centre, right = (bottom + (index + edge) * step for edge in range(3))
        rows.append([max(0.0, min((at - left) / (centre - left), (right - at) / (right - centre))) for at in heights])
    return rows


# The network


def _front(graph, x):
    x = _active(graph, _convolved(graph, x, "head.conv1", pads=[1] * 4), "head.bn1")
    for layer in ("head.layer1", "head.layer2"):
        x = _residual(graph, x, f"{layer}.0", 2)
        x = _residual(graph, x, f"{layer}.1", 1)
    x = _active(graph, _convolved(graph, x, "head.conv2", pads=[1] * 4, strides=[2, 1]), "head.bn2")
    # [1, 32, 10, frames] → [1, 320, frames]
    return graph.node("Reshape", [x, graph.integers([0, 320, -1])])


def _residual(graph, x, name, stride):
    y = _active(graph, _convolved(graph, x, f"{name}.conv1", pads=[1] * 4, strides=[stride, 1]), f"{name}.bn1")
    y = graph.batch_norm(_convolved(graph, y, f"{name}.conv2", pads=[1] * 4), f"{name}.bn2")
    if f"{name}.shortcut.0.weight" in graph.weights:
        x = graph.batch_norm(_convolved(graph, x, f"{name}.shortcut.0", strides=[stride, 1]), f"{name}.shortcut.1")
    return graph.node("Relu", [graph.node("Add", [y, x])])


def _masked(graph, x, name, dilation, length):
    x = _convolved(graph, _active(graph, x, f"{name}.nonlinear1.batchnorm"), f"{name}.linear1")
    x = _active(graph, x, f"{name}.nonlinear2.batchnorm")
    y = _convolved(graph, x, f"{name}.cam_layer.linear_local", pads=[dilation] * 2, dilations=[dilation])
    # The mean of each piece, held for as long as the piece, and the mean of the whole.
    pieces = graph.node("AveragePool", [x], kernel_shape=[PIECE], strides=[PIECE], ceil_mode=1, count_include_pad=0)
    pieces = graph.node("Expand", [graph.node("Unsqueeze", [pieces, graph.integers([3])]), graph.integers([1, 1, 1, PIECE])])
    pieces = graph.node("Reshape", [pieces, graph.integers([0, 128, -1])])
    pieces = graph.node("Slice", [pieces, graph.integers([0]), length, graph.integers([2])])
    context = graph.node("Add", [graph.node("ReduceMean", [x], axes=[2], keepdims=1), pieces])
    context = graph.node("Relu", [_convolved(graph, context, f"{name}.cam_layer.linear1")])
    return graph.node("Mul", [y, graph.node("Sigmoid", [_convolved(graph, context, f"{name}.cam_layer.linear2")])])


def _pooled(graph, x, length):
    mean = graph.node("ReduceMean", [x], axes=[2], keepdims=1)
    apart = graph.node("Sub", [x, mean])
    others = graph.node("Sub", [graph.node("Cast", [length], to=FLOAT), graph.floats([1], [1.0])])
    variance = graph.node("Div", [graph.node("ReduceSum", [graph.node("Mul", [apart, apart]), graph.integers([2])], keepdims=1), others])
    x = _convolved(graph, graph.node("Concat", [mean, graph.node("Sqrt", [variance])], axis=1), "xvector.dense.linear")
    # The last normalisation has no weights of its own.
    ones, zeros = graph.floats([DIMENSIONS], [1.0] * DIMENSIONS), graph.floats([DIMENSIONS], [0.0] * DIMENSIONS)
    name = "xvector.dense.nonlinear.batchnorm"
    graph.skip(f"{name}.num_batches_tracked")
    parameters = [graph.weight(f"{name}.{part}") for part in ("running_mean", "running_var")]
    x = graph.node("BatchNormalization", [x, ones, zeros, *parameters], epsilon=1e-5)
    graph.node("Squeeze", [x, graph.integers([2])], output="embedding")


def _convolved(graph, x, name, **attributes):
    inputs = [x, graph.weight(f"{name}.weight")]
    if f"{name}.bias" in graph.weights:
        inputs.append(graph.weight(f"{name}.bias"))
    return graph.node("Conv", inputs, **attributes)


def _active(graph, x, name):
    return graph.node("Relu", [graph.batch_norm(x, name)])
