import kerasish as keras
from kerasish.saving.walk import walk


class Part:
    """Anything that can save itself is a part."""

    def __init__(self, **attributes):
        vars(self).update(attributes)

    def save_own_variables(self, store): ...

    def load_own_variables(self, store): ...


class Dense2D(Part): ...


def paths(model, accept=lambda path, part: True):
    found = []

    def note(path, part):
        found.append(path)
        return accept(path, part)

    walk(model, note)
    return found


def test_attributes_are_met_by_name_the_private_ones_last():
    model = Part(zed=Part(), _first=Part(), alpha=Part(), number=3, function=len, kind=Part)
    assert paths(model) == ["", "alpha", "zed", "_first"]


def test_what_is_in_containers_is_counted_by_class():
    model = Part(
        x=[Part(), Dense2D(), 3, Part(), [Part()], (Part(),)], y={"b": Part(), "a": Part()}
    )
    assert paths(model) == [
        "", "x/part", "x/dense2d", "x/part_1", "x/container/part", "x/container_1/part",
        "y/part", "y/part_1",
    ]  # fmt: skip


def test_a_part_is_met_once():
    shared = Part()
    assert paths(Part(a=shared, b=shared, c=[shared])) == ["", "a"]


def test_circles_end():
    model, child, around = Part(), Part(), []
    around.append(around)
    child.owner, model.child, model.around = model, child, around
    assert paths(model) == ["", "child"]


def test_a_part_that_was_refused_is_offered_its_other_paths():
    shared = Part()
    model = Part(a=shared, b=shared, c=shared)
    assert paths(model, lambda path, part: part is not shared or path == "b") == ["", "a", "b"]


def test_the_owner_of_a_refused_part_is_offered_its_other_paths():
    inner = Part()
    owner = Part(inner=inner)
    found = paths(Part(a=owner, b=owner), lambda path, part: part is not inner or path == "b/inner")
    assert found == ["", "a", "a/inner", "b", "b/inner"]


def test_a_tangle_of_refused_parts_is_given_up_on():
    parts = [Part() for _ in range(30)]
    for part in parts:
        vars(part).update({f"to{i}": other for i, other in enumerate(parts)})
    assert len(paths(parts[0], lambda path, part: False)) <= 30 * 16


def test_a_class_may_say_what_comes_first_and_what_never():
    class Ordered(Part):
        _saved_first = ("layers",)
        _saved_never = ("graph",)

    shared = Part()
    model = Ordered(apple=shared, layers=[shared], graph=Part())
    assert paths(model) == ["", "layers/part"]


def test_properties_that_fail_are_passed_over():
    class Shy(Part):
        @property
        def outputs(self):
            raise RuntimeError("not built")

        @property
        def encoder(self):
            return self._encoder

    assert paths(Shy(_encoder=Part())) == ["", "encoder"]


def test_what_a_base_class_keeps_for_itself_is_passed_over():
    layer = keras.layers.Layer()
    layer.inner = keras.layers.Dense(2)
    layer.rate = keras.metrics.Mean()
    assert paths(layer) == ["", "inner", "rate"]
