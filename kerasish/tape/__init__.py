"""Define by run: tensors that record what is done to them, in PyTorch's words.

```python
from kerasish import tape as torch
```
and a program of tensors with `requires_grad=True`, `loss.backward()`, `w.grad` and `no_grad()`
runs. Modules are kerasish's layers and models, their parameters its variables; an optimizer is told
them by `optimizer.build(model.parameters())`.
"""

from kerasish.backend import Tensor, no_grad
from kerasish.tape.creation import (
    from_numpy,
    full,
    normal,
    ones,
    ones_like,
    rand,
    randn,
    tensor,
    zeros,
    zeros_like,
)
from kerasish.tape.function import Function
from kerasish.utils.data.loader import DataLoader
from kerasish.utils.data.tensor_dataset import TensorDataset
from kerasish.utils.random_seed import set_random_seed as manual_seed

__all__ = [
    "DataLoader", "Function", "Tensor", "TensorDataset", "from_numpy", "full", "manual_seed",
    "no_grad", "normal", "ones", "ones_like", "rand", "randn", "tensor", "zeros", "zeros_like",
]  # fmt: skip
