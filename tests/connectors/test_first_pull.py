"""A first pull too large for one night goes on the next, and misses nothing; so does a scope."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest

from connectors import first_pull
from connectors.contract import Page, State
from connectors.http import Patience
from tests.connectors.contract_reading import (
    Found,
    Rows,
    contents,
    difference,
    fold,
    mapped,
    read,
)
from tests.connectors.harness import Harness, Served
from tests.connectors.systems.jira_cloud import JiraCloudHarness
from tests.connectors.systems.redmine import RedmineHarness

SYSTEMS: dict[str, Callable[[], Harness]] = {
    "jira_cloud": JiraCloudHarness,
    "redmine": RedmineHarness,
}
A_NIGHT = 40
SMALL: dict[str, Any] = {"page_size": 20, "items_a_night": A_NIGHT}


class Site:
    """One system, read with options from night to night."""

    def __init__(self, harness: Harness, served: Served) -> None:
        self.harness, self.served = harness, served

    def source(self, **options: Any) -> Any:
        patience = Patience(read_seconds=20, sleep=lambda _: None)
        return self.harness.connector(self.served.url, patience, **options)

    def read(self, state: State | None = None, **options: Any) -> Found:
        return read(self.source(**options), state or {}, self.served.as_of)

    def folded(self, *reads: Found) -> dict[str, pl.DataFrame]:
        return fold(self.harness, self.source(), reads)

    def last_night(self) -> None:
        while self.served.next_night():
            pass

    def nights(self, state: State | None = None, **options: Any) -> Iterator[Found]:
        """Reads, each from the state of the one before, until the first pull is done; the system
        goes on to its next night after each, while it has one."""
        for _ in range(200):
            found = self.read(state, **(SMALL | options))
            yield found
            if not found.result.progress:
                return
            state = found.result.state
            self.served.next_night()
        raise AssertionError("the first pull never ends")


@pytest.fixture(params=SYSTEMS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    harness = SYSTEMS[request.param]()
    with harness.serving() as served:
        yield Site(harness, served)


def shares(reads: list[Found]) -> list[tuple[int, int, int]]:
    """(read, of all, percent) that each night but the last says."""
    form = r"first pull: ([\d,]+) of about ([\d,]+) work items \((\d+) %\), those changed since"
    said = [
        re.match(form, one.result.progress["work_items"]) for one in reads if one.result.progress
    ]
    return [tuple(int(n.replace(",", "")) for n in one.groups()) for one in said if one]  # type: ignore[misc]


# Nights one after the other


def test_nights_of_a_first_pull_fold_to_one_large_pull(site: Site) -> None:
    site.last_night()
    whole = site.read()
    reads = list(site.nights())
    assert len(reads) > 3
    assert difference(site.folded(*reads), site.folded(whole)) == {}
    assert whole.result.progress == reads[-1].result.progress == {}


def test_what_changes_or_goes_between_the_nights_is_seen(site: Site) -> None:
    reads = list(site.nights())
    site.last_night()
    reads.append(site.read(reads[-1].result.state))
    whole = site.folded(site.read())
    assert difference(site.folded(*reads), whole) == {}
    gone = {key for one in reads for key in one.rows["work_items"]["record_key"]}
    assert gone - set(whole["work_items"]["record_key"]), "no item that was read is deleted"


def test_each_night_says_how_far_it_is_and_comes_nearer(site: Site) -> None:
    site.last_night()
    reads = list(site.nights())
    said = shares(reads)
    assert len(said) == len(reads) - 1
    assert said == sorted(said) and len({percent for *_, percent in said}) > 1
    assert all(0 < n < n_all and 0 <= percent < 100 for n, n_all, percent in said)
    n_all = site.read().rows["work_items"].height
    assert {of for _, of, _ in said} == {n_all}
    assert set(reads[0].result.progress) == set(first_pull.FRAMES)
    assert all(one.result.incomplete == {} for one in reads)


def test_a_night_reads_its_share_newest_first_and_what_belongs_to_it(site: Site) -> None:
    site.last_night()
    whole, first = site.read(), next(site.nights())
    items = first.rows["work_items"]
    assert A_NIGHT <= items.height < whole.rows["work_items"].height
    newest = whole.rows["work_items"].sort("updated_at", descending=True).head(A_NIGHT)
    assert set(newest["record_key"]) <= set(items["record_key"])
    keys = items["work_item_key"].implode()
    changes = whole.rows["work_item_changes"].filter(pl.col("work_item_key").is_in(keys))
    found = contents(first.rows)
    assert found["work_item_changes"] == contents({"x": changes})["x"]
    above = items["parent_key"].drop_nulls()
    assert above.len() > 0 and above.is_in(keys).all()


def test_a_night_that_was_not_loaded_is_read_again(site: Site) -> None:
    site.last_night()
    one, two, *_ = site.nights()
    again = site.read(one.result.state, **SMALL)
    assert difference(again.rows, two.rows) == {}
    assert again.result == two.result


def test_the_night_after_a_first_pull_reads_changes_only(site: Site) -> None:
    site.last_night()
    reads = list(site.nights())
    later, whole = site.read(reads[-1].result.state, **SMALL), site.read()
    assert later.rows["work_items"].height < whole.rows["work_items"].height / 4
    assert later.result.progress == {}
    assert difference(site.folded(*reads, later), site.folded(whole)) == {}


@pytest.mark.parametrize("items_a_night", [1, 10**6])
def test_a_share_of_one_or_of_all_reads_everything(site: Site, items_a_night: int) -> None:
    site.last_night()
    reads = list(site.nights(items_a_night=items_a_night))
    assert (len(reads) == 1) == (items_a_night > 1)
    assert difference(site.folded(*reads), site.folded(site.read())) == {}


@pytest.mark.parametrize("frame", ["work_items", "worklogs"])
def test_what_is_deleted_while_a_first_pull_goes_on_is_gone_in_the_end(
    site: Site, frame: str
) -> None:
    site.last_night()
    key = site.served.removable()[frame][0]
    nights = site.nights()
    reads = [next(nights)]
    site.served.remove(frame, key)
    reads += nights
    whole = site.folded(site.read())
    assert key not in whole[frame]["record_key"]
    assert difference(site.folded(*reads), whole) == {}


@pytest.mark.parametrize("kind", ["removed", "inserted"])
def test_what_comes_or_goes_while_a_share_is_paged_hides_no_other(site: Site, kind: str) -> None:
    site.last_night()
    served, key = site.served, site.served.removable()["work_items"][0]
    act = served.remove
    if kind == "inserted":
        served.remove("work_items", key)
        act = served.put_back
    pulling = site.source(**SMALL).pull({}, served.as_of)
    pages: list[Page] = []
    for page in pulling:
        pages.append(page)
        if page.stream.startswith("issue") and page.stream != "issue_statuses":
            break
    act("work_items", key)
    try:
        while True:
            pages.append(next(pulling))
    except StopIteration as end:
        first = Found(pages, end.value)
    mapped(site.source(**SMALL), enumerate(pages), first)
    reads = [first, *site.nights(first.result.state)]
    assert difference(site.folded(*reads), site.folded(site.read())) == {}


# A scope by the first day of work


SINCE = dt.date(2026, 10, 1)
MIDNIGHT = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)


def closure(whole: Found, keys: set[str]) -> set[str]:
    """`keys` with all that stands above them."""
    items = whole.rows["work_items"]
    parent = dict(items.select("work_item_key", "parent_key").drop_nulls().iter_rows())
    for key in list(keys):
        while (key := parent.get(key, key)) not in keys:
            keys.add(key)
    return keys


def in_scope(whole: Found) -> set[str]:
    """Items that a scope leaves in: changed since, what time was spent on, and what is above."""
    items, logs = whole.rows["work_items"], whole.rows["worklogs"]
    keys = set(items.filter(pl.col("updated_at") >= MIDNIGHT)["work_item_key"])
    keys |= set(logs.filter(pl.col("started_at") >= MIDNIGHT)["work_item_key"])
    return closure(whole, keys)


def test_a_scope_leaves_out_older_work_but_not_what_stands_above(site: Site) -> None:
    site.last_night()
    whole, found = site.read(), site.read(since=SINCE)
    keys = in_scope(whole)
    assert 0 < len(keys) < whole.rows["work_items"].height
    assert set(found.rows["work_items"]["work_item_key"]) == keys
    old = found.rows["work_items"].filter(pl.col("updated_at") < MIDNIGHT)
    assert old.height > 0, "no item above is older than the scope"
    logs = whole.rows["worklogs"].filter(pl.col("started_at") >= MIDNIGHT)
    assert contents({"x": found.rows["worklogs"]}) == contents({"x": logs})
    assert 0 < logs.height < whole.rows["worklogs"].height
    changes = whole.rows["work_item_changes"]
    ours = changes.filter(pl.col("work_item_key").is_in(list(keys)))
    assert contents({"x": found.rows["work_item_changes"]}) == contents({"x": ours})
    swept = found.rows["key_sweeps"].filter(pl.col("frame") == "work_items")
    assert set(swept["key"]) == keys


def without(items: set[str], rows: Rows) -> Rows:
    """`rows` but for these items: what was named from within is kept when nothing names it more."""
    kept = dict(rows)
    for frame, key in (("work_items", "work_item_key"), ("work_item_changes", "work_item_key"),
                       ("key_sweeps", "key")):  # fmt: skip
        kept[frame] = rows[frame].filter(~pl.col(key).is_in(list(items)))
    return kept


def test_nights_of_a_scope_miss_nothing_and_delete_what_is_gone(site: Site) -> None:
    state: State = {}
    reads: list[Found] = []
    while True:
        reads.append(site.read(state, since=SINCE))
        state = reads[-1].result.state
        found, whole = site.folded(*reads), site.folded(site.read(since=SINCE))
        kept = {str(key) for key in state["outside"]}
        kept -= set(whole["work_items"]["record_key"])
        assert difference(without(kept, found), whole) == {}
        if not site.served.next_night():
            return


def test_a_first_pull_of_a_scope_folds_to_one_large_pull(site: Site) -> None:
    site.last_night()
    reads = list(site.nights(since=SINCE, items_a_night=15))
    assert len(reads) > 2
    assert difference(site.folded(*reads), site.folded(site.read(since=SINCE))) == {}


def test_an_item_above_that_is_older_than_the_scope_is_seen_to_be_deleted(site: Site) -> None:
    site.last_night()
    first = site.read(since=SINCE)
    items = first.rows["work_items"]
    old = items.filter(pl.col("updated_at") < MIDNIGHT)["work_item_key"]
    key = old.filter(old.is_in(items["parent_key"].drop_nulls().implode()))[0]
    site.served.remove("work_items", key)
    later = site.read(first.result.state, since=SINCE)
    assert key in site.folded(first)["work_items"]["record_key"]
    assert key not in site.folded(first, later)["work_items"]["record_key"]
    again = site.read(later.result.state, since=SINCE)
    swept = (one.rows["key_sweeps"].drop("swept_at") for one in (later, again))
    assert len({tuple(sorted(rows["record_key"])) for rows in swept}) == 1


def test_a_later_scope_deletes_nothing_and_an_earlier_one_reads_everything(site: Site) -> None:
    site.last_night()
    whole = site.read()
    later = site.read(whole.result.state, since=SINCE)
    assert difference(site.folded(whole, later), site.folded(whole)) == {}
    assert later.rows["work_item_changes"].height < whole.rows["work_item_changes"].height
    small = site.read(since=SINCE)
    wide = site.read(small.result.state)
    assert difference(wide.rows, whole.rows) == {}
    narrow = site.read(small.result.state, since=SINCE + dt.timedelta(days=20))
    assert difference(site.folded(small, narrow), site.folded(small)) == {}
