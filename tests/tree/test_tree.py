"""Nested structures are taken apart and put together as in Keras."""

from collections import OrderedDict, defaultdict, deque, namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasish import tree

Point = namedtuple("Point", ["x", "y"])
Other = namedtuple("Other", ["x", "y"])


class TrackedList(list):
    pass


class TrackedDict(dict):
    pass


class TrackedSet(set):
    pass


keys = st.text("abcd", max_size=3)
leaves = st.none() | st.integers() | st.text(max_size=3)
structures = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.lists(inner, max_size=4).map(deque)
        | st.lists(inner, max_size=4).map(TrackedList)
        | st.dictionaries(keys, inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4).map(OrderedDict)
        | st.dictionaries(keys, inner, max_size=4).map(lambda d: defaultdict(list, d))
        | st.builds(Point, inner, inner)
    ),
    max_leaves=15,
)


@given(structures)
def test_packing_what_was_flattened_gives_the_structure_back(structure):
    packed = tree.pack_sequence_as(structure, tree.flatten(structure))
    assert packed == structure
    assert type(packed) is type(structure)


@given(structures)
def test_paths_lead_to_the_leaves(structure):
    pairs = tree.flatten_with_path(structure)
    assert [leaf for _, leaf in pairs] == tree.flatten(structure)
    for path, leaf in pairs:
        found = structure
        for key in path:
            found = found[key]
        assert found is leaf


@given(structures)
def test_mapping_keeps_the_structure_and_calls_the_function_once_a_leaf(structure):
    seen = []
    mapped = tree.map_structure(lambda leaf: seen.append(leaf) or len(seen), structure)
    assert seen == tree.flatten(structure)
    assert tree.flatten(mapped) == list(range(1, len(seen) + 1))
    tree.assert_same_structure(structure, mapped)
    tree.assert_same_paths(structure, mapped)


@given(structures)
def test_mapping_two_structures_pairs_their_leaves(structure):
    doubled = tree.map_structure(lambda a, b: (a, b), structure, structure)
    tree.assert_same_structure(structure, tree.map_structure_up_to(structure, len, doubled))
    assert tree.map_structure_up_to(structure, lambda pair: pair[1], doubled) == structure


@given(structures)
def test_a_traversal_without_answers_returns_an_equal_structure(structure):
    for top_down in (True, False):
        visited = []
        assert tree.traverse(visited.append, structure, top_down=top_down) == structure
        assert (visited[0] if top_down else visited[-1]) == structure


@pytest.mark.parametrize(
    "structure, flat",
    [
        (None, [None]),
        ("ab", ["ab"]),
        ([], []),
        ((1, [2, {}]), [1, 2]),
        ({"b": 1, "a": 2}, [2, 1]),
        (OrderedDict([("b", 1), ("a", 2)]), [1, 2]),
        (defaultdict(list, b=1, a=2), [2, 1]),
        ({2: "two", "one": 1}, ["two", 1]),
        (Point(1, (2, 3)), [1, 2, 3]),
        (deque([1, 2]), [1, 2]),
        (TrackedList([1, TrackedDict(b=2, a=3)]), [1, 3, 2]),
        (TrackedSet([7]), [7]),
        ({1}, [{1}]),
        (range(2), [range(2)]),
    ],
)
def test_leaves_come_in_the_order_of_keras(structure, flat):
    assert tree.flatten(structure) == flat


def test_flatten_returns_a_list_of_its_own():
    structure = [1, 2]
    tree.flatten(structure).append(3)
    assert structure == [1, 2]


def test_subclasses_of_list_dict_and_set_are_containers_and_a_plain_set_is_a_leaf():
    assert all(map(tree.is_nested, (TrackedList(), TrackedDict(), TrackedSet(), Point(1, 2))))
    assert not any(map(tree.is_nested, ({1}, frozenset(), None, "ab", b"ab", 3)))
    mapped = tree.map_structure(lambda x: x + 1, TrackedDict(a=TrackedList([1]), b=TrackedSet([2])))
    assert mapped == {"a": [2], "b": {3}}
    assert [type(mapped), type(mapped["a"]), type(mapped["b"])] == [
        TrackedDict,
        TrackedList,
        TrackedSet,
    ]


def test_dicts_keep_their_order_of_insertion_and_their_default():
    mapped = tree.map_structure(str, defaultdict(list, {"b": 1, "a": 2}))
    assert list(mapped.items()) == [("b", "1"), ("a", "2")]
    assert mapped["missing"] == []
    assert tree.map_structure(str, deque([1], maxlen=3)).maxlen == 3


def test_dicts_of_several_kinds_are_mapped_together_by_key():
    mapped = tree.map_structure(
        lambda a, b: (a, b), OrderedDict([("b", 1), ("a", 2)]), {"a": 20, "b": 10}
    )
    assert mapped == OrderedDict([("b", (1, 10)), ("a", (2, 20))])


@pytest.mark.parametrize(
    "a, b, message",
    [
        ([1, (2, 3)], [1, [2, 3]], r"at \[1\]\. Expected: tuple\. Received: list"),
        ({"a": [1]}, {"a": [1, 2]}, r"Arity mismatch at \['a'\]"),
        ({"a": 1}, {"b": 1}, r"key mismatch at the top. Expected: \['a'\]. Received: \['b'\]"),
        (Point(1, 2), Other(1, 2), "Expected: namedtuple Point. Received: namedtuple Other"),
        ((1, 2), Point(1, 2), "Expected: tuple"),
        ([1], 1, "Expected: list. Received: a leaf 1"),
        (1, [1], "Expected: a leaf. Received: list"),
        ([], deque(), "Expected: list. Received: deque"),
    ],
)
def test_structures_that_differ_are_reported_with_the_place(a, b, message):
    with pytest.raises(ValueError, match=message):
        tree.assert_same_structure(a, b)
    with pytest.raises(ValueError, match=message):
        tree.map_structure(lambda x, y: x, a, b)


def test_none_matches_any_leaf_but_no_container():
    tree.assert_same_structure([1, None], [None, 1])
    with pytest.raises(ValueError, match="nested structure"):
        tree.assert_same_structure([None], [[]])


def test_none_can_be_left_alone():
    assert tree.map_structure(str, [1, None], none_is_leaf=False) == ["1", None]
    assert tree.map_structure(str, [1, None]) == ["1", "None"]
    assert tree.map_structure(str, None, none_is_leaf=False) is None
    both = tree.map_structure(lambda a, b: a + b, [1, None], [2, None], none_is_leaf=False)
    assert both == [3, None]
    for a, b in (([None], [1]), ([1], [None])):
        with pytest.raises(ValueError, match="None in all of them"):
            tree.map_structure(lambda a, b: a, a, b, none_is_leaf=False)


def test_mapping_up_to_a_shallow_structure_passes_what_is_below():
    assert tree.map_structure_up_to([None, {"a": 0}], len, [(1, 2), {"a": [1]}]) == [2, {"a": 1}]
    with pytest.raises(ValueError, match="Expected: list"):
        tree.map_structure_up_to([1, [1]], len, [[1], (1,)])
    with pytest.raises(ValueError, match=r"Expected: list\. Received: a leaf"):
        tree.map_structure_up_to([[1]], len, [1])


@pytest.mark.parametrize(
    "call",
    [
        lambda: tree.map_structure("bad", [1]),
        lambda: tree.map_structure_up_to([1], "bad", [1]),
        lambda: tree.traverse("bad", [1]),
        lambda: tree.map_shape_structure("bad", [1]),
    ],
)
def test_what_is_no_function_is_refused(call):
    with pytest.raises(TypeError, match=r"func must be callable\. Received: func='bad'"):
        call()


def test_mapping_needs_a_structure():
    with pytest.raises(ValueError, match="at least one structure"):
        tree.map_structure(str)
    with pytest.raises(ValueError, match="at least one structure"):
        tree.map_structure_up_to([1], str)


@pytest.mark.parametrize(
    "structure, flat, error, message",
    [
        ([1, 2], 1, TypeError, "flat_sequence must be iterable"),
        ([1, 2], [1], ValueError, "Too few leaves.*expected: 2, got: 1"),
        ({"a": (1,)}, [1, 2], ValueError, "Too many leaves.*expected: 1, got: 2"),
        (10, [], ValueError, "leaves.*expected: 1"),
    ],
)
def test_packing_needs_as_many_leaves_as_places(structure, flat, error, message):
    with pytest.raises(error, match=message):
        tree.pack_sequence_as(structure, flat)


def test_packing_takes_any_iterable():
    assert tree.pack_sequence_as((0, [0]), iter("ab")) == ("a", ["b"])
    assert tree.pack_sequence_as(0, (x for x in [5])) == 5


def test_an_answer_top_down_replaces_the_node_and_hides_its_children():
    visited = []

    def visit(node):
        visited.append(node)
        return "X" if isinstance(node, tuple) else None

    assert tree.traverse(visit, [(1, 2), {"a": 3}]) == ["X", {"a": 3}]
    assert visited == [[(1, 2), {"a": 3}], (1, 2), {"a": 3}, 3]


def test_an_answer_bottom_up_sees_the_replaced_children():
    def sums(node):
        return sum(node) if isinstance(node, (list, tuple)) else None

    assert tree.traverse(sums, [(1, 2), [3, [4]]], top_down=False) == 10


def test_map_to_none_puts_a_none():
    def drop(node):
        return tree.MAP_TO_NONE if node == 1 else None

    for top_down in (True, False):
        assert tree.traverse(drop, [1, (2, 1)], top_down=top_down) == [None, (2, None)]


def test_paths_compare_places_and_not_kinds():
    tree.assert_same_paths([1, {"a": 2}], Point(1, {"a": None}))
    with pytest.raises(ValueError, match=r"(?s)same paths.*In `b` and not in `a`: \['\[1\]'\]"):
        tree.assert_same_paths([1], (1, 2))


def test_lists_become_tuples_at_every_depth():
    assert tree.lists_to_tuples([1, {"a": [2, TrackedList([3])]}]) == (1, {"a": (2, (3,))})


def test_shapes_are_mapped_as_wholes():
    shapes = [(None, 3), {"a": [1, 2], "b": ()}, (1.5, 2)]
    assert tree.map_shape_structure(lambda x: x if isinstance(x, float) else "s", shapes) == [
        "s",
        {"a": "s", "b": "s"},
        (1.5, "s"),
    ]
    assert tree.map_shape_structure(lambda shape: None, {"a": (1,)}) == {"a": None}


@pytest.mark.parametrize("check_types", [True, False])
def test_check_types_is_deprecated(check_types):
    with pytest.warns(DeprecationWarning, match="check_types"):
        tree.assert_same_structure([1], [2], check_types=check_types)
