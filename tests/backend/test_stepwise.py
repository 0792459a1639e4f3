"""`no_grad` and its kind as decorators of functions whose bodies run in steps."""

import asyncio
import inspect

import pytest

import kerasish as keras
from kerasish.backend.record import recording


@pytest.fixture
def x():
    return keras.ops.convert_to_tensor([1.0, 2.0]).requires_grad_()


def test_the_body_of_a_generator_records_nothing_and_its_caller_does(x):
    @keras.no_grad()
    def several(n):
        for i in range(n):
            yield x * i

    assert inspect.isgeneratorfunction(several)
    seen = 0
    for item in several(3):
        seen += 1
        assert not item.requires_grad
        assert (x * 2).requires_grad
    assert seen == 3
    assert (x * 2).requires_grad


def test_a_generator_gets_what_is_sent_and_thrown_in_and_returns_its_value(x):
    closed = []

    @keras.no_grad()
    def echo():
        try:
            got = yield x * 1
            try:
                yield (got, (x * 2).requires_grad)
            except KeyError:
                yield (x * 3).requires_grad
            return (x * 4).requires_grad
        finally:
            closed.append((x * 5).requires_grad)

    generator = echo()
    assert not next(generator).requires_grad
    assert generator.send("hello") == ("hello", False)
    assert generator.throw(KeyError()) is False
    with pytest.raises(StopIteration) as stop:
        next(generator)
    assert stop.value.value is False
    generator = echo()
    next(generator)
    generator.close()
    assert closed == [False, False]
    assert (x * 2).requires_grad


def test_a_generator_that_is_left_early_leaves_recording_as_it_was(x):
    @keras.no_grad()
    def endless():
        while True:
            yield x * 2

    for _ in endless():
        break
    assert (x * 2).requires_grad


def test_an_error_in_a_generator_leaves_recording_as_it_was(x):
    @keras.no_grad()
    def failing():
        yield x
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        list(failing())
    assert (x * 2).requires_grad


def test_the_body_of_a_coroutine_records_nothing_and_others_meanwhile_do(x):
    seen = []

    @keras.no_grad()
    async def quiet():
        seen.append((x * 2).requires_grad)
        await asyncio.sleep(0)
        seen.append((x * 2).requires_grad)
        return "done"

    async def other():
        seen.append((x * 2).requires_grad)
        await asyncio.sleep(0)
        seen.append((x * 2).requires_grad)

    async def main():
        return await asyncio.gather(quiet(), other())

    assert inspect.iscoroutinefunction(quiet)
    assert asyncio.run(main())[0] == "done"
    assert seen == [False, True, False, True]


def test_the_body_of_an_asynchronous_generator_records_nothing(x):
    ended = []

    @keras.no_grad()
    async def several():
        try:
            for i in range(3):
                await asyncio.sleep(0)
                yield (x * i).requires_grad
        finally:
            ended.append((x * 2).requires_grad)

    async def main(limit):
        seen = []
        generator = several()
        async for inside in generator:
            seen.append((inside, (x * 2).requires_grad))
            if len(seen) == limit:
                break
        await generator.aclose()
        return seen

    assert inspect.isasyncgenfunction(several)
    assert asyncio.run(main(9)) == [(False, True)] * 3
    assert asyncio.run(main(1)) == [(False, True)]
    assert ended == [False, False]


def test_recording_decorates_generators_too(x):
    @recording()
    def several():
        yield x * 2

    with keras.no_grad():
        assert next(several()).requires_grad
        assert not (x * 2).requires_grad


def test_the_decorator_may_stand_without_parentheses(x):
    @keras.no_grad
    def plain():
        """Says something."""
        return x * 2

    assert plain.__doc__ == "Says something."
    assert not plain().requires_grad
    assert (x * 2).requires_grad


def test_one_object_may_be_entered_twice(x):
    quiet = keras.no_grad()
    with quiet, quiet:
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad
