"""Function: a forward and a backward of one's own, in PyTorch's words."""

from __future__ import annotations

from typing import Any

from kerasish.backend.convert import as_tensor
from kerasish.backend.custom_gradient import with_gradient
from kerasish.backend.record import no_grad


class Context:
    """What `forward` leaves for `backward`; attributes may be set freely.

    Attributes:
        saved_tensors: what `save_for_backward` was given.
    """

    saved_tensors: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors until `backward` was called."""
        self.saved_tensors = tensors


class Function:
    """A function with a gradient of its own: define `forward` and `backward`, then `apply` it.

    Example:
        >>> from kerasish import tape
        >>> class Relu(tape.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x.clamp(min=0)
        ...
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         (x,) = ctx.saved_tensors
        ...         return grad * (x > 0)
        >>> x = tape.tensor([-1.0, 2.0], requires_grad=True)
        >>> Relu.apply(x).sum().backward()
        >>> x.grad.tolist()
        [0.0, 1.0]
    """

    @staticmethod
    def forward(ctx: Context, *args: Any) -> Any:
        """Return one tensor. What is computed here is not recorded."""
        raise NotImplementedError("A tape.Function must define `forward`.")

    @staticmethod
    def backward(ctx: Context, grad: Any) -> Any:
        """Return the gradient of each argument of `forward`, None where there is none.

        Args:
            ctx: as `forward` left it.
            grad: what arrives at the result.
        """
        raise NotImplementedError("A tape.Function must define `backward`.")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Return what `forward` gives for some arguments; gradients will go through `backward`."""
        ctx = Context()
        with no_grad():
            output = as_tensor(cls.forward(ctx, *args))

        def back(gradient: Any) -> Any:
            found = cls.backward(ctx, gradient)
            return found if isinstance(found, (tuple, list)) else (found,)

        return with_gradient(output, args, back, cls.__name__)
