"""Writes the files that the tests of package numpy read: pip install numpy scipy."""

import pickle

import numpy as np
import scipy.sparse as sp

matrix = sp.csr_matrix(np.array([[0, 1.5, 0], [2, 0, -3]], dtype=np.float32))
grid = np.arange(24).reshape(2, 3, 4)

np.savez_compressed(
    "arrays.npz",
    bool=np.array([True, False]),
    int8=np.array([-1, 2], dtype=np.int8),
    uint16=np.array([65535], dtype=np.uint16),
    int64=np.array([-5, 7]),
    uint64=np.array([2**63], dtype=np.uint64),
    big=np.array([1, -2], dtype=">i4"),
    float64=np.array([[0.5, -0.25]]),
    float32big=np.array([1.5], dtype=">f4"),
    scalar=np.array(3),
    empty=np.zeros((0, 4), dtype=np.float32),
    grid=np.ascontiguousarray(grid),
    fortran=np.asfortranarray(grid),
    complex=np.array([1j]),
    text=np.array(["a"]),
    m_data=matrix.data, m_indices=matrix.indices, m_indptr=matrix.indptr, m_shape=matrix.shape,
)
for protocol in (2, 4):
    with open(f"matrix{protocol}.pickle", "wb") as f:
        pickle.dump(matrix, f, protocol)
    with open(f"fortran{protocol}.pickle", "wb") as f:
        pickle.dump(np.asfortranarray(grid[0]), f, protocol)
