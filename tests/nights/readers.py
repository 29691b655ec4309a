"""Readers that look at the published marts for as long as a run lasts."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

_READER = """
import os, sys, duckdb
current = sys.argv[1]
for line in sys.stdin:
    try:
        folder = os.path.realpath(current)
        with duckdb.connect(os.path.join(folder, "alignment.duckdb"), read_only=True) as c:
            said = c.execute("select distinct version from marts.publish_manifest").fetchall()
            counts = c.execute("select table_name, n_rows from marts.publish_manifest").fetchall()
            rows = [(t, n, c.execute(f"select count(*) from marts.{t}").fetchall()[0][0])
                    for t, n in counts if t != "publish_manifest"]
            parquet = [(t, n, c.execute(
                           f"select count(*) from '{folder}/parquet/{t}.parquet'").fetchall()[0][0])
                       for t, n in counts if t in ("goal_triad", "effort_alignment")]
        wrong = [row for row in rows + parquet if row[1] != row[2]]
        if said != [(os.path.basename(folder),)] or wrong:
            print("mixed", said, folder, wrong, flush=True)
        else:
            print("read", said[0][0], flush=True)
    except Exception as error:
        print("error", type(error).__name__, str(error).replace("\\n", " "), flush=True)
"""


class Readers:
    """`n` processes, each reading all published tables again and again until the block ends."""

    def __init__(self, current: Path, n: int) -> None:
        self.errors: list[str] = []
        self.mixed: list[str] = []
        self.versions_in_order: list[str] = []
        self.n_reads = 0
        self._current, self._n = current, n
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Readers:
        self._threads = [threading.Thread(target=self._read) for _ in range(self._n)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _read(self) -> None:
        """One reader; it pauses half a second between reads, and reads once more at the end."""
        command = [sys.executable, "-c", _READER, str(self._current)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as reader:
            assert reader.stdin
            assert reader.stdout
            is_last = False
            while True:
                reader.stdin.write("again\n")
                reader.stdin.flush()
                self._note(reader.stdout.readline().strip())
                if is_last:
                    return
                is_last = self._over.wait(0.5)

    def _note(self, said: str) -> None:
        with self._lock:
            self.n_reads += 1
            word, _, rest = said.partition(" ")
            if word == "mixed":
                self.mixed.append(rest)
            elif word != "read":
                self.errors.append(said)
            elif rest not in self.versions_in_order:
                self.versions_in_order.append(rest)
