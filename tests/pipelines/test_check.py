"""`alignmart check` as a command: several sources, systems that do not answer, what is printed."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from ssl import SSLCertVerificationError
from typing import Any

import pytest
from requests.exceptions import SSLError
from rich.console import Console

from connectors import no_answer as no_answer_of
from connectors.contract import Finding, SourceError
from connectors.files import Files, FilesSettings
from connectors.http import Patience
from pipelines import check
from tests.pipelines.checking import (
    Answer,
    assert_fit_to_read,
    checked,
    names_option,
    tell,
    write_config,
)
from tests.pipelines.lacking_systems import ANOTHER, SYSTEMS, Options, serving
from tests.pipelines.terminal import alignmart


def test_two_broken_sources_are_both_told_and_the_third_is_looked_at(tmp_path: Path) -> None:
    with (
        serving("jira_cloud") as work,
        serving("redmine", "api") as tickets,
        serving("files") as people,
    ):
        sources = {"jira": work | {"token": ANOTHER}, "redmine": tickets, "hr": people}
        secrets = write_config(tmp_path, sources)
        run = alignmart(tmp_path, "check")
    answer = Answer(run.returncode, run.stdout, run.stderr, secrets)
    assert_fit_to_read(answer)
    tell("two broken sources", "a terminal's own process", answer)
    assert answer.code == 1
    assert "2 to mend before a run can read everything, in: jira, redmine" in answer.stderr
    assert "make a new token" in answer.error("jira", "account")
    assert "Enable REST web service" in answer.error("redmine", "account")
    assert {line.source for line in answer.lines("ok")} >= {"hr", "calendar"}
    assert not (tmp_path / "data").exists()


def test_every_system_at_once_is_well(tmp_path: Path) -> None:
    with ExitStack() as stack:
        sources = {name: stack.enter_context(serving(name)) for name in SYSTEMS}
        answer = checked(tmp_path, sources)
    assert answer.code == 0
    assert {line.source for line in answer.lines("ok")} == {*SYSTEMS, "calendar", "declared"}


OF_NO_HOST = "nowhere.invalid"


@pytest.fixture
def unslept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between tries, and one host has no address; no name is really looked up."""
    monkeypatch.setattr("connectors.http.Patience", partial(Patience, sleep=lambda _: None))
    real = socket.getaddrinfo

    def looked_up(host: Any, *args: Any, **more: Any) -> Any:
        if host == OF_NO_HOST:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)


@pytest.mark.usefixtures("unslept")
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("down", "nothing listens at 127.0.0.1"),
        ("unknown", f"no host {OF_NO_HOST} is known here. Is `url` spelt right"),
        ("deaf", "the connection broke"),
        ("plain", "and this machine agree on no TLS. Is the port in `url` the one for https?"),
    ],
)
def test_a_system_that_does_not_answer_is_told_once_and_how(
    tmp_path: Path, what: str, said: str
) -> None:
    systems = sorted(set(SYSTEMS) - {"files"})
    with ExitStack() as stack, no_answer(what) as url:
        sources = {name: stack.enter_context(serving(name)) | {"url": url} for name in systems}
        answer = checked(tmp_path, sources)
    tell("all", what, answer)
    errors = answer.lines("error")
    assert [line.source for line in errors] == systems, "each source is told once"
    for line in errors:
        assert "no answer: " in line.message and said in line.message
        assert names_option(line.message, tmp_path, "url")


@contextmanager
def no_answer(what: str) -> Iterator[str]:
    """An address that nobody answers at, in one of the ways there are."""
    if what == "unknown":
        yield f"https://{OF_NO_HOST}"
        return
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if what == "down":
            listener.close()
        else:
            threading.Thread(target=_no_words, args=[listener, what], daemon=True).start()
        yield f"{'https' if what == 'plain' else 'http'}://127.0.0.1:{port}"


def _no_words(listener: socket.socket, what: str) -> None:
    """Close each connection without an answer, or with one that is not encrypted."""
    with contextlib.suppress(OSError):
        while True:
            connection = listener.accept()[0]
            with connection:
                connection.recv(1 << 16)
                if what == "plain":
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_certificate_that_is_not_trusted_is_told_from_a_port_without_tls() -> None:
    untrusted = SSLError(SSLCertVerificationError(1, "certificate verify failed"))
    said = no_answer_of.reason(untrusted, "jira.example.com")
    assert said.startswith("the certificate of jira.example.com is not trusted here.")
    assert "REQUESTS_CA_BUNDLE" in said


def test_a_finding_is_folded_on_a_terminal_and_one_line_elsewhere() -> None:
    long = Finding("users", "error", "the account sees no user: " + "give it a permission " * 9)
    lines = [check.Line("jira", long), check.Line("hr", Finding("folder", "ok", "3 files"))]
    plain, terminal = io.StringIO(), io.StringIO()
    assert check.show(Console(file=plain, soft_wrap=True), lines, None) == ["jira"]
    check.show(Console(file=terminal, force_terminal=True, width=160, no_color=True), lines, None)
    assert len(plain.getvalue().splitlines()) == 2
    shown = terminal.getvalue().splitlines()
    assert len(shown) == 4 and max(map(len, shown)) <= 100
    assert shown[0].startswith("ok") and shown[1].startswith("error")
    assert all(one.startswith(" " * 8) for one in shown[2:])


def test_a_vendors_words_steer_no_terminal_and_break_no_line() -> None:
    out = io.StringIO()
    found = Finding("site", "error", "it said: \x1b[2J[red]gone[/red]\n\rError")
    check.show(Console(file=out, soft_wrap=True), [check.Line("jira", found)], None)
    assert out.getvalue() == "error   jira: site: it said: ?[2J[red]gone[/red] Error\n"


def test_colours_are_left_out_where_a_terminal_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = io.StringIO()
    line = check.Line("jira", Finding("site", "error", "is gone"))
    check.show(Console(file=out, force_terminal=True, width=90), [line], None)
    assert out.getvalue() == "error   jira: site: is gone\n"


def test_a_source_that_breaks_off_does_not_stop_the_others() -> None:
    class Breaking(Files):
        def check(self) -> Iterator[Finding]:
            raise SourceError("b: the folder went away. Try again.")

    settings = FilesSettings(path=Path("nowhere"))
    found = check.look([Breaking("b", settings), Files("a", settings)])
    assert [(line.source, line.finding.status) for line in found] == [
        ("b", "error"),
        ("a", "error"),
    ]


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ({"mapping": {"goal_field": ["customfield_10200"]}}, "did you mean 'goal_fields'?"),
        ({"tokn": "x"}, "did you mean 'token'?"),
        ({"system": "jira_clod"}, "did you mean 'jira_cloud'?"),
        ({"url": None}, "option 'url' is missing"),
    ],
)
def test_a_misspelt_option_is_a_wrong_configuration(
    tmp_path: Path, slip: Options, said: str
) -> None:
    own = {"url": "https://x.example", "email": "a@x.example", "token": "canary-token-33"}
    write_config(tmp_path, {"jira": {"system": "jira_cloud"} | own | slip})
    run = alignmart(tmp_path, "check")
    assert run.returncode == 2 and run.stdout == ""
    assert said in run.stderr and "alignmart.yaml:" in run.stderr
    assert "Traceback" not in run.stderr and "canary" not in run.stderr


def test_a_secret_that_is_not_where_the_file_says_is_a_wrong_configuration(tmp_path: Path) -> None:
    own = {"url": "https://x.example", "email": "a@x.example", "token": "canary-token-33"}
    write_config(tmp_path, {"jira": {"system": "jira_cloud"} | own})
    (tmp_path / "jira.token").unlink()
    run = alignmart(tmp_path, "check")
    assert run.returncode == 2
    assert "sources.jira.token: secret file" in run.stderr and "cannot be read" in run.stderr
