"""The small values on buttons come back as they went."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids

KEYS = st.text("abcdefghjkmnpqrstvwxyz0123456789", min_size=1, max_size=40)


@given(KEYS, st.integers(0, 10**9))
def test_a_group_comes_back_from_its_value(key: str, revision: int) -> None:
    ref = ids.GroupRef(key, revision)
    assert ids.read_group(ids.pack_group(ref)) == ref


@given(KEYS, st.integers(0, 10**9))
def test_a_place_in_a_list_comes_back_from_its_value(search: str, offset: int) -> None:
    ref = ids.PageRef(search, offset)
    assert ids.read_page(ids.pack_page(ref)) == ref


@given(st.sampled_from(["open", "claim", "fields"]), KEYS, st.integers(0, 10**9))
def test_a_choice_comes_back_from_its_value(verb: str, key: str, revision: int) -> None:
    choice = ids.Choice(verb, ids.GroupRef(key, revision))
    assert ids.read_choice(ids.pack_choice(choice)) == choice


@given(st.sampled_from(["open", "claim", "release", "done", "undo"]), KEYS, st.integers(0, 10**9), KEYS)
def test_a_choice_for_a_flag_comes_back_from_its_value(
    verb: str, key: str, revision: int, start: str
) -> None:
    for choice in (ids.EntryChoice(verb, key, revision, start), ids.EntryChoice(verb, key, revision)):
        assert ids.read_entry_choice(ids.pack_entry_choice(choice)) == choice


@pytest.mark.parametrize(
    "value", ["", "claim", "claim:x", "claim:x:1", "claim:x:y:z", "claim::1:z", "frobnicate:x:1:"]
)
def test_what_is_no_choice_for_a_flag_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        ids.read_entry_choice(value)


@given(KEYS)
def test_a_place_in_the_flag_queue_comes_back_from_its_value(key: str) -> None:
    for place in (ids.ListPlace(), ids.ListPlace(after=key), ids.ListPlace(before=key)):
        assert ids.read_list_place(ids.pack_list_place(place)) == place


@pytest.mark.parametrize("value", ["", "x", "beside:x", "5"])
def test_what_is_no_place_in_the_flag_queue_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a place"):
        ids.read_list_place(value)


@pytest.mark.parametrize("value", ["", "open", "open:x", ":x:1", "open:x:y", "o-p:x:1"])
def test_what_is_no_choice_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        ids.read_choice(value)


@pytest.mark.parametrize("value", ["", "x", ":1", "x:", "x:y", "x:-1", "x:1:2"])
def test_what_is_no_groups_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a group"):
        ids.read_group(value)


@pytest.mark.parametrize("value", ["", "s", "s:", "s:x", "s:x:", "s:x:y", "a:x:1", "s::1", "s:x:1:2"])
def test_what_is_no_pages_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a page"):
        ids.read_page(value)


def test_every_action_id_is_a_noun_and_a_verb_and_stands_once() -> None:
    found = [v for name, v in vars(ids).items() if name.isupper() and isinstance(v, str) and "." in v]
    assert len(found) == len(set(found))
    for value in found:
        noun, _, verb = value.partition(".")
        assert noun.isalpha()
        assert verb.replace("_", "").isalpha()
