"""Writes the model that hears who of three speaks, pyannote's segmentation 3.0, as ONNX from its PyTorch checkpoint: no PyTorch needed.

It takes samples: 16 kHz, [batch, 1, samples], windows of 10 s; it gives [batch, frames, 7]: logarithms of the probability that nobody speaks, that
speaker 1, 2 or 3 does, or 1 and 2, 1 and 3, 2 and 3 at once. Frame k begins at sample 270 k and hears 991 samples; 10 s have 589.

What it computes:
  filters   normalised samples, 80 band-pass filters of 251 samples every 10, magnitude
  front     three times a maximum over 3, normalised, leaky ReLU; a convolution of width 5 before the second and third
  trunk     four bidirectional LSTMs of 128 cells, two linear layers, one more for the classes
"""

import math

import checkpoint
from onnx_graph import Graph

LOWEST, NARROWEST, HIGHEST = 50, 50, 8_000  # Hz, of a filter's lower edge, width, and upper edge
LAYERS, CELLS, INPUTS = 4, 128, 60
SLOPE = 0.01


def model(path):
    graph = Graph(dict(checkpoint.read(path)["state_dict"]))
    x = _linear_layers(graph, _trunk(graph, _front(graph, _filtered(graph))))
    graph.node("LogSoftmax", [x], output="scores", axis=2)
    return graph.model("segmentation", ("samples", ["batch", 1, "n"]), ("scores", ["batch", "frames", 7]))


def _filtered(graph):
    x = _normal(graph, "samples", "sincnet.wav_norm1d")
    return graph.node("Abs", [graph.node("Conv", [x, graph.floats([80, 1, 251], _filters(graph))], strides=[10])])


def _filters(graph):
    """Forty band passes as cosines, then the same forty as sines; half of each is computed, the other half mirrors it."""
    prefix = "sincnet.conv1d.0.filterbank."
    low, band = graph.take(prefix + "low_hz_").floats(), graph.take(prefix + "band_hz_").floats()
    window, times = graph.take(prefix + "window_").floats(), graph.take(prefix + "n_").floats()
    cosines, sines = [], []
    for lower, width in zip(low, band):
        bottom = LOWEST + abs(lower)
        top = min(max(bottom + NARROWEST + abs(width), LOWEST), HIGHEST)
        scale = 2 * (top - bottom)
        half = [(math.sin(top * t) - math.sin(bottom * t)) / (t / 2) * w / scale for t, w in zip(times, window)]
        cosines += half + [1.0] + half[::-1]
        half = [(math.cos(bottom * t) - math.cos(top * t)) / (t / 2) * w / scale for t, w in zip(times, window)]
        sines += half + [0.0] + [-value for value in half[::-1]]
    return cosines + sines


def _front(graph, x):
    for layer in range(3):
        if layer:
            x = graph.node("Conv", [x, *(graph.weight(f"sincnet.conv1d.{layer}.{part}") for part in ("weight", "bias"))])
        x = graph.node("MaxPool", [x], kernel_shape=[3], strides=[3])
        x = graph.node("LeakyRelu", [_normal(graph, x, f"sincnet.norm1d.{layer}")], alpha=SLOPE)
    return x


def _trunk(graph, x):
    # [batch, 60, frames] → [frames, batch, 60], as LSTM takes it.
    x = graph.node("Transpose", [x], perm=[2, 0, 1])
    for layer in range(LAYERS):
        x = graph.node("LSTM", [x, *_cells(graph, layer)], hidden_size=CELLS, direction="bidirectional")
        # [frames, directions, batch, 128] → [frames, batch, 256]
        x = graph.node("Reshape", [graph.node("Transpose", [x], perm=[0, 2, 1, 3]), graph.integers([0, 0, 2 * CELLS])])
    return graph.node("Transpose", [x], perm=[1, 0, 2])


def _cells(graph, layer):
    """Weights, recurrent weights and biases of both directions. The gates are i, f, c, o in PyTorch, and i, o, f, c in ONNX."""
    weights, recurrent, biases = b"", b"", b""
    for direction in ("", "_reverse"):
        weights += _gates(graph, f"lstm.weight_ih_l{layer}{direction}")
        recurrent += _gates(graph, f"lstm.weight_hh_l{layer}{direction}")
        biases += _gates(graph, f"lstm.bias_ih_l{layer}{direction}") + _gates(graph, f"lstm.bias_hh_l{layer}{direction}")
    return (graph.raw([2, 4 * CELLS, 2 * CELLS if layer else INPUTS], weights), graph.raw([2, 4 * CELLS, CELLS], recurrent),
            graph.raw([2, 8 * CELLS], biases))


def _gates(graph, name):
    data = graph.take(name).data
    quarter = len(data) // 4
    i, f, c, o = (data[index * quarter:(index + 1) * quarter] for index in range(4))
    return i + o + f + c


def _linear_layers(graph, x):
    for name in ("linear.0", "linear.1", "classifier"):
        weight = graph.node("Transpose", [graph.weight(f"{name}.weight")], perm=[1, 0])
        x = graph.node("Add", [graph.node("MatMul", [x, weight]), graph.weight(f"{name}.bias")])
        if name != "classifier":
            x = graph.node("LeakyRelu", [x], alpha=SLOPE)
    return x


def _normal(graph, x, name):
    return graph.node("InstanceNormalization", [x, graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")], epsilon=1e-5)
