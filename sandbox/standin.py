"""How a stand-in server runs: in a process of its own, or in a thread of a test.

Belongs here: listening, starting, ending. Does not belong here: what any vendor answers.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

SECRET = "ALIGNMART_SANDBOX_TOKEN"  # noqa: S105  the name of a variable
"""Variable of the environment that tells a stand-in the secret that it asks for."""


def listening() -> socket.socket:
    """A listening socket on a free port of loopback: who connects early waits, is not refused."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.set_inheritable(True)
    return listener


def address_of(listener: socket.socket) -> str:
    """Where a server that takes this socket answers."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def in_a_process(module: str, arguments: Sequence[str], secret: str) -> Iterator[str]:
    """`python -m module arguments`, whose first line is its address, until the block ends.

    The process ends when its standard input closes, so it does not outlive its parent either.
    Raises RuntimeError where it does not come up.
    """
    process = subprocess.Popen(  # noqa: S603  our own module, no shell
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {SECRET: secret},
        cwd=Path(__file__).parent.parent,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError(f"{module} ended with {process.wait(10)}, see above")
        yield address
    finally:
        _end(process)


@contextmanager
def in_a_thread(app: Starlette, listener: socket.socket) -> Iterator[None]:
    """`app` answers on `listener`, in this process, until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def serve(app: Starlette, listener: socket.socket) -> None:
    """Say the address and answer, until standard input closes."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))

    def until_input_ends() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=until_input_ends, daemon=True).start()
    sys.stdout.write(f"{address_of(listener)}\n")
    sys.stdout.flush()
    server.run(sockets=[listener])


def _end(process: subprocess.Popen[str]) -> None:
    """Ask first, by closing its input; then insist."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
