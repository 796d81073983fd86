"""Makes Whisper as ONNX from a folder of CTranslate2, as faster-whisper uses it: model.bin, config.json and vocabulary.json or vocabulary.txt.

What it writes:
  encoder.onnx  mel [N, mels, F ≤ 3000] → cross_k.i [N, H, D, T], cross_v.i [N, H, T, D] of each layer i of the decoder; T = ⌈F / 2⌉. Float weights.
                Its metadata has the numbers of the special tokens, the languages, and the sizes
  decoder.onnx  tokens int64 [B, n], past_k, past_v [L, B, H, p, D], cross_k.i, cross_v.i → logits [B, n, V], present_k, present_v
                [L, B, H, p + n, D], alignment [B, A, n, T]. Integer weights. Rows are hypotheses of one recording, when N is 1
  tokens.txt    of each ordinary token: its bytes in base64, and its number

Keys and values of the audio come out of the encoder in the order that the decoder's products want, so that no step computes them again.
`alignment` is the attention of the heads that follow the audio: times of words come from it.

No arithmetic is done on the weights here. Each is written with the bytes of model.bin; casts, transpositions and the rounding to integers are nodes,
which ONNX Runtime computes once when it writes the final file. Integers are unsigned: that way no processor's instructions saturate.
"""

import base64
import json
import os

import ctranslate2_model
from onnx_conversion import CONSTANTS_FOLDED
from onnx_graph import FLOAT, HALF, INT64, UINT8, Graph
from say import SetupError, say

FORMAT, OPSETS = 9, {"": 20, "com.microsoft": 1}  # operators of version 20 are the first with Gelu
GELU = 3  # CTranslate2's number of the activation
KINDS = {ctranslate2_model.FLOAT32: FLOAT, ctranslate2_model.FLOAT16: HALF}


def convert(source, target, runtime):
    """Makes the three files in `target`, a new folder, from the folder `source`."""
    say(f"converting the Whisper model in {source}")
    variables = ctranslate2_model.read(os.path.join(source, "model.bin"))
    with open(os.path.join(source, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    words = _vocabulary(source)
    activation = variables.get("decoder/activation")
    if activation is None or activation.number() != GELU:
        raise SetupError(f"{source} has an activation that is not Whisper's")
    sizes = Sizes(variables)
    os.makedirs(target)
    heads = sorted(tuple(pair) for pair in config.get("alignment_heads", []))
    for part, graph, write, metadata in (
            ("encoder", Network(variables), _encoder, _metadata(sizes, words, config)), ("decoder", IntegerNetwork(variables), _decoder, None)):
        path = os.path.join(target, part + ".onnx")
        given, found = write(graph, sizes, heads)
        with open(path + ".draft", "wb") as file:
            file.write(graph.file(part, given, found, FORMAT, OPSETS, metadata))
        runtime.write_as_onnx(path + ".draft", path, level=CONSTANTS_FOLDED)
        os.remove(path + ".draft")
    with open(os.path.join(target, "tokens.txt"), "w", encoding="ascii") as file:
        file.write(_tokens(words))


class Sizes:
    def __init__(self, variables):
        def layers(part):
            return sum(name.startswith(part + "/layer_") and name.endswith("/ffn/linear_0/weight") for name in variables)

        try:
            self.width, self.mels, _ = variables["encoder/conv1/weight"].shape
            self.heads = variables["encoder/num_heads"].number()
            self.audio = variables["encoder/position_encodings/encodings"].shape[0]
            self.text = variables["decoder/position_encodings/encodings"].shape[0]
            self.words = variables["decoder/embeddings/weight"].shape[0]
        except KeyError as error:
            raise SetupError(f"the Whisper model has no {error}") from None
        self.encoder_layers, self.layers = layers("encoder"), layers("decoder")
        self.head = self.width // self.heads


class Network(Graph):
    """The parts that encoder and decoder share."""

    def __init__(self, variables):
        super().__init__({})
        self._variables, self._made = variables, {}

    def variable(self, name):
        if name not in self._variables:
            raise SetupError(f"the Whisper model has no {name}")
        found = self._variables[name]
        if found.kind not in KINDS:
            raise SetupError(f"the Whisper model's {name} is not of floating point: give a model in float16 or float32")
        return found

    def floats_of(self, variable):
        """The variable as a float tensor."""
        tensor = self.raw(variable.shape, variable.data, KINDS[variable.kind])
        return self.node("Cast", [tensor], to=FLOAT) if variable.kind == ctranslate2_model.FLOAT16 else tensor

    def named(self, name):
        return self.floats_of(self.variable(name))

    def scalar(self, value):
        if value not in self._made:
            self._made[value] = self.floats([], [value])
        return self._made[value]

    def normal(self, x, name):
        return self.node("LayerNormalization", [x, self.named(name + "/gamma"), self.named(name + "/beta")], axis=-1, epsilon=1e-5)

    def product(self, x, weight, bias):
        weight = self.node("Transpose", [self.floats_of(weight)], perm=[1, 0])
        return self.node("Add", [self.node("MatMul", [x, weight]), self.floats_of(bias)])

    def linear(self, x, name):
        return self.product(x, self.variable(name + "/weight"), self.variable(name + "/bias"))

    def split(self, x, name, count):
        """The products of a layer that holds several, such as queries, keys and values in one."""
        weight, bias = self.variable(name + "/weight"), self.variable(name + "/bias")
        size = weight.shape[0] // count
        return [self.product(x, weight.rows(i * size, (i + 1) * size), bias.rows(i * size, (i + 1) * size)) for i in range(count)]

    def by_heads(self, x, sizes, keys=False):
        """[B, n, H · D] to [B, H, n, D], for keys to [B, H, D, n]."""
        x = self.node("Reshape", [x, self.integers([0, -1, sizes.heads, sizes.head])])
        return self.node("Transpose", [x], perm=[0, 2, 3, 1] if keys else [0, 2, 1, 3])

    def joined(self, x, sizes):
        return self.node("Reshape", [self.node("Transpose", [x], perm=[0, 2, 1, 3]), self.integers([0, -1, sizes.width])])

    def queries(self, x, sizes):
        return self.by_heads(self.node("Mul", [x, self.scalar(sizes.head ** -0.5)]), sizes)

    def weighted(self, scores, values, sizes):
        """The values, weighted by the scores of their keys."""
        return self.joined(self.node("MatMul", [self.node("Softmax", [scores], axis=-1), values]), sizes)

    def feed_forward(self, x, name):
        h = self.linear(self.normal(x, f"{name}/ffn/layer_norm"), f"{name}/ffn/linear_0")
        return self.node("Add", [x, self.linear(self.node("Gelu", [h], approximate="none"), f"{name}/ffn/linear_1")])


class IntegerNetwork(Network):
    """A network whose products round their weights to 8 bits, with one scale for each output."""

    def rounded(self, weight):
        """Integers [in, out] and scales [out] of a float weight [out, in]."""
        largest = self.node("ReduceMax", [self.node("Abs", [weight]), self.integers([1])], keepdims=1)
        scale = self.node("Div", [self.node("Max", [largest, self.scalar(1e-8)]), self.scalar(127.0)])
        whole = self.node("Round", [self.node("Div", [weight, scale])])
        whole = self.node("Clip", [whole, self.scalar(-127.0), self.scalar(127.0)])
        whole = self.node("Cast", [self.node("Add", [whole, self.scalar(128.0)])], to=UINT8)
        return self.node("Transpose", [whole], perm=[1, 0]), self.node("Reshape", [scale, self.integers([-1])])

    def integer_product(self, x, weight, scale, output=None):
        if "zero" not in self._made:
            self._made["zero"] = self.raw([], bytes([128]), UINT8)
        return self.node("DynamicQuantizeMatMul", [x, weight, scale, self._made["zero"]], output=output, domain="com.microsoft")

    def product(self, x, weight, bias):
        return self.node("Add", [self.integer_product(x, *self.rounded(self.floats_of(weight))), self.floats_of(bias)])


def _encoder(graph, sizes, _):
    x = "mel"
    for i in (1, 2):
        weights = [graph.named(f"encoder/conv{i}/{part}") for part in ("weight", "bias")]
        x = graph.node("Conv", [x, *weights], kernel_shape=[3], pads=[1, 1], strides=[i])
        x = graph.node("Gelu", [x], approximate="none")
    x = graph.node("Transpose", [x], perm=[0, 2, 1])
    # Shorter audio has the first positions only.
    length = graph.node("Shape", [x], start=1, end=2)
    positions = graph.node("Slice", [graph.named("encoder/position_encodings/encodings"), graph.integers([0]), length, graph.integers([0])])
    x = graph.node("Add", [x, positions])
    for i in range(sizes.encoder_layers):
        name = f"encoder/layer_{i}"
        q, k, v = graph.split(graph.normal(x, f"{name}/self_attention/layer_norm"), f"{name}/self_attention/linear_0", 3)
        scores = graph.node("MatMul", [graph.queries(q, sizes), graph.by_heads(k, sizes, keys=True)])
        h = graph.linear(graph.weighted(scores, graph.by_heads(v, sizes), sizes), f"{name}/self_attention/linear_1")
        x = graph.feed_forward(graph.node("Add", [x, h]), name)
    x = graph.normal(x, "encoder/layer_norm")
    for i in range(sizes.layers):
        k, v = graph.split(x, f"decoder/layer_{i}/attention/linear_1", 2)
        graph.node("Identity", [graph.by_heads(k, sizes, keys=True)], output=f"cross_k.{i}")
        graph.node("Identity", [graph.by_heads(v, sizes)], output=f"cross_v.{i}")
    return [("mel", ["N", sizes.mels, "F"])], _cross(sizes)


def _cross(sizes):
    return [value for i in range(sizes.layers) for value in (
        (f"cross_k.{i}", ["N", sizes.heads, sizes.head, "T"]), (f"cross_v.{i}", ["N", sizes.heads, "T", sizes.head]))]


def _decoder(graph, sizes, alignment):
    past, count = graph.node("Shape", ["past_k"], start=3, end=4), graph.node("Shape", ["tokens"], start=1, end=2)
    total = graph.node("Add", [past, count])
    # The vocabulary is used for the words in and for the words out. It is kept once, and the few rows that come in are scaled back.
    table, scales = graph.rounded(graph.named("decoder/embeddings/weight"))
    x = graph.node("Cast", [graph.node("Gather", [table, "tokens"], axis=1)], to=FLOAT)  # [width, B, n]
    x = graph.node("Mul", [graph.node("Sub", [x, graph.scalar(128.0)]), graph.node("Gather", [scales, "tokens"], axis=0)])
    x = graph.node("Transpose", [x], perm=[1, 2, 0])
    positions = graph.named("decoder/position_encodings/encodings")
    x = graph.node("Add", [x, graph.node("Slice", [positions, past, total, graph.integers([0])])])
    mask = graph.node("Slice", [_triangle(graph, sizes), past, total, graph.integers([0])])
    mask = graph.node("Slice", [mask, graph.integers([0]), total, graph.integers([1])])  # [n, p + n]
    present, aligned = {"k": [], "v": []}, []
    for i in range(sizes.layers):
        name, layer = f"decoder/layer_{i}", graph.raw([], i.to_bytes(8, "little"), INT64)
        q, *new = graph.split(graph.normal(x, f"{name}/self_attention/layer_norm"), f"{name}/self_attention/linear_0", 3)
        full = {}
        for part, y in zip("kv", new):
            old = graph.node("Gather", [f"past_{part}", layer], axis=0)
            full[part] = graph.node("Concat", [old, graph.by_heads(y, sizes)], axis=2)
            present[part].append(graph.node("Unsqueeze", [full[part], graph.integers([0])]))
        keys = graph.node("Transpose", [full["k"]], perm=[0, 1, 3, 2])
        scores = graph.node("Add", [graph.node("MatMul", [graph.queries(q, sizes), keys]), mask])
        h = graph.weighted(scores, full["v"], sizes)
        x = graph.node("Add", [x, graph.linear(h, f"{name}/self_attention/linear_1")])
        q = graph.linear(graph.normal(x, f"{name}/attention/layer_norm"), f"{name}/attention/linear_0")
        attention = graph.node("Softmax", [graph.node("MatMul", [graph.queries(q, sizes), f"cross_k.{i}"])], axis=-1)  # [B, H, n, T]
        heads = [head for of, head in alignment if of == i]
        if heads:
            aligned.append(graph.node("Gather", [attention, graph.integers(heads)], axis=1))
        h = graph.joined(graph.node("MatMul", [attention, f"cross_v.{i}"]), sizes)
        x = graph.feed_forward(graph.node("Add", [x, graph.linear(h, f"{name}/attention/linear_2")]), name)
    graph.integer_product(graph.normal(x, "decoder/layer_norm"), table, scales, output="logits")
    found = [("logits", ["B", "n", sizes.words])]
    for part in "kv":
        graph.node("Concat", present[part], output=f"present_{part}", axis=0)
        found.append((f"present_{part}", [sizes.layers, "B", sizes.heads, "q", sizes.head]))
    if aligned:
        graph.node("Concat", aligned, output="alignment", axis=1)
        found.append(("alignment", ["B", len(alignment), "n", "T"]))
    pasts = [(f"past_{part}", [sizes.layers, "B", sizes.heads, "p", sizes.head]) for part in "kv"]
    return [("tokens", ["B", "n"], INT64), *pasts, *_cross(sizes)], found


def _triangle(graph, sizes):
    """What keeps a token from seeing later ones."""
    rows = [[0.0] * (row + 1) + [float("-inf")] * (sizes.text - row - 1) for row in range(sizes.text)]
    return graph.floats([sizes.text, sizes.text], [value for row in rows for value in row])


def _vocabulary(folder):
    path = os.path.join(folder, "vocabulary.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    with open(os.path.join(folder, "vocabulary.txt"), encoding="utf-8") as file:
        return file.read().removesuffix("\n").split("\n")


def _tokens(words):
    """`base64(bytes) number` of each ordinary token. The special ones, from <|endoftext|> on, are left out."""
    # GPT-2's alphabet: '!'…'~', '¡'…'¬', '®'…'ÿ' stand for themselves, the other bytes for U+0100 and on.
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    alphabet = {chr(byte): byte for byte in plain} | {chr(0x100 + i): byte for i, byte in enumerate(others)}
    ordinary = words[:words.index("<|endoftext|>")]
    return "".join(f"{base64.b64encode(bytes(alphabet[c] for c in word)).decode()} {number}\n" for number, word in enumerate(ordinary))


def _metadata(sizes, words, config):
    """The facts of a model. The names are those that sherpa-onnx uses."""
    number = {word: i for i, word in enumerate(words)}
    try:
        sot = number["<|startoftranscript|>"]
        languages = range(sot + 1, number["<|translate|>"])
        facts = {
            "model_type": "whisper", "n_mels": sizes.mels, "n_audio_ctx": sizes.audio, "n_audio_layer": sizes.encoder_layers, "n_vocab": sizes.words,
            "n_text_ctx": sizes.text, "n_text_state": sizes.width, "n_text_head": sizes.heads, "n_text_layer": sizes.layers, "sot": sot,
            "eot": number["<|endoftext|>"], "no_speech": number.get("<|nospeech|>", number.get("<|nocaptions|>")),
            "translate": number["<|translate|>"], "transcribe": number["<|transcribe|>"], "no_timestamps": number["<|notimestamps|>"],
        }
    except KeyError as error:
        raise SetupError(f"the vocabulary of the Whisper model has no {error}") from None
    if facts["no_speech"] is None or sizes.words < len(words) or "suppress_ids" not in config or len(languages) < 2:
        raise SetupError("the Whisper model is of one language only, or its config.json and vocabulary are not complete")
    return facts | {
        "all_language_tokens": ",".join(map(str, languages)), "all_language_codes": ",".join(words[i][2:-2] for i in languages),
        "non_speech_tokens": ",".join(map(str, config["suppress_ids"])), "suppress_begin": ",".join(map(str, config["suppress_ids_begin"])),
    }
