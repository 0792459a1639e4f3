"""PyTorch: tensors that record, a loop of one's own, optimizers, functions and modules."""

import numpy as np

import kerasish as keras
from kerasish import layers
from kerasish import tape as torch

keras.config.set_backend("eager")
torch.manual_seed(0)
device = "cpu"  # or "gpu:0"
N, D_in, H, D_out = 64, 1000, 100, 10

# Tensors: gradients by hand.
x = torch.randn(N, D_in, device=device)
y = torch.randn(N, D_out, device=device)
w1 = first_w1 = torch.randn(D_in, H, device=device)
w2 = first_w2 = torch.randn(H, D_out, device=device)

learning_rate = 1e-6
by_hand = []
for _ in range(50):
    h = x.mm(w1)
    h_relu = h.clamp(min=0)
    y_pred = h_relu.mm(w2)
    loss = (y_pred - y).pow(2).sum()
    by_hand.append(loss.item())

    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.t().mm(grad_y_pred)
    grad_h_relu = grad_y_pred.mm(w2.t())
    grad_h = grad_h_relu.clone() * (h > 0)
    grad_w1 = x.t().mm(grad_h)
    w1 = w1 - learning_rate * grad_w1
    w2 = w2 - learning_rate * grad_w2
print(f"by hand:  {by_hand[0]:.1f} … {by_hand[-1]:.1f}")

# Autograd: the tape knows the gradients.
w1 = torch.tensor(first_w1, requires_grad=True)
w2 = torch.tensor(first_w2, requires_grad=True)
by_tape = []
for _ in range(50):
    y_pred = x.mm(w1).clamp(min=0).mm(w2)
    loss = (y_pred - y).pow(2).sum()
    by_tape.append(loss.item())
    loss.backward()
    with torch.no_grad():
        w1 -= learning_rate * w1.grad
        w2 -= learning_rate * w2.grad
        w1.grad.zero_()
        w2.grad.zero_()
print(f"autograd: {by_tape[0]:.1f} … {by_tape[-1]:.1f}")
print("autograd and by hand agree:", np.allclose(by_tape, by_hand, rtol=1e-3))


# A new autograd function: its own forward and backward.
class MyReLU(torch.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_y):
        (x,) = ctx.saved_tensors
        return grad_y * (x > 0)


found = []
for relu in (MyReLU.apply, keras.ops.relu):
    w1 = torch.tensor(first_w1, requires_grad=True)
    y_pred = relu(x.mm(w1)).mm(first_w2)
    (y_pred - y).pow(2).sum().backward()
    found.append(w1.grad.numpy())
print("MyReLU has the gradient of relu to the bit:", np.array_equal(*found))


# Modules: a model holds layers, and any layer may stand in a Sequential.
class TwoLayerNet(keras.Model):
    def __init__(self, hidden, out):
        super().__init__()
        self.linear1 = layers.Dense(hidden)
        self.linear2 = layers.Dense(out)

    def call(self, x):
        h_relu = keras.ops.relu(self.linear1(x))
        return self.linear2(h_relu)


class ParallelBlock(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.linear1 = layers.Dense(units)
        self.linear2 = layers.Dense(units)

    def call(self, x):
        return keras.ops.relu(self.linear1(x) * self.linear2(x))


def train(model, optimizer, steps=100):
    model(x)  # makes the weights, now that it is known how many inputs there are
    optimizer.build(model.parameters())
    losses = []
    for _ in range(steps):
        loss = (model(x) - y).pow(2).mean()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


models = {
    "Sequential": keras.Sequential([layers.Dense(H, activation="relu"), layers.Dense(D_out)]),
    "TwoLayerNet": TwoLayerNet(H, D_out),
    "ParallelBlock": keras.Sequential([ParallelBlock(H), ParallelBlock(H), layers.Dense(D_out)]),
}
for name, model in models.items():
    losses = train(model, keras.optimizers.Adam(1e-3))
    print(f"{name:14} {losses[0]:.2f} … {losses[-1]:.1e}, {len(model.parameters())} parameters")

with torch.no_grad():
    print("within no_grad nothing is recorded:", not model(x).requires_grad)
