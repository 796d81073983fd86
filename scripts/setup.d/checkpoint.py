"""Reading PyTorch checkpoints without PyTorch: a zip of numbers and a pickle that names them, of which only tensors are made."""

import collections
import io
import math
import pickle
import struct
import zipfile

from say import SetupError


class Tensor(collections.namedtuple("Tensor", "shape data")):
    """A tensor's shape and its numbers, little-endian."""

    def floats(self):
        return struct.unpack(f"<{math.prod(self.shape)}f", self.data)


def read(path):
    """What the checkpoint holds: dictionaries, plain values and tensors."""
    with zipfile.ZipFile(path) as bundle:
        storages = {name.rsplit("/", 1)[1]: bundle.read(name) for name in bundle.namelist() if "/data/" in name}
        pickled = next((name for name in bundle.namelist() if name.endswith("/data.pkl")), None)
        if pickled is None:
            raise SetupError(f"{path} is not a checkpoint of PyTorch: it has no data.pkl")
        return _Unpickler(bundle.read(pickled), storages).load()


class _Unpickler(pickle.Unpickler):
    """Makes tensors and nothing else."""

    def __init__(self, data, storages):
        super().__init__(io.BytesIO(data))
        self._storages = storages

    def find_class(self, module, name):
        known = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch", "FloatStorage"): 4,
            ("torch", "LongStorage"): 8,
        }
        if (module, name) not in known:
            raise SetupError(f"a checkpoint asks for {module}.{name}, which is not made")
        return known[module, name]

    def persistent_load(self, identifier):
        _, width, key, _, _ = identifier
        return width, self._storages[key]


def _tensor(storage, offset, shape, strides, *_):
    width, data = storage
    expected = [math.prod(shape[index + 1:]) for index in range(len(shape))]
    # The stride of an axis of one element says nothing.
    if any(stride != wanted for stride, wanted, length in zip(strides, expected, shape) if length > 1):
        raise SetupError("a checkpoint has a tensor whose elements are not in the usual order")
    return Tensor(list(shape), data[offset * width:(offset + math.prod(shape)) * width])
