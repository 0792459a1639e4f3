"""The two-layer net of the notes five ways, from weights fed at each step to `layers.dense`.

All begin with the same weights and reach the same losses, bit for bit, in both engines.
"""

import numpy as np

from kerasish import graph as tf

N, D, H, STEPS, RATE = 64, 1000, 100, 50, 1e-5
rng = np.random.default_rng(0)
X = rng.normal(size=(N, D)).astype("float32")
Y = rng.normal(size=(N, D)).astype("float32")
W1 = rng.normal(size=(D, H)).astype("float32")
W2 = rng.normal(size=(H, D)).astype("float32") * np.float32(0.1)


def inputs():
    return tf.placeholder(tf.float32, shape=(N, D)), tf.placeholder(tf.float32, shape=(N, D))


def two_layers(x, w1, w2):
    return tf.matmul(tf.maximum(tf.matmul(x, w1), 0), w2)


def weights_fed_each_step(engine):
    x, y = inputs()
    w1, w2 = tf.placeholder(tf.float32, shape=(D, H)), tf.placeholder(tf.float32, shape=(H, D))
    loss = tf.losses.mean_squared_error(y, two_layers(x, w1, w2))
    grad_w1, grad_w2 = tf.gradients(loss, [w1, w2])
    losses = []
    with tf.Session(engine) as sess:
        values = {x: X, y: Y, w1: W1.copy(), w2: W2.copy()}
        for _ in range(STEPS):
            loss_val, grad_w1_val, grad_w2_val = sess.run([loss, grad_w1, grad_w2], values)
            values[w1] -= np.float32(RATE) * grad_w1_val
            values[w2] -= np.float32(RATE) * grad_w2_val
            losses.append(loss_val)
    return losses


def weights_as_variables(engine):
    x, y = inputs()
    w1, w2 = tf.Variable(W1), tf.Variable(W2)
    loss = tf.losses.mean_squared_error(y, two_layers(x, w1, w2))
    grad_w1, grad_w2 = tf.gradients(loss, [w1, w2])
    new_w1, new_w2 = w1 - RATE * grad_w1, w2 - RATE * grad_w2
    losses = []
    with tf.Session(engine) as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(STEPS):
            loss_val, w1_val, w2_val = sess.run([loss, new_w1, new_w2], {x: X, y: Y})
            w1.load(w1_val)
            w2.load(w2_val)
            losses.append(loss_val)
    return losses


def run(engine, loss, updates, feed):
    with tf.Session(engine) as sess:
        sess.run(tf.global_variables_initializer())
        return [sess.run([loss, updates], feed)[0] for _ in range(STEPS)]


def assign_and_group(engine):
    x, y = inputs()
    w1, w2 = tf.Variable(W1), tf.Variable(W2)
    loss = tf.losses.mean_squared_error(y, two_layers(x, w1, w2))
    grad_w1, grad_w2 = tf.gradients(loss, [w1, w2])
    updates = tf.group(w1.assign(w1 - RATE * grad_w1), w2.assign(w2 - RATE * grad_w2))
    return run(engine, loss, updates, {x: X, y: Y})


def optimizer_and_minimize(engine):
    x, y = inputs()
    w1, w2 = tf.Variable(W1), tf.Variable(W2)
    loss = tf.losses.mean_squared_error(y, two_layers(x, w1, w2))
    updates = tf.train.GradientDescentOptimizer(RATE).minimize(loss)
    return run(engine, loss, updates, {x: X, y: Y})


def layers_dense(engine):
    x, y = inputs()
    first, second = (lambda shape, dtype=None, w=w: w for w in (W1, W2))
    h = tf.layers.dense(
        inputs=x, units=H, activation=lambda v: tf.maximum(v, 0), use_bias=False,
        kernel_initializer=first,
    )  # fmt: skip
    y_pred = tf.layers.dense(inputs=h, units=D, use_bias=False, kernel_initializer=second)
    loss = tf.losses.mean_squared_error(y, y_pred)
    updates = tf.train.GradientDescentOptimizer(RATE).minimize(loss)
    return run(engine, loss, updates, {x: X, y: Y})


ways = [
    weights_fed_each_step, weights_as_variables, assign_and_group, optimizer_and_minimize,
    layers_dense,
]  # fmt: skip
curves = []
for way in ways:
    for engine in ("graph", "eager"):
        tf.reset_default_graph()
        curves.append(np.array(way(engine)))
        ends = f"{curves[-1][0]:.4f} … {curves[-1][-1]:.4f}"
        print(f"{way.__name__:24} {engine:6} {ends}")
print("all curves to the bit:", all(c.tobytes() == curves[0].tobytes() for c in curves))

# The last form of the notes: He's initializer, biases, Adam or whatever else one likes.
tf.reset_default_graph()
x, y = inputs()
init = tf.variance_scaling_initializer(2.0, seed=1)
h = tf.layers.dense(inputs=x, units=H, activation=tf.nn.relu, kernel_initializer=init)
y_pred = tf.layers.dense(inputs=h, units=D, kernel_initializer=init)
loss = tf.losses.mean_squared_error(y, y_pred)
losses = run("graph", loss, tf.train.AdamOptimizer(1e-3).minimize(loss), {x: X, y: Y})
print(f"He and Adam: {losses[0]:.4f} … {losses[-1]:.4f}")
