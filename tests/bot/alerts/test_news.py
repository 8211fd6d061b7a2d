"""New means new: each pair is told of once, whatever its groups do, and nothing is solved on suspicion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.news import Kind, News, after, announced, news
from bot.alerts.scanned import Scanned
from bot.alerts.solved import missing
from bot.store.known import Known
from tests.bot.alerts.made import CONTACTS, DAY, PRODUCTS, START, contact, failing, scanned
from zoho.duplicates import groups
from zoho.duplicates.dismissed import Dismissed, DismissedPair, Pair, changes, marks_of, pair_of, pairs_of
from zoho.duplicates.groups import as_given, qualifies
from zoho.records import Changed, Record

A, B, C, D = (contact(number, "a@x.example") for number in (1, 2, 3, 4))
E, F = (contact(number, "e@x.example") for number in (5, 6))


class Channel:
    """A channel that listens from day to day."""

    def __init__(self) -> None:
        self.known = Known()
        self._day = 0

    def hear(
        self, *records: Record, dismissed: Dismissed | None = None, read: bool = True, **more: Any
    ) -> News:
        """What is news on the next day, when these are the records there are."""
        scan = scanned(records, day=self._day, dismissed=dismissed or Dismissed({}))
        if read:
            fresh = {record.id: record for record in records}
            wanted = missing(scan.lists[0], self.known, 99)
            scan = replace(
                scan, lists=(replace(scan.lists[0], fresh={one: fresh.get(one) for one in wanted}, **more),)
            )
        return self.listen(scan)

    def listen(self, scan: Scanned) -> News:
        heard = news(scan, self.known)
        told = announced(heard, f"alert {self._day}")
        self.known = after(self.known, replace(heard, groups=told))
        self._day += 1
        return heard


def listening(*records: Record) -> Channel:
    """A channel that has heard its silent first scan of these records."""
    channel = Channel()
    assert channel.hear(*records).items == ()
    return channel


def told(heard: News) -> list[tuple[Kind, tuple[str, ...]]]:
    return [(item.kind, item.group.ids) for item in heard.items]


def said(*pairs: tuple[Record, Record], key: str = "k") -> Dismissed:
    return Dismissed.of(
        DismissedPair(key, pair_of(one.id, other.id), (marks_of(one), marks_of(other)))
        for one, other in pairs
    )


# -- new, grew ----------------------------------------------------------------------------------------


def test_what_is_there_at_first_is_known_and_not_told() -> None:
    channel = Channel()
    first = channel.hear(A, B, E, F)
    assert (first.items, first.silent) == ((), (CONTACTS,))
    second = channel.hear(A, B, E, F)
    assert (second.items, second.silent, second.groups) == ((), (), ())


def test_a_new_group_is_told_once() -> None:
    channel = listening(A, B)
    assert told(channel.hear(A, B, E, F)) == [(Kind.NEW, ("5", "6"))]
    assert told(channel.hear(A, B, E, F)) == []


def test_a_group_that_grew_is_told_with_those_that_were_known() -> None:
    channel = listening(A, B)
    (item,) = channel.hear(A, B, C).items
    assert (item.kind, item.group.ids, item.before) == (Kind.GREW, ("1", "2", "3"), ("1", "2"))
    assert told(channel.hear(A, B, C)) == []
    (again,) = channel.hear(A, B, C, D).items
    assert (again.before, again.identity) == (("1", "2", "3"), item.identity)


def test_news_comes_worst_first_then_newest() -> None:
    late = [contact(number, "z@x.example") for number in (8, 9)]
    channel = listening()
    assert told(channel.hear(A, B, *late, E, F, C)) == [
        (Kind.NEW, ("1", "2", "3")),
        (Kind.NEW, ("8", "9")),
        (Kind.NEW, ("5", "6")),
    ]


def test_two_groups_that_become_one_are_told_as_one_that_grew_and_their_parts_never_again() -> None:
    left, right = (contact(2, "a@x.example"), contact(5, "e@x.example"))
    channel = listening(A, left, right, F)
    merged = [replace(one, second_email="m@x.example") for one in (A, left, right, F)]
    (item,) = channel.hear(*merged).items
    assert (item.kind, item.group.ids) == (Kind.GREW, ("1", "2", "5", "6"))
    assert item.before in (("1", "2"), ("5", "6"))
    assert told(channel.hear(A, left, right, F)) == []
    assert told(channel.hear(A, left)) == []


def test_a_group_that_falls_apart_is_no_news_and_neither_is_its_return() -> None:
    bridge = contact(2, "a@x.example", second_email="c@x.example")
    apart = contact(3, "c@x.example")
    channel = listening(A, B, C)
    assert told(channel.hear(A, bridge, apart, read=False)) == []
    assert told(channel.hear(A, B, C)) == []


def test_one_record_in_two_groups_makes_each_of_them_news_once() -> None:
    both = replace(B, second_email="e@x.example")
    channel = listening(A, B)
    assert told(channel.hear(A, both, E)) == [(Kind.NEW, ("2", "5"))]
    assert told(channel.hear(A, both, E, F)) == [(Kind.GREW, ("2", "5", "6"))]
    assert told(channel.hear(A, both, E, F)) == []


def test_two_groups_that_share_a_known_pair_are_both_told_and_neither_twice() -> None:
    one = [contact(n, "a@x.example", second_email="b@x.example") for n in (1, 2)]
    third, fourth = contact(3, "a@x.example"), contact(4, "b@x.example")
    channel = listening(*one)
    heard = channel.hear(*one, third, fourth)
    assert sorted(told(heard)) == [(Kind.GREW, ("1", "2", "3")), (Kind.GREW, ("1", "2", "4"))]
    assert len({item.identity for item in heard.items}) == 2
    assert told(channel.hear(*one, third, fourth)) == []


def test_the_words_of_a_group_do_not_matter() -> None:
    channel = listening(A, B)
    renamed = [replace(one, name="Ana Roe", email="other@x.example", phone="5550142") for one in (A, B)]
    assert told(channel.hear(*renamed)) == []


def test_a_list_that_joins_later_is_silent_at_first_beside_those_that_are_known() -> None:
    channel = listening(A, B)
    stoves = [Record(PRODUCTS, str(n), "Stove", code="1") for n in (11, 12)]
    scan = scanned((A, B, E, F), day=1)
    products = replace(scan.lists[0], module=PRODUCTS, groups=groups.find(PRODUCTS, stoves).groups)
    heard = channel.listen(replace(scan, lists=(scan.lists[0], products)))
    assert (told(heard), heard.silent) == ([(Kind.NEW, ("5", "6"))], (PRODUCTS,))


# -- a bad day ----------------------------------------------------------------------------------------


def test_a_list_that_failed_changes_nothing_of_what_is_known() -> None:
    channel = listening(A, B)
    before = channel.known.groups
    heard = channel.listen(failing(day=1))
    assert (heard.items, heard.shrunk, heard.groups) == ((), (), ())
    assert channel.known.groups == before
    assert told(channel.hear(A, B, E, F)) == [(Kind.NEW, ("5", "6"))]


def test_a_first_scan_that_failed_leaves_the_next_one_silent() -> None:
    channel = Channel()
    channel.listen(failing())
    assert channel.hear(A, B).silent == (CONTACTS,)


def test_what_an_incomplete_scan_does_not_show_is_not_solved_and_what_it_shows_is_told() -> None:
    channel = listening(A, B)
    gone = replace(B, is_gone=True)
    heard = channel.hear(A, gone, E, F, is_whole=False)
    assert (told(heard), heard.shrunk) == ([(Kind.NEW, ("5", "6"))], ())


# -- dismissed ----------------------------------------------------------------------------------------


def test_a_dismissed_pair_is_never_told_and_its_undoing_only_where_nobody_knew_it() -> None:
    knows, does_not = listening(A, B), Channel()
    does_not.hear(A, B, dismissed=said((A, B)))
    for channel in (knows, does_not):
        heard = channel.hear(A, B, dismissed=said((A, B)))
        assert (told(heard), heard.shrunk) == ([], ())
    assert told(knows.hear(A, B)) == []
    assert told(does_not.hear(A, B)) == [(Kind.NEW, ("1", "2"))]


def test_a_dismissed_pair_whose_field_changed_comes_back_once_with_the_reason() -> None:
    channel = listening(A, B)
    channel.hear(A, B, dismissed=said((A, B)))
    changed = replace(B, phone="5550142")
    (item,) = channel.hear(A, changed, dismissed=said((A, B))).items
    assert (item.kind, item.reopened[0].changed) == (Kind.BACK, (Changed("2", "phone"),))
    assert told(channel.hear(A, changed, dismissed=said((A, B)))) == []
    again = replace(changed, phone="5550143")
    assert told(channel.hear(A, again, dismissed=said((A, B)))) == []


def test_a_dismissal_and_a_change_between_two_scans_are_a_return() -> None:
    channel = listening(A, B)
    assert told(channel.hear(A, replace(B, phone="5550142"), dismissed=said((A, B)))) == [
        (Kind.BACK, ("1", "2"))
    ]


def test_a_pair_that_is_dismissed_anew_can_come_back_anew() -> None:
    channel = listening(A, B)
    changed, again = replace(B, phone="5550142"), replace(B, phone="5550143")
    channel.hear(A, changed, dismissed=said((A, B)))
    channel.hear(A, changed, dismissed=said((A, changed), key="second"))
    assert told(channel.hear(A, again, dismissed=said((A, changed), key="second"))) == [
        (Kind.BACK, ("1", "2"))
    ]


def test_a_field_that_changes_back_hides_a_pair_and_its_next_change_is_told_again() -> None:
    channel, changed = listening(A, B), replace(B, phone="5550142")
    assert len(channel.hear(A, changed, dismissed=said((A, B))).items) == 1
    assert channel.hear(A, B, dismissed=said((A, B))).items == ()
    assert len(channel.hear(A, changed, dismissed=said((A, B))).items) == 1


def test_a_pair_taken_out_of_three_leaves_the_rest_silent() -> None:
    channel = listening(A, B, C)
    heard = channel.hear(A, B, C, dismissed=said((A, C)))
    assert (told(heard), heard.shrunk) == ([], ())
    assert told(channel.hear(A, B, C)) == []


# -- solved -------------------------------------------------------------------------------------------


def test_a_group_of_which_zoho_says_one_is_gone_is_solved_where_it_was_told() -> None:
    channel = listening(E, F)
    channel.hear(A, B, E, F)
    heard = channel.hear(A, replace(B, is_gone=True), E, replace(F, is_gone=True))
    (solved,) = heard.solved
    assert (solved.members, solved.gone, solved.left) == (("1", "2"), ("2",), ())
    assert solved.alerts == ("alert 1",)
    assert sorted(one.members for one in heard.shrunk) == [("1", "2"), ("5", "6")]
    assert channel.hear(A, E).shrunk == ()


def test_a_record_that_was_merged_into_another_is_gone() -> None:
    channel = listening(A, B)
    (shrunk,) = channel.hear(replace(A, modified=START + DAY / 2)).shrunk
    assert (shrunk.gone, shrunk.is_solved) == (("2",), True)


def test_a_record_that_zoho_does_not_give_is_not_gone_and_no_later_change_makes_it_so() -> None:
    channel = listening(A, B)
    assert channel.hear(replace(A, modified=START - timedelta(minutes=2))).shrunk == ()
    assert channel.hear(replace(A, modified=START + 3 * DAY / 2)).shrunk == ()
    assert told(channel.hear(A, B)) == []


def test_when_others_vanish_without_a_trace_nothing_counts_as_merged() -> None:
    """The login may see less than before, and one of the others was edited by chance."""
    channel = listening(A, B, E, F)
    heard = channel.hear(replace(A, modified=START + DAY / 2), E)
    assert (told(heard), heard.shrunk) == ([], ())
    assert told(channel.hear(A, B, E, F)) == []


def test_a_record_that_vanished_before_says_nothing_of_one_that_is_merged_now() -> None:
    """Whichever group of its was looked at first."""
    both, other = replace(F, second_email="k@x.example"), contact(8, "k@x.example")
    channel = listening(A, B, E, both, other)
    assert channel.hear(A, B, E, other, dismissed=said((both, other))).shrunk == ()
    (shrunk,) = channel.hear(replace(A, modified=START + 3 * DAY / 2), E, other).shrunk
    assert (shrunk.gone, shrunk.is_solved) == (("2",), True)


def test_one_trace_is_enough_for_a_record_that_stood_in_two_groups() -> None:
    both = replace(B, second_email="e@x.example")
    channel = listening(A, both, E)
    heard = channel.hear(replace(A, modified=START + DAY / 2), E)
    assert sorted(one.members for one in heard.shrunk) == [("1", "2"), ("2", "5")]


def test_when_nobody_of_a_group_is_seen_any_more_nothing_is_said() -> None:
    channel = listening(A, B)
    assert channel.hear().shrunk == ()
    assert told(channel.hear(A, B)) == []


def test_a_group_that_disappears_though_nothing_changed_stays_as_it_is() -> None:
    """A sixth record folds the address away; a filter may hide what it likes."""
    channel = listening(A, B)
    many = [contact(number, "a@x.example") for number in range(10, 15)]
    heard = channel.hear(A, B, *many)
    assert (told(heard), heard.shrunk) == ([], ())
    assert told(channel.hear(A, B)) == []


def test_a_pair_that_an_edit_made_unlike_is_solved_and_says_in_what() -> None:
    channel = listening()
    channel.hear(A, B)
    heard = channel.hear(A, replace(B, email="b@x.example"))
    (solved,) = heard.solved
    assert (solved.apart, solved.changed) == ((pair_of("1", "2"),), (Changed("2", "e-mail"),))


def test_a_change_that_ends_one_pair_is_remembered_for_another_that_is_put_aside_meanwhile() -> None:
    """Two of three are dismissed; the third one's change is judged for each of its pairs, now or later."""
    own = replace(C, email="c@x.example")
    channel = listening(A, B)
    channel.hear(A, B, C)
    aside = said((A, C))
    assert [one.apart for one in channel.hear(A, B, own, dismissed=aside).shrunk] == [(Pair("2", "3"),)]
    (later,) = channel.hear(A, B, own).shrunk
    assert (later.apart, later.changed) == ((Pair("1", "3"),), (Changed("3", "e-mail"),))


def test_a_change_that_leaves_one_pair_alike_is_remembered_for_another_that_is_put_aside() -> None:
    two = contact(2, "a@x.example", second_email="b@x.example")
    three = contact(3, "a@x.example", second_email="b@x.example")
    own = replace(three, email="c@x.example")
    channel = listening(A, two, three)
    assert channel.hear(A, two, own, dismissed=said((A, three))).shrunk == ()
    (later,) = channel.hear(A, two, own).shrunk
    assert later.apart == (Pair("1", "3"),)


def test_what_was_solved_and_is_there_again_is_told_as_a_return() -> None:
    channel = listening(A, B, E, F)
    channel.hear(A, replace(B, is_gone=True), E, replace(F, email="f@x.example"))
    restored, edited = channel.hear(A, B, E, F).items
    assert {restored.kind, edited.kind} == {Kind.BACK}
    by_ids = {item.group.ids: item for item in (restored, edited)}
    assert by_ids["1", "2"].restored == ("2",)
    assert by_ids["5", "6"].changed == (Changed("6", "e-mail"),)
    assert told(channel.hear(A, B, E, F)) == []


def test_of_three_of_whom_one_goes_the_group_stays_under_its_identity() -> None:
    channel = listening()
    (item,) = channel.hear(A, B, C).items
    heard = channel.hear(A, B, replace(C, is_gone=True))
    (shrunk,) = heard.shrunk
    assert (shrunk.identity, shrunk.left, shrunk.is_solved) == (item.identity, ("1", "2"), False)
    assert heard.solved == ()
    (grew,) = channel.hear(A, B, D).items
    assert (grew.kind, grew.identity, grew.before) == (Kind.GREW, item.identity, ("1", "2"))
    (back,) = channel.hear(A, B, C, D).items
    assert (back.kind, back.restored) == (Kind.BACK, ("3",))
    assert told(channel.hear(A, B, C, D)) == []


def test_a_field_that_changes_back_before_anybody_looked_leaves_the_group_as_it_was() -> None:
    channel = listening(A, B)
    assert channel.hear(A, replace(B, email="b@x.example"), read=False).shrunk == ()
    assert channel.hear(A, B).items == ()
    assert [one.missing for one in channel.known.groups] == [None]


def test_an_edit_is_noticed_however_late_the_records_are_read_again() -> None:
    channel = listening(A, B, E, F)
    moved = replace(B, email="e@x.example")
    assert told(channel.hear(A, moved, E, F, read=False)) == [(Kind.GREW, ("2", "5", "6"))]
    (shrunk,) = channel.hear(A, moved, E, F).shrunk
    assert shrunk.changed == (Changed("2", "e-mail"),)


def test_only_so_many_records_are_read_again_and_the_others_at_the_next_scan() -> None:
    pairs = [contact(n, f"p{n // 2}@x.example") for n in range(20)]
    channel = listening(*pairs)
    left = scanned((), day=1).lists[0]
    first = missing(left, channel.known, 7)
    assert len(first) == 6
    channel.listen(replace(scanned((), day=1), lists=(replace(left, fresh=dict.fromkeys(first)),)))
    second = missing(left, channel.known, 7)
    assert len(second) == 6
    assert not set(first) & set(second)


def test_of_a_great_group_the_one_that_left_is_read_again_first() -> None:
    many = [Record(PRODUCTS, str(n), f"Stove {n}") for n in range(200)]
    whole, less = as_given(PRODUCTS, many), as_given(PRODUCTS, many[1:])
    assert whole is not None
    assert less is not None
    scan = scanned(())
    one = replace(scan.lists[0], module=PRODUCTS, groups=(whole,))
    known = after(Known(), news(replace(scan, lists=(one,)), Known()))
    assert missing(replace(one, groups=(less,)), known, 20)[0] == "0"
    assert missing(replace(one, groups=(less,), is_whole=False), known, 20) == ()


def test_a_restart_of_listening_is_silent_and_forgets_nothing() -> None:
    channel = listening(A, B)
    channel.known = replace(channel.known, lists={})
    assert channel.hear(A, B, E, F).silent == (CONTACTS,)
    assert told(channel.hear(A, B, C, E, F)) == [(Kind.GREW, ("1", "2", "3"))]


# -- whatever happens ---------------------------------------------------------------------------------

_ADDRESSES = st.sampled_from(["", "a@x.example", "b@x.example", "c@x.example"])
_CHANGES = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(["email", "second_email", "phone", "mobile", "trash", "restore", "dismiss", "undo"]),
        _ADDRESSES,
        st.integers(0, 6),
    ),
    max_size=4,
)
_DAYS = st.lists(_CHANGES, min_size=2, max_size=8)


class Town:
    """Records that change, and people who decide."""

    def __init__(self) -> None:
        self.records = {str(n): contact(n) for n in range(7)}
        self.said: dict[Pair, DismissedPair] = {}
        self._count = 0

    def change(self, number: int, what: str, value: str, other: int) -> None:
        one = str(number)
        match what:
            case "trash" | "restore":
                self.records[one] = replace(self.records[one], is_gone=what == "trash")
            case "dismiss" if number != other:
                self._count += 1
                pair = pair_of(one, str(other))
                marks = (marks_of(self.records[pair.a]), marks_of(self.records[pair.b]))
                self.said[pair] = DismissedPair(f"k{self._count}", pair, marks)
            case "undo":
                self.said.pop(pair_of(one, str(other)), None)
            case "email":
                self.records[one] = replace(self.records[one], email=value)
            case "second_email":
                self.records[one] = replace(self.records[one], second_email=value)
            case "phone":
                self.records[one] = replace(self.records[one], phone=value)
            case "mobile":
                self.records[one] = replace(self.records[one], mobile=value)

    def scan(self, day: int, *, reverse: bool = False) -> Scanned:
        records = list(self.records.values())
        scan = scanned(records, day=day, dismissed=Dismissed.of(self.said.values()), fresh=dict(self.records))
        if not reverse:
            return scan
        one = scan.lists[0]
        return replace(scan, lists=(replace(one, groups=one.groups[::-1]),))


class Slate:
    """What a channel should hear, pair by pair, worked out without groups."""

    def __init__(self) -> None:
        self._open: set[Pair] = set()
        self._heard_of: dict[Pair, str] = {}
        self._looks: dict[Pair, tuple[object, object]] = {}

    def wipe(self, town: Town, shown: frozenset[Pair]) -> set[Pair]:
        """The pairs that are news; the slate then shows what is known."""
        ended = {
            pair: one.key for pair, one in town.said.items() if pair in shown and changes(one, town.records)
        }
        news = {pair for pair in shown if pair not in self._open}
        news |= {pair for pair, key in ended.items() if self._heard_of.get(pair) != key}
        self._open |= shown
        self._open -= {pair for pair in self._open - shown if self._is_over(town, pair)}
        self._heard_of = ended
        self._looks |= {pair: self._look(town, pair) for pair in shown}
        return news

    def _is_over(self, town: Town, pair: Pair) -> bool:
        a, b = (town.records[one] for one in pair)
        said = town.said.get(pair)
        if said is not None and pair not in self._heard_of:
            return False
        if a.is_gone or b.is_gone:
            return True
        return not qualifies(a, b) and self._looks[pair] != self._look(town, pair)

    @staticmethod
    def _look(town: Town, pair: Pair) -> tuple[object, object]:
        return marks_of(town.records[pair.a]), marks_of(town.records[pair.b])


def shown_in(scan: Scanned) -> frozenset[Pair]:
    return frozenset[Pair]().union(*(pairs_of(group.ids) for one in scan.lists for group in one.groups))


@given(_DAYS)
def test_every_pair_is_told_exactly_when_it_is_news_and_no_group_without_one(days: list[Any]) -> None:
    town, slate, known = Town(), Slate(), Known()
    for day, changes_of_day in enumerate(days):
        for change in changes_of_day:
            town.change(*change)
        scan = town.scan(day)
        heard = news(scan, known)
        expected = slate.wipe(town, shown_in(scan)) if day else (slate.wipe(town, shown_in(scan)) and set())
        groups_told = [pairs_of(item.group.ids) for item in heard.items]
        assert expected <= frozenset[Pair]().union(*groups_told)
        assert all(expected & told_pairs for told_pairs in groups_told)
        assert not any(town.records[one].is_gone for item in heard.items for one in item.group.ids)
        known = after(known, heard)
        again = news(scan, known)
        assert (again.items, again.shrunk, again.groups) == ((), (), ())


@given(_DAYS)
def test_the_order_in_which_groups_come_decides_nothing(days: list[Any]) -> None:
    town, known = Town(), Known()
    for day, changes_of_day in enumerate(days):
        for change in changes_of_day:
            town.change(*change)
        one, other = news(town.scan(day), known), news(town.scan(day, reverse=True), known)
        mirrored = Known(known.groups[::-1], known.lists, known.revision)
        third = news(town.scan(day), mirrored)
        assert one == other
        assert one.items == third.items
        known = after(known, one)


@given(_DAYS)
def test_a_failed_scan_in_between_makes_no_difference_to_what_is_told_in_the_end(days: list[Any]) -> None:
    town, known, patient = Town(), Known(), Known()
    for day, changes_of_day in enumerate(days):
        for change in changes_of_day:
            town.change(*change)
        scan = town.scan(day)
        known = after(known, news(scan, known))
        patient = after(patient, news(failing(day), patient))
        patient = after(patient, news(scan, patient))
        assert {one.identity: one for one in known.groups} == {one.identity: one for one in patient.groups}
