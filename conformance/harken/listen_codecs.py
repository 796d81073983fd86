"""Audio as `/listen` takes it: each codec's messages, made by the reference libraries and never by Harken's own code."""

import ctypes
import ctypes.util
import io
import os
import struct
import sys

import av
import numpy
import soxr

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vendors"))

from audio import MULAW


class Frames:
    """What a codec makes of a recording: messages, and how many samples a server has of each, at the rate that the query names."""

    def __init__(self, query, messages, samples, slack=0):
        self.query, self.messages, self.samples, self.slack = query, messages, samples, slack


def at(samples, rate, wanted):
    return samples if rate == wanted else soxr.resample(samples, rate, wanted)


def linear(samples):
    return (numpy.clip(samples, -1, 1) * 32767).astype("<i2")


def pieces(data, size):
    return [data[start:start + size] for start in range(0, len(data), size)]


def plain(name, samples, rate, wanted, encode, milliseconds=100):
    data = encode(at(samples, rate, wanted))
    width = len(data) // len(at(samples, rate, wanted))
    messages = pieces(data, width * wanted * milliseconds // 1000)
    messages = [message for message in messages if len(message) > 2]
    return Frames({"codec": name, "sample_rate": wanted}, messages, sum(map(len, messages)) // width)


def mulaw(samples):
    order = numpy.argsort(MULAW)
    return order[numpy.clip(numpy.searchsorted(MULAW[order], samples), 0, 255)].astype(numpy.uint8).tobytes()


def pcm8(samples):
    return ((linear(samples).astype(numpy.int32) >> 8) + 128).astype(numpy.uint8).tobytes()


def pcm16(samples):
    return linear(samples).tobytes()


class OpusEncoder:
    """libopus itself."""

    VOIP = 2048

    def __init__(self, rate):
        self.library = ctypes.CDLL("libopus.so.0")
        self.library.opus_encoder_create.restype = ctypes.c_void_p
        error = ctypes.c_int()
        self.encoder = ctypes.c_void_p(self.library.opus_encoder_create(rate, 1, self.VOIP, ctypes.byref(error)))
        if error.value:
            raise OSError(f"opus_encoder_create: {error.value}")

    def packet(self, samples):
        pcm = numpy.ascontiguousarray(samples, "<i2")
        out = ctypes.create_string_buffer(4000)
        count = self.library.opus_encode(self.encoder, pcm.ctypes.data_as(ctypes.c_void_p), len(pcm), out, 4000)
        if count < 0:
            raise OSError(f"opus_encode: {count}")
        return out.raw[:count]

    def __del__(self):
        self.library.opus_encoder_destroy(self.encoder)


def opus(samples, rate, wanted, milliseconds, name="opus"):
    encoder, pcm = OpusEncoder(wanted), linear(at(samples, rate, wanted))
    length = int(wanted * milliseconds / 1000)
    packets = [encoder.packet(pcm[start:start + length]) for start in range(0, len(pcm) - length + 1, length)]
    # What is silent may be a packet of one or two bytes, which to the server is a sign of life and no audio.
    packets = [packet for packet in packets if len(packet) > 2]
    # The decoder's delay of 6.5 ms is taken off its beginning, so that what was said is where it was said.
    return Frames({"codec": name, "sample_rate": wanted}, packets, len(packets) * length, slack=-(-wanted * 65 // 10000))


def ogg_opus(samples, rate):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(linear(at(samples, rate, 48000)).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48000
        for packet in stream.encode(frame):
            container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    # In messages that care for no page's end.
    return Frames({"codec": "ogg_opus", "sample_rate": 16000}, pieces(buffer.getvalue(), 777), len(at(samples, rate, 16000)), slack=1600)


def aac(samples, rate, wanted):
    index = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000].index(wanted)
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = wanted, "mono", "fltp"
    context.open()
    pcm = at(samples, rate, wanted).astype(numpy.float32)
    messages = []
    for start in range(0, len(pcm) - 1023, 1024):
        frame = av.AudioFrame.from_ndarray(pcm[start:start + 1024].reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = wanted, start
        messages += [bytes(packet) for packet in context.encode(frame)]
    messages += [bytes(packet) for packet in context.encode(None)]

    def adts(payload):
        length = len(payload) + 7
        return bytes([0xFF, 0xF1, 1 << 6 | index << 2, 1 << 6 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC]) + payload

    return Frames({"codec": "aac", "sample_rate": wanted}, [adts(message) for message in messages], len(pcm), slack=3 * 1024)


def lc3(samples, rate, wanted):
    """Frames of 10 ms and 30 bytes, by Google's library."""
    library = ctypes.CDLL("liblc3.so.0")
    library.lc3_setup_encoder.restype = ctypes.c_void_p
    memory = ctypes.create_string_buffer(library.lc3_encoder_size(10000, wanted))
    encoder = ctypes.c_void_p(library.lc3_setup_encoder(10000, wanted, 0, memory))
    pcm, length = linear(at(samples, rate, wanted)), wanted // 100
    messages = []
    for start in range(0, len(pcm) - length + 1, length):
        frame = numpy.ascontiguousarray(pcm[start:start + length])
        out = ctypes.create_string_buffer(30)
        if library.lc3_encode(encoder, 0, frame.ctypes.data_as(ctypes.c_void_p), 1, 30, out):
            raise OSError("lc3_encode")
        messages.append(out.raw)
    # As Opus: 2.5 ms.
    return Frames({"codec": "lc3_fs1030", "sample_rate": wanted}, messages, len(messages) * length, slack=-(-wanted * 25 // 10000))
