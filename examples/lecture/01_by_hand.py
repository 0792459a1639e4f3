"""One formula three ways: gradients by hand in NumPy, by the tape, by the graph.

The notes: `c = sum(x * y + z)` as a computational graph, first with the gradients written out.
"""

import numpy as np

from kerasish import graph as tf
from kerasish import tape as torch

N, D = 3, 4
rng = np.random.default_rng(0)
x, y, z = (rng.normal(size=(N, D)).astype("float32") for _ in range(3))

# NumPy: forward, then backward by hand.
a = x * y
b = a + z
c = np.sum(b)

grad_c = np.float32(1.0)
grad_b = grad_c * np.ones((N, D), "float32")
grad_a = grad_b.copy()
grad_z = grad_b.copy()
grad_x = grad_a * y
grad_y = grad_a * x

# The tape: what is computed is recorded, and walked back.
tx, ty, tz = (torch.tensor(array, requires_grad=True) for array in (x, y, z))
tc = (tx * ty + tz).sum()
tc.backward()

# The graph: defined first, with nothing in it, then run.
px, py, pz = (tf.placeholder(tf.float32) for _ in range(3))
pc = tf.reduce_sum(px * py + pz)
gradients = tf.gradients(pc, [px, py, pz])
with tf.Session() as sess:
    out = sess.run([pc, *gradients], feed_dict={px: x, py: y, pz: z})

by_hand = [grad_x, grad_y, grad_z]
by_tape = [t.grad.numpy() for t in (tx, ty, tz)]
print(f"c: by hand {c:.6f}, tape {tc.item():.6f}, graph {out[0]:.6f}")
print("tape, gradients to the bit:", all(map(np.array_equal, by_hand, by_tape)))
print("graph, gradients to the bit:", all(map(np.array_equal, by_hand, out[1:])))
print("graph and tape, the sum to the bit:", out[0].tobytes() == tc.numpy().tobytes())
