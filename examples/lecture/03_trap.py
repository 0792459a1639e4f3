"""The trap of static graphs: what is not asked for does not run.

The notes' first version with variables trains nothing, since only the loss is fetched.
"""

import numpy as np

from kerasish import graph as tf

N, D, H = 64, 1000, 100
rng = np.random.default_rng(0)

x = tf.placeholder(tf.float32, shape=(N, D))
y = tf.placeholder(tf.float32, shape=(N, D))
w1 = tf.Variable(tf.random_normal((D, H), seed=1))
w2 = tf.Variable(tf.random_normal((H, D), seed=2))

h = tf.maximum(tf.matmul(x, w1), 0)
y_pred = tf.matmul(h, w2)
diff = y_pred - y
loss = tf.reduce_mean(tf.reduce_sum(diff**2, axis=1))
grad_w1, grad_w2 = tf.gradients(loss, [w1, w2])

learning_rate = 1e-5
new_w1 = w1.assign(w1 - learning_rate * grad_w1)
new_w2 = w2.assign(w2 - learning_rate * grad_w2)
updates = tf.group(new_w1, new_w2)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    values = {x: rng.normal(size=(N, D)), y: rng.normal(size=(N, D))}

    trapped = [sess.run(loss, feed_dict=values) for _ in range(50)]
    print(f"only the loss is fetched: {trapped[0]:.1f} … {trapped[-1]:.1f}")
    print("it stands still:", len(set(trapped)) == 1)

    trained = [sess.run([loss, updates], feed_dict=values)[0] for _ in range(50)]
    print(f"the updates as well:      {trained[0]:.1f} … {trained[-1]:.1f}")
    print("it falls:", trained == sorted(trained, reverse=True))

    # Reads within a run see the values from before it.
    before, after, read = sess.run([w1, new_w1, w1 * 1], feed_dict=values)
    print("a read beside an update sees the old value:", np.array_equal(before, read))
    print("the next run sees the new one:", np.array_equal(after, sess.run(w1)))
