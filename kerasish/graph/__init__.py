"""Define, then run: graphs and sessions in TensorFlow 1's words, on the graph engine.

```python
from kerasish import graph as tf
```
and a program of placeholders, variables, `gradients`, `Session` and `minimize` runs. What
TensorFlow calls by other names than Keras stands here; every function of `kerasish.ops`, and
every layer, takes graph tensors as well.
"""

from kerasish.graph import layers, losses, nn, train
from kerasish.graph.control import cond, foldl, scan, while_loop
from kerasish.graph.differentiation import gradients
from kerasish.graph.placeholder import placeholder
from kerasish.graph.random import (
    random_normal,
    random_uniform,
    set_random_seed,
    truncated_normal,
)
from kerasish.graph.reductions import (
    reduce_all,
    reduce_any,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
)
from kerasish.graph.session import Session
from kerasish.graph.show import show
from kerasish.graph.tensor import GraphTensor, control_dependencies
from kerasish.graph.variable import (
    Variable,
    assign,
    assign_add,
    assign_sub,
    constant,
    global_variables,
    global_variables_initializer,
    group,
    identity,
    reset_default_graph,
    trainable_variables,
    variables_initializer,
)
from kerasish.initializers import VarianceScaling as variance_scaling_initializer
from kerasish.ops import (
    abs,
    add,
    argmax,
    cast,
    concatenate,
    divide,
    equal,
    exp,
    greater,
    less,
    log,
    matmul,
    maximum,
    minimum,
    multiply,
    ones,
    pad,
    reshape,
    sigmoid,
    sqrt,
    square,
    stop_gradient,
    subtract,
    tanh,
    transpose,
    where,
    zeros,
)

float16, float32, float64 = "float16", "float32", "float64"
int32, int64 = "int32", "int64"

__all__ = [
    "GraphTensor", "Session", "Variable", "abs", "add", "argmax", "assign", "assign_add",
    "assign_sub", "cast", "concatenate", "cond", "constant", "control_dependencies", "divide",
    "equal", "exp", "float16", "float32", "float64", "foldl", "global_variables",
    "global_variables_initializer", "gradients", "greater", "group", "identity", "int32", "int64",
    "layers", "less", "log", "losses", "matmul", "maximum", "minimum", "multiply", "nn", "ones",
    "pad", "placeholder", "random_normal", "random_uniform", "reduce_all", "reduce_any",
    "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_sum", "reset_default_graph",
    "reshape", "scan", "set_random_seed", "show", "sigmoid", "sqrt", "square", "stop_gradient",
    "subtract", "tanh", "train", "trainable_variables", "transpose", "truncated_normal",
    "variables_initializer", "variance_scaling_initializer", "where", "while_loop", "zeros",
]  # fmt: skip
