"""The walk over the listing pages of a simulated blog: nothing is lost, few pages are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from archiver.items import ListingEntry, ListingPage
from archiver.planning.listing_pager import EndlessPager, ListingPager

#: What happens to the blog before a page is read, by the number of pages read so far.
Events = dict[int, Callable[["Blog"], None]]


@dataclass
class Blog:
    """Articles in the order of the listing; the index has its own, the newest first."""

    listing: list[int]
    #: Pages that cannot be read.
    broken: set[int] = field(default_factory=set)
    has_numbers: bool = True
    has_pager: bool = True
    ends: bool = True
    size: int = 10

    @property
    def last_page(self) -> int:
        return max(1, -(-len(self.listing) // self.size))

    def publish(self, article: int) -> None:
        self.listing.insert(0, article)

    def delete(self, article: int) -> None:
        self.listing.remove(article)

    def page(self, number: int) -> ListingPage | None:
        """A listing page as it is read; ``None`` for one that is not there or cannot be read."""
        if number in self.broken or (number > self.last_page and self.ends):
            return None
        shown = min(number, self.last_page)  # a pager without an end repeats its last page
        ids = self.listing[self.size * (shown - 1) : self.size * shown]
        is_last = self.ends and number >= self.last_page
        following = None if is_last or not self.has_pager else number + 1
        last = self.last_page if self.has_numbers and self.has_pager and self.ends else None
        return ListingPage([ListingEntry(a) for a in ids], following, last)


def newest_first(count: int, start: int = 0) -> list[int]:
    return list(range(start + count, start, -1))


def go(
    pager: ListingPager,
    blog: Blog,
    index: Sequence[int],
    wanted: Collection[int],
    events: Events | None = None,
) -> list[int]:
    """Walk as the spider does; returns the pages in the order in which they were read."""
    read: list[int] = []
    while (number := pager.next_page(index, wanted)) is not None:
        assert len(read) < 10_000, "the walk does not end"
        if events and (happen := events.get(len(read))) is not None:
            happen(blog)
        read.append(number)
        page = blog.page(number)
        if page is None:
            pager.note_failure(number)
        else:
            pager.note(number, page)
    return read


# --- Which pages are read -------------------------------------------------------------------------


def test_first_run_reads_all_pages_in_order() -> None:
    pager, index = ListingPager(1000), newest_first(95)
    assert go(pager, Blog(index[:]), index, index) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert pager.entries.keys() == set(index)
    assert pager.last_page == 10


@pytest.mark.parametrize("size", [5, 7, 20])
def test_another_page_size(size: int) -> None:
    """The blog's owner can set it: each page is still read once, whatever the order."""
    pager, index = ListingPager(1000), newest_first(140)
    read = go(pager, Blog(index[:], size=size), index, index)
    assert sorted(read) == list(range(1, 140 // size + 1))
    assert pager.entries.keys() == set(index)


@pytest.mark.parametrize(
    ("wanted", "read"),
    [
        ([], [1]),  # on most days
        ([95], [1]),  # published since the last run
        ([1], [1, 10]),
        ([85, 55, 1], [1, 2, 5, 10]),
        (range(1, 46), [1, 6, 7, 8, 9, 10]),  # a run that was killed after five pages
    ],
)
def test_only_pages_with_something_wanted_are_read(
    wanted: Collection[int], read: list[int]
) -> None:
    pager, index = ListingPager(1000), newest_first(95)
    assert go(pager, Blog(index[:]), index, set(wanted)) == read
    assert pager.entries.keys() >= set(wanted)


def test_a_new_article_with_an_old_day() -> None:
    """The author publishes with a day of years ago: it stands far back, and is found at once."""
    index = newest_first(95)
    index.insert(62, 200)
    pager = ListingPager(1000)
    assert go(pager, Blog(index[:]), index, {200}) == [1, 7]
    assert 200 in pager.entries


def test_a_sticky_article_is_on_the_first_page() -> None:
    """One of the old ones stands first: all others stand one place further back."""
    index = newest_first(95)
    listing = [30, *(article for article in index if article != 30)]
    pager = ListingPager(1000)
    assert go(pager, Blog(listing), index, {30}) == [1]
    for wanted, read in ((86, [1, 2]), (36, [1, 6, 7])):  # the last of their pages otherwise
        pager = ListingPager(1000)
        assert go(pager, Blog(listing), index, {wanted}) == read, wanted
        assert wanted in pager.entries


@pytest.mark.parametrize(
    ("place", "read"), [(55, [1, 5, 6]), (25, [1, 5, 6, 4, 7, 3]), (90, [1, 5, 6, 4, 7, 3, 5, 4])]
)
def test_a_redated_article_is_looked_for_around_its_place(place: int, read: list[int]) -> None:
    """Two pages off it is found; further away the walk gives up, and the caller can tell."""
    index = newest_first(95)
    listing = [article for article in index if article != 50]
    listing.insert(place, 50)
    pager = ListingPager(1000)
    assert go(pager, Blog(listing), index, {50}) == read
    assert (50 in pager.entries) is (place < 90)


def test_what_no_listing_shows_costs_seven_pages_at_most() -> None:
    """Only the index has it: five pages around its place, then two of them once more."""
    index = newest_first(1340)
    listing = [article for article in index if article != 670]
    pager = ListingPager(1000)
    assert go(pager, Blog(listing), index, {670}) == [1, 68, 69, 67, 70, 66, 68, 67]
    assert 670 not in pager.entries


def test_many_that_no_listing_shows_never_cost_more_than_every_page_twice() -> None:
    index = newest_first(400)
    listing = [article for article in index if article % 4]
    read = go(ListingPager(1000), Blog(listing), index, index)
    assert len(read) <= 2 * 30
    assert max(read.count(page) for page in read) <= 2


# --- What happens during the walk -----------------------------------------------------------------


def test_deleted_during_the_walk() -> None:
    """The first of the next page goes to the end of a page that has been read: read it again."""
    pager, index = ListingPager(1000), newest_first(95)
    read = go(pager, Blog(index[:]), index, index, {3: lambda blog: blog.delete(95)})
    assert read == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 4, 3]
    assert pager.entries.keys() == set(index)


def test_published_during_the_walk() -> None:
    """The next page begins with what was the end of the last one: the first page has news."""
    pager, index = ListingPager(1000), newest_first(95)
    read = go(pager, Blog(index[:]), index, index, {3: lambda blog: blog.publish(96)})
    assert read == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1]
    assert pager.entries.keys() == {*index, 96}


def test_a_page_that_fails_is_asked_for_once_more() -> None:
    """The others are found; the walk ends although ten articles are nowhere."""
    pager, index = ListingPager(1000), newest_first(95)
    read = go(pager, Blog(index[:], broken={4}), index, index)
    assert read.count(4) == 2
    assert set(index) - pager.entries.keys() == set(range(56, 66))


def test_a_first_page_that_fails() -> None:
    """Nothing is known of the pager: there is nothing to go on with."""
    pager = ListingPager(1000, whole=True)
    assert go(pager, Blog(newest_first(95), broken={1}), [], set()) == [1]


# --- The pager ------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_numbers", [True, False])
def test_a_whole_walk_goes_to_the_end_of_the_pager(has_numbers: bool) -> None:
    """Without an index too, and without the number of the last page."""
    pager = ListingPager(1000, whole=True)
    blog = Blog(newest_first(95), has_numbers=has_numbers)
    assert go(pager, blog, [], set()) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert len(pager.entries) == 95
    assert pager.last_page == 10


def test_without_numbers_the_pages_are_found_by_the_index() -> None:
    pager, index = ListingPager(1000), newest_first(95)
    blog = Blog(index[:], has_numbers=False)
    assert go(pager, blog, index, {1, 50}) == [1, 5, 10]
    assert pager.entries.keys() >= {1, 50}


def test_without_a_pager_there_is_one_page() -> None:
    """What the index has and the page does not show is looked for there once more."""
    pager, index = ListingPager(1000), newest_first(95)
    assert go(pager, Blog(index[:], has_pager=False), index, index) == [1, 1]
    assert len(pager.entries) == 10


def test_a_whole_walk_goes_on_behind_a_page_that_fails() -> None:
    pager = ListingPager(1000, whole=True)
    blog = Blog(newest_first(95), broken={4})
    assert go(pager, blog, [], set()) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert len(pager.entries) == 85


def test_a_whole_walk_jumps_over_what_was_read_before() -> None:
    """Pages that failed in an earlier run come first, and are not read a second time."""
    pager = ListingPager(1000, whole=True, failed_before=[3, 7])
    read = go(pager, Blog(newest_first(95)), [], set())
    assert read == [1, 3, 7, 2, 4, 5, 6, 8, 9, 10]


@pytest.mark.parametrize(
    ("owed", "read"), [([7], [1, 7]), ([3, 3, 9], [1, 3, 9]), ([40], [1, 40]), ([1], [1])]
)
def test_owed_pages_come_after_the_first(owed: list[int], read: list[int]) -> None:
    """They are read although nothing is wanted; one that is no longer there ends nothing."""
    pager, index = ListingPager(1000, failed_before=owed), newest_first(95)
    assert go(pager, Blog(index[:]), index, set()) == read


def test_an_endless_pager_is_noticed() -> None:
    """It repeats its last page; the walk says so, looks at the first page again, and ends."""
    pager, blog = ListingPager(1000, whole=True), Blog(newest_first(25), ends=False)
    with pytest.raises(EndlessPager, match=r"the pager does not end \(page 7\)") as caught:
        go(pager, blog, [], set())
    assert caught.value.page == 7
    assert len(pager.entries) == 25
    assert go(pager, blog, [], set()) == [1]


def test_an_endless_pager_with_ever_new_articles_is_noticed() -> None:
    """Each page shows something new, as a calendar does: the setting is the end."""
    pager = ListingPager(12, whole=True)
    with pytest.raises(EndlessPager) as caught:
        go(pager, Blog(newest_first(5000)), [], set())
    assert caught.value.page == 13
    assert len(pager.entries) == 120


def test_with_an_index_an_endless_pager_does_no_harm() -> None:
    pager, index = ListingPager(1000), newest_first(25)
    assert go(pager, Blog(index[:], ends=False), index, index) == [1, 2, 3]


@pytest.mark.parametrize(
    ("articles", "known", "has_room"),
    [
        (95, 0, True),
        (95, 90, True),  # ten pages: the last one has one article at least
        (95, 91, False),
        (95, 95, False),
        (91, 90, True),
        (90, 90, False),
        (8, 0, True),
        (8, 8, False),
    ],
)
def test_room_for_more(articles: int, known: int, has_room: bool) -> None:
    """True when the pager promises an article that neither index nor listings have shown."""
    pager = ListingPager(1000)
    assert pager.has_room_for_more(0) is False  # nothing is known of the pager yet
    go(pager, Blog(newest_first(articles)), [], set())
    assert pager.has_room_for_more(known) is has_room


# --- Whatever happens -----------------------------------------------------------------------------


@dataclass
class Story:
    """A blog, and what happens to it during a pager."""

    blog: Blog
    index: list[int]
    wanted: set[int]
    events: Events
    #: Articles that are listed from the beginning to the end.
    stay: set[int]

    @property
    def pages(self) -> int:
        return -(-len({*self.index, *self.blog.listing}) // 10)


def deletion(article: int) -> Callable[[Blog], None]:
    return lambda blog: blog.delete(article)


def publication(article: int) -> Callable[[Blog], None]:
    return lambda blog: blog.publish(article)


@st.composite
def stories(draw: st.DrawFn, most_events: int, *, odd: int = 0, hidden: int = 0) -> Story:
    """``odd`` articles stand elsewhere than in the index, ``hidden`` ones nowhere."""
    count = draw(st.sampled_from([1, 9, 10, 11, 20, 35, 95, 200]))
    index = newest_first(count)
    listing = index[:]
    for _ in range(draw(st.integers(0, odd))):
        article = listing.pop(draw(st.integers(0, len(listing) - 1)))
        listing.insert(draw(st.just(0) | st.integers(0, len(listing))), article)
    for _ in range(draw(st.integers(0, min(hidden, count - 1)))):
        listing.pop(draw(st.integers(0, len(listing) - 1)))
    stay, events = set(listing), Events()
    times = draw(st.lists(st.integers(1, count // 10 + 4), max_size=most_events, unique=True))
    for number, time in enumerate(times):
        if len(stay) > 1 and draw(st.booleans()):
            article = draw(st.sampled_from(sorted(stay)))
            stay.discard(article)
            events[time] = deletion(article)
        else:
            events[time] = publication(count + 1 + number)
    wanted = set(index) if draw(st.booleans()) else draw(st.sets(st.sampled_from(index)))
    return Story(Blog(listing), index, wanted, events, stay)


@given(stories(most_events=0))
@limits(deadline=None)
def test_each_page_is_read_once_when_nothing_odd_happens(story: Story) -> None:
    pager = ListingPager(1000)
    read = go(pager, story.blog, story.index, story.wanted)
    assert len(read) == len(set(read))
    assert story.wanted <= pager.entries.keys()


@given(stories(most_events=1))
@limits(deadline=None)
def test_everything_is_found_when_one_thing_happens(story: Story) -> None:
    """One article is published or deleted, whenever: no other one is missed."""
    pager = ListingPager(1000)
    read = go(pager, story.blog, story.index, story.wanted, story.events)
    assert story.wanted & story.stay <= pager.entries.keys()
    assert len(read) <= story.pages + 4


@given(stories(most_events=0, odd=4))
@limits(deadline=None)
def test_a_first_walk_finds_everything_in_any_order(story: Story) -> None:
    """Sticky and re-dated articles: where all pages are read, none is missed."""
    pager = ListingPager(1000)
    read = go(pager, story.blog, story.index, story.index)
    assert pager.entries.keys() == set(story.index)
    assert sorted(read) == list(range(1, story.pages + 1))


@given(stories(most_events=6, odd=4, hidden=4), st.booleans(), st.booleans())
@limits(deadline=None)
def test_the_walk_ends_whatever_happens(story: Story, whole: bool, has_numbers: bool) -> None:
    """No page is read more than twice but the first, and hardly an article is missed.

    One is, when the blog changes at the very moment, and twice, or stands far from its place: the
    walk then ends without an entry for it, and its page is read all the same.
    """
    story.blog.has_numbers = has_numbers
    pager = ListingPager(1000, whole=whole)
    read = go(pager, story.blog, story.index, story.index, story.events)
    assert len(read) <= 2 * story.pages + 4
    assert all(read.count(page) <= 2 for page in read if page > 1)
    assert len(story.stay & set(story.index) - pager.entries.keys()) <= len(story.events)


# --- What was read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newer", "older", "expected"),
    [
        (40, 38, True),  # both on the first page, which is read
        (31, 29, False),  # on pages 1 and 2, of which the second is not
        (25, 23, False),
        (15, 13, True),
        (11, 9, True),  # on pages 3 and 4
        (2, None, True),  # up to the last page
        (None, 38, True),  # from the first page on
        (40, 15, False),
        (15, 40, False),  # in the wrong order: nothing follows from that
        (None, None, False),
    ],
)
def test_what_must_have_been_shown(newer: int | None, older: int | None, expected: bool) -> None:
    blog, pager = Blog(newest_first(40)), ListingPager(100)
    for number in (1, 3, 4):
        page = blog.page(number)
        assert page is not None
        pager.note(number, page)
    assert pager.has_read_between(newer, older) is expected


def test_a_whole_walk_has_shown_all() -> None:
    blog, pager = Blog(newest_first(40)), ListingPager(100, whole=True)
    go(pager, blog, [], ())
    assert pager.has_read_between(None, None)
