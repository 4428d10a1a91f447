"""Writes the files that the tests of package matlab read: pip install scipy."""

import numpy as np
import scipy.io as sio
import scipy.sparse as sp

net = sp.csc_matrix(np.array([[0, 1, 0], [2, 0, 0], [0, 3, 0], [0, 0, 0]], dtype=float))
for name, compressed in (("plain.mat", False), ("compressed.mat", True)):
    sio.savemat(name, {"before": np.arange(6).reshape(2, 3), "net": net, "text": "a"}, do_compression=compressed)

square = sp.csc_matrix(np.array([[0, 1, 0], [2, 0, 0], [0, 3, 0]], dtype=float))
sio.savemat("square.mat", {"net": square})
