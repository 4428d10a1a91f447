"""Writes a graph of eight nodes as Planetoid's files are: pip install numpy scipy."""

import collections
import pickle

import numpy as np
import scipy.sparse as sp


def dump(part, value):
    with open(f"ind.tiny.{part}", "wb") as f:
        pickle.dump(value, f, protocol=2)


def csr(rows):
    return sp.csr_matrix(np.array(rows, dtype=np.float32))


dump("x", csr([[1, 0, 0], [0, 1, 0]]))
dump("y", np.array([[1, 0], [0, 1]], dtype=np.int32))
dump("allx", csr([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 2]]))
dump("ally", np.array([[1, 0], [0, 1], [1, 0], [0, 1]], dtype=np.int32))
dump("tx", csr([[0, 0.5, 0], [0, 0, 3], [4, 0, 0]]))
dump("ty", np.array([[0, 1], [1, 0], [0, 1]], dtype=np.int32))
graph = collections.defaultdict(list)
# Node 5 is in no file of features; node 3 has a loop, and 0 has 1 twice.
graph.update({0: [1, 1], 1: [0, 0, 2], 2: [1, 7], 3: [3], 7: [2, 4], 4: [7], 5: [], 6: [0]})
dump("graph", graph)
with open("ind.tiny.test.index", "w") as f:
    f.write("7\n4\n6\n")
