"""Runs STEM.onnx with ONNX Runtime on the float32 numbers of STEM.input, for each STEM given, and writes STEM.output."""

import sys

import numpy
import onnx
import onnxruntime

for stem in sys.argv[1:]:
    onnx.checker.check_model(stem + ".onnx", full_check=True)
    session = onnxruntime.InferenceSession(stem + ".onnx", providers=["CPUExecutionProvider"])
    value = session.get_inputs()[0]
    x = numpy.fromfile(stem + ".input", dtype="<f4").reshape(-1, *value.shape[1:])
    (y,) = session.run(None, {value.name: x})
    y.astype("<f4").tofile(stem + ".output")
