"""Writes the files of this folder: python generate.py, with PyTorch 2.15.0."""
from collections import OrderedDict

import torch

base = torch.arange(12, dtype=torch.float32)
state = OrderedDict()
state["float32"] = base.reshape(3, 4) / 4
state["float16"] = torch.tensor([1.5, -2.0, 65504.0, 2.0**-24], dtype=torch.float16)
state["bfloat16"] = torch.tensor([1.5, -3.0], dtype=torch.bfloat16)
state["float64"] = torch.tensor([0.1], dtype=torch.float64)
state["int64"] = torch.tensor(-7)
state["bool"] = torch.tensor([True, False])
state["transposed"] = base.reshape(3, 4).t()  # not contiguous
state["shared"] = base[4:8]  # the storage of "transposed", from the fifth value
state["strided"] = base[1::3]
state["empty"] = torch.zeros(0, 3)
state["parameter"] = torch.nn.Parameter(torch.tensor([[2.0]]))
model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3, bias=False), torch.nn.BatchNorm2d(2))
with torch.no_grad():
    model[0].weight.copy_(torch.arange(18).reshape(2, 1, 3, 3))
for form, new in ("zip", True), ("legacy", False):
    torch.save(state, f"{form}.pt", _use_new_zipfile_serialization=new)
    torch.save({"epoch": 3, "state_dict": model.state_dict(), "best_acc": 91.5}, f"checkpoint-{form}.pt", _use_new_zipfile_serialization=new)

# numpy.npz, with NumPy 2.4.
import numpy

numpy.savez(
    "numpy.npz",
    float32=numpy.arange(12, dtype="<f4").reshape(3, 4) / 4,
    fortran=numpy.asfortranarray(numpy.arange(6, dtype="<f8").reshape(2, 3)),
    float16=numpy.array([1.5, -2.0, 65504.0, 2.0**-24], dtype="<f2"),
    int64=numpy.array(-7),
    bool=numpy.array([True, False]),
    empty=numpy.zeros((0, 3), dtype="<f4"),
)
