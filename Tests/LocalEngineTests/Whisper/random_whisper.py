"""Writes a small Whisper model with random weights, in CTranslate2's format: the true architecture, four languages, 320 words.

Usage: random_whisper.py FOLDER SEED. The same seed gives the same bytes.
"""

import json
import math
import os
import random
import struct
import sys

WIDTH, LAYERS, HEADS, WORDS = 128, 2, 2, 320
FLOAT32, INT8 = 0, 1
SPECIAL = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|es|>", "<|fr|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
           "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]


def main(folder, seed):
    source = random.Random(seed)
    variables = {}

    def normal(name, *shape, gain):
        count = math.prod(shape)
        variables[name] = (shape, FLOAT32, struct.pack(f"<{count}f", *(source.gauss(0, gain) for _ in range(count))))

    def norm(name):
        variables[name + "/gamma"] = ([WIDTH], FLOAT32, struct.pack(f"<{WIDTH}f", *[1.0] * WIDTH))
        variables[name + "/beta"] = ([WIDTH], FLOAT32, bytes(4 * WIDTH))

    def linear(name, rows, columns, gain):
        normal(name + "/weight", rows, columns, gain=gain * columns**-0.5)
        normal(name + "/bias", rows, gain=0.1)

    variables["encoder/num_heads"] = ([], INT8, bytes([HEADS]))
    variables["decoder/activation"] = ([], INT8, bytes([3]))
    for i, channels in ((1, 80), (2, WIDTH)):
        normal(f"encoder/conv{i}/weight", WIDTH, channels, 3, gain=2 * (3 * channels) ** -0.5)
        normal(f"encoder/conv{i}/bias", WIDTH, gain=0.1)
    for part, length in (("encoder", 1500), ("decoder", 448)):
        normal(f"{part}/position_encodings/encodings", length, WIDTH, gain=0.5)
        for i in range(LAYERS):
            name = f"{part}/layer_{i}"
            for piece in ("self_attention",) + (("attention",) if part == "decoder" else ()):
                norm(f"{name}/{piece}/layer_norm")
            linear(f"{name}/self_attention/linear_0", 3 * WIDTH, WIDTH, 2)
            linear(f"{name}/self_attention/linear_1", WIDTH, WIDTH, 1.5)
            if part == "decoder":
                linear(f"{name}/attention/linear_0", WIDTH, WIDTH, 3)
                linear(f"{name}/attention/linear_1", 2 * WIDTH, WIDTH, 2)
                linear(f"{name}/attention/linear_2", WIDTH, WIDTH, 3)
            norm(f"{name}/ffn/layer_norm")
            linear(f"{name}/ffn/linear_0", 4 * WIDTH, WIDTH, 1.5)
            linear(f"{name}/ffn/linear_1", WIDTH, 4 * WIDTH, 1.5)
        norm(f"{part}/layer_norm")
    names = [f"\u0120w{i}" for i in range(WORDS)] + SPECIAL + [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
    # The special tokens are less likely than words, but the end is not: texts end after some words.
    rows = [[source.gauss(0, 3 * WIDTH**-0.5) for _ in range(WIDTH)] for _ in names]
    for row in range(WORDS, len(names)):
        gain = 1.3 if row == WORDS else 0.3
        rows[row] = [value * gain for value in rows[row]]
    variables["decoder/embeddings/weight"] = (
        (len(names), WIDTH), FLOAT32, struct.pack(f"<{len(names) * WIDTH}f", *(value for row in rows for value in row)))
    eot = WORDS
    config = {
        "suppress_ids": [1, 2, 7, eot + 1, *range(eot + 6, eot + 11)], "suppress_ids_begin": [0, eot], "alignment_heads": [[0, 1], [1, 0], [1, 1]]}
    os.makedirs(folder)
    with open(os.path.join(folder, "model.bin"), "wb") as file:
        file.write(model(variables))
    with open(os.path.join(folder, "vocabulary.json"), "w") as file:
        json.dump(names, file)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file)


def model(variables):
    def string(text):
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    pieces = [struct.pack("<I", 6), string("WhisperSpec"), struct.pack("<II", 3, len(variables))]
    for name, (shape, kind, data) in variables.items():
        pieces += [string(name), struct.pack(f"<B{len(shape)}IBI", len(shape), *shape, kind, len(data)), data]
    pieces += [struct.pack("<I", 1), string("decoder/projection/weight"), string("decoder/embeddings/weight")]
    return b"".join(pieces)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
