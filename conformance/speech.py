import os

import av
import numpy

# The development audio, which not every machine has.
AUDIO = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "shared", "audio")
RATE = 16_000


def load(path):
    """The samples of a recording: 16 bits, 16 kHz, one channel."""
    with av.open(path) as file:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        return numpy.concatenate([part.to_ndarray().reshape(-1) for frame in file.decode(audio=0) for part in resampler.resample(frame)])
