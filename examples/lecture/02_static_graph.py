"""TensorFlow 1: first define a graph, then run it many times in a session."""

import numpy as np

from kerasish import graph as tf

N, D, H = 64, 1000, 100

# Define. Nothing is computed here; `x` stands for what each run will be fed.
x = tf.placeholder(tf.float32, shape=(N, D))
y = tf.placeholder(tf.float32, shape=(N, D))
w1 = tf.placeholder(tf.float32, shape=(D, H))
w2 = tf.placeholder(tf.float32, shape=(H, D))

h = tf.maximum(tf.matmul(x, w1), 0)
y_pred = tf.matmul(h, w2)
diff = y_pred - y
loss = tf.reduce_mean(tf.reduce_sum(diff**2, axis=1))
grad_w1, grad_w2 = tf.gradients(loss, [w1, w2])

# Run.
rng = np.random.default_rng(0)
with tf.Session() as sess:
    values = {
        x: rng.normal(size=(N, D)),
        w1: rng.normal(size=(D, H)),
        w2: rng.normal(size=(H, D)),
        y: rng.normal(size=(N, D)),
    }
    loss_val, grad_w1_val, grad_w2_val = sess.run([loss, grad_w1, grad_w2], feed_dict=values)
    print(f"loss {loss_val:.1f}, gradients {grad_w1_val.shape} and {grad_w2_val.shape}")

# Sizes may be left open, or shapes altogether; a session plans its work once for each it meets.
rows = tf.placeholder(tf.float32, shape=(None, D))
anything = tf.placeholder(tf.float32)
total, double = tf.reduce_sum(rows), anything * 2
with tf.Session() as sess:
    for n in (1, 5, 1, 5):
        print(n, "rows:", sess.run(total, {rows: np.ones((n, D))}))
    print("plans:", sess.prepare(total, {rows: None}).function.traces)
    print(sess.run({"one": double, "pair": (double, total)}, {anything: [1, 2], rows: [[1] * D]}))
