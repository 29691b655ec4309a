"""Keys of work items in the order of their creation, as trackers that count give them.

Belongs here: giving the keys there are to the items anew. Does not belong here: the human names of
items, which stay (`trackertables`).
"""

from __future__ import annotations

import polars as pl

Tables = dict[str, pl.DataFrame]

_NAMED_IN = {
    "items": ("item", "parent"),
    "item_events": ("item",),
    "worklogs": ("item",),
    "links": ("item",),
}
"""Tables and columns that name an item by its key."""


def in_order(tables: Tables) -> Tables:
    """The tables with the items' keys in the order of creation; ties keep the order they had.

    A name that is no item's key, such as one of an item that does not exist, stays.
    """
    made = tables["items"].select("item", "created_at", number=pl.col("item").cast(pl.Int64))
    old = made.sort("created_at", "number")["item"].to_list()
    new = made.sort("number")["item"].to_list()
    called = dict(zip(old, new, strict=True))
    found = dict(tables)
    for table, columns in _NAMED_IN.items():
        found[table] = tables[table].with_columns(
            pl.col(column).replace(called) for column in columns
        )
    found["items"] = found["items"].sort(pl.col("item").cast(pl.Int64))
    return found
