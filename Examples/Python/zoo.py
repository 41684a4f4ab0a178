"""Predictions of a model file (.zoo or .onnx) in Python: NumPy in, NumPy out. One file, to copy; no package to install.

    swift build -c release --product ZooC          # makes .build/release/libZooC.so (.dylib on macOS)

    import zoo
    model = zoo.Model("model.zoo", library=".build/release/libZooC.so")
    probabilities = model({"image": images})["probabilities"]     # images: float32 [N, C, H, W], channels as model.channels

The library may also be named by the variable ZOO_LIBRARY, or lie where the system looks for libraries.
"""

import ctypes
import os
import sys

import numpy

_TYPES = {1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool",
          10: "float16", 11: "float64", 12: "uint32", 13: "uint64"}
_NUMBERS = {numpy.dtype(name): number for number, name in _TYPES.items()}


class Error(Exception):
    """What the library says is wrong."""


class _Tensor(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("type", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("data", ctypes.c_void_p)]


def _library(path):
    path = path or os.environ.get("ZOO_LIBRARY") or ("libZooC.dylib" if sys.platform == "darwin" else "libZooC.so")
    library = ctypes.CDLL(path)
    text = ctypes.POINTER(ctypes.c_void_p)
    for name, result, arguments in [
        ("version", ctypes.c_char_p, []),
        ("load", ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int32, text]),
        ("check", ctypes.c_int, [ctypes.c_void_p, text]),
        ("input_count", ctypes.c_size_t, [ctypes.c_void_p]),
        ("input", _Tensor, [ctypes.c_void_p, ctypes.c_size_t]),
        ("output_count", ctypes.c_size_t, [ctypes.c_void_p]),
        ("output", _Tensor, [ctypes.c_void_p, ctypes.c_size_t]),
        ("channel_count", ctypes.c_size_t, [ctypes.c_void_p]),
        ("channel", ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        ("class_count", ctypes.c_size_t, [ctypes.c_void_p]),
        ("class", ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        ("run", ctypes.c_void_p, [ctypes.c_void_p, ctypes.POINTER(_Tensor), ctypes.c_size_t, text]),
        ("result_count", ctypes.c_size_t, [ctypes.c_void_p]),
        ("result_tensor", _Tensor, [ctypes.c_void_p, ctypes.c_size_t]),
        ("result_free", None, [ctypes.c_void_p]),
        ("free", None, [ctypes.c_void_p]),
        ("string_free", None, [ctypes.c_void_p]),
    ]:
        function = getattr(library, f"zoo_{name}")
        function.restype, function.argtypes = result, arguments
    return library


class Model:
    """A model ready to predict. May be called from several threads at once."""

    def __init__(self, path, threads=0, library=None):
        self._library = _library(library)
        self._model = self._called("load", os.fsencode(path), threads)
        self.channels = self._texts("channel")
        self.classes = self._texts("class")
        self.inputs = self._declared("input")
        self.outputs = self._declared("output")

    def __call__(self, inputs):
        """`inputs`: arrays by name. Returns arrays by name."""
        arrays = {name: numpy.ascontiguousarray(value) for name, value in inputs.items()}
        tensors = (_Tensor * max(1, len(arrays)))()
        for tensor, (name, array) in zip(tensors, arrays.items()):
            if array.dtype not in _NUMBERS:
                raise Error(f"'{name}' has elements of type {array.dtype}")
            tensor.name, tensor.type, tensor.rank = name.encode(), _NUMBERS[array.dtype], array.ndim
            tensor.shape = (ctypes.c_int64 * max(1, array.ndim))(*array.shape)
            tensor.data = array.ctypes.data
        result = self._called("run", self._model, tensors, len(arrays))
        try:
            count = self._library.zoo_result_count(result)
            return dict(map(self._array, (self._library.zoo_result_tensor(result, index) for index in range(count))))
        finally:
            self._library.zoo_result_free(result)

    def check(self):
        """Executes the self-test that the file carries; raises an Error if it fails."""
        error = ctypes.c_void_p()
        if self._library.zoo_check(self._model, ctypes.byref(error)) != 0:
            raise Error(self._taken(error))

    def close(self):
        """Gives the model's memory back. It can't be used any more."""
        model, self._model = getattr(self, "_model", None), None
        if model:
            self._library.zoo_free(model)

    __del__ = close

    def _called(self, name, *arguments):
        error = ctypes.c_void_p()
        result = getattr(self._library, f"zoo_{name}")(*arguments, ctypes.byref(error))
        if not result:
            raise Error(self._taken(error))
        return result

    def _taken(self, error):
        text = ctypes.string_at(error.value).decode() if error.value else "unknown"
        self._library.zoo_string_free(error)
        return text

    def _texts(self, kind):
        count = getattr(self._library, f"zoo_{kind}_count")(self._model)
        return [getattr(self._library, f"zoo_{kind}")(self._model, index).decode() for index in range(count)]

    def _declared(self, kind):
        count = getattr(self._library, f"zoo_{kind}_count")(self._model)
        tensors = [getattr(self._library, f"zoo_{kind}")(self._model, index) for index in range(count)]
        return {tensor.name.decode(): (_TYPES.get(tensor.type), tuple(
            None if tensor.shape[axis] < 0 else tensor.shape[axis] for axis in range(tensor.rank))) for tensor in tensors}

    @staticmethod
    def _array(tensor):
        dtype, shape = numpy.dtype(_TYPES[tensor.type]), tuple(tensor.shape[axis] for axis in range(tensor.rank))
        size = int(numpy.prod(shape, dtype=numpy.int64)) * dtype.itemsize
        elements = ctypes.string_at(tensor.data, size) if size else b""
        return tensor.name.decode(), numpy.frombuffer(elements, dtype).reshape(shape).copy()
