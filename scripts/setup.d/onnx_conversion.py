"""Converting `.ort` models to plain `.onnx` ones.

ONNX Runtime does not fold constants in ORT files, so the decoder would unpack all its weights again for every token.
Loaded without optimisation and written out as ONNX, then loaded with full optimisation, it is five times faster, and ten times
when it multiplies by its integer weights as they are.
"""

import ctypes
import os

from onnx_integers import with_integer_products
from onnx_names import with_named_branches
from packages import sha256
from say import SetupError, say

# Slots of the function table, which has only been appended to since ONNX Runtime 1.0.
GET_ERROR_MESSAGE, CREATE_ENVIRONMENT, CREATE_SESSION = 2, 3, 7
CREATE_OPTIONS, SET_OPTIMIZED_MODEL_PATH, SET_OPTIMIZATION_LEVEL = 10, 11, 23
RELEASE_SESSION, RELEASE_OPTIONS = 95, 100
LOG_ERRORS = 3
# Levels of optimisation. The second computes what depends on constants alone.
NO_OPTIMIZATION, CONSTANTS_FOLDED = 0, 1


class _ApiBase(ctypes.Structure):
    _fields_ = [("get_api", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)), ("get_version", ctypes.c_void_p)]


class Runtime:
    """The few calls of libonnxruntime.so that the conversion needs."""

    def __init__(self, library):
        base = ctypes.CDLL(library).OrtGetApiBase
        base.restype = ctypes.POINTER(_ApiBase)
        table = base().contents.get_api(1)
        if not table:
            raise SetupError(f"{library} does not offer the first version of its interface")
        self._slots = ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))
        self._environment = ctypes.c_void_p()
        self._call(CREATE_ENVIRONMENT, ctypes.c_int(LOG_ERRORS), b"setup", ctypes.byref(self._environment))

    def write_as_onnx(self, model, target, level=NO_OPTIMIZATION):
        options, session = ctypes.c_void_p(), ctypes.c_void_p()
        self._call(CREATE_OPTIONS, ctypes.byref(options))
        self._call(SET_OPTIMIZATION_LEVEL, options, ctypes.c_int(level))
        self._call(SET_OPTIMIZED_MODEL_PATH, options, os.fsencode(target))
        self._call(CREATE_SESSION, self._environment, os.fsencode(model), options, ctypes.byref(session))
        self._release(RELEASE_SESSION, session)
        self._release(RELEASE_OPTIONS, options)

    def _call(self, slot, *arguments):
        status = ctypes.CFUNCTYPE(ctypes.c_void_p, *map(_kind, arguments))(self._slots[slot])(*arguments)
        if status:
            message = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(self._slots[GET_ERROR_MESSAGE])(status)
            raise SetupError(f"ONNX Runtime: {message.decode(errors='replace')}")

    def _release(self, slot, handle):
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self._slots[slot])(handle)


def _kind(argument):
    if isinstance(argument, bytes):
        return ctypes.c_char_p
    return ctypes.c_int if isinstance(argument, ctypes.c_int) else ctypes.c_void_p


def convert(conversion, runtime, folder):
    """Makes `conversion["to"]` below `folder`; the runtime's raw output must have the pinned sha256."""
    source, target = os.path.join(folder, conversion["from"]), os.path.join(folder, conversion["to"])
    say(f"converting {os.path.basename(source)}")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    raw = source + ".onnx"
    runtime.write_as_onnx(source, raw)
    actual = sha256(raw)
    if actual != conversion["raw_sha256"]:
        raise SetupError(f"the converted {os.path.basename(source)} has the sha256 {actual}, expected {conversion['raw_sha256']}")
    with open(raw, "rb") as file:
        named, _ = with_named_branches(file.read())
    converted, count = with_integer_products(named)
    if count != conversion["products"]:
        raise SetupError(f"{os.path.basename(source)} has {count} products of integer weights, expected {conversion['products']}")
    with open(target, "wb") as file:
        file.write(converted)
    os.remove(raw)
