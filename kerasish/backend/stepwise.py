"""A context in force while a function's body runs, also where the body runs in steps.

The body of a generator, a coroutine or an asynchronous generator does not run when it is called,
and between two of its steps other code runs, for which the context must not be in force.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

Context = Callable[[], AbstractContextManager[Any]]


def within(context: Context, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, with a new context in force whenever its body runs.

    Args:
        context: makes a context manager.
        function: also a generator function, a coroutine function, or both at once.
    """
    if inspect.isasyncgenfunction(function):
        return _within_async_generator(context, function)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            return await _Awaited(context, function(*args, **kwargs))

        return coroutine

    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generator(*args: Any, **kwargs: Any) -> Any:
            return (yield from _steps(context, function(*args, **kwargs)))

        return generator

    @functools.wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        with context():
            return function(*args, **kwargs)

    return plain


def _steps(context: Context, inner: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Yield what a generator yields, and hand on to it what is sent and thrown in."""
    resume: Callable[[Any], Any] = inner.send
    given: Any = None
    while True:
        try:
            with context():
                item = resume(given)
        except StopIteration as stop:
            return stop.value
        try:
            given = yield item
            resume = inner.send
        except GeneratorExit:
            with context():
                inner.close()
            raise
        except BaseException as error:
            resume, given = inner.throw, error


class _Awaited:
    """What is awaited, step by step within a context."""

    def __init__(self, context: Context, awaitable: Any) -> None:
        self.context = context
        self.awaitable = awaitable

    def __await__(self) -> Generator[Any, Any, Any]:
        return _steps(self.context, self.awaitable.__await__())


def _within_async_generator(context: Context, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def generator(*args: Any, **kwargs: Any) -> Any:
        inner = function(*args, **kwargs)
        resume, given = inner.asend, None
        while True:
            try:
                item = await _Awaited(context, resume(given))
            except StopAsyncIteration:
                return
            try:
                given = yield item
                resume = inner.asend
            except GeneratorExit:
                await _Awaited(context, inner.aclose())
                raise
            except BaseException as error:
                resume, given = inner.athrow, error

    return generator
