"""`alignmart check` against every system: what it says of a secret, a permission, a slip.

`-s` prints the table of systems, cases and answers.
"""

from __future__ import annotations

import contextlib
import io
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from ssl import SSLCertVerificationError
from typing import Any

import orjson
import pytest
from requests.exceptions import SSLError
from rich.console import Console

from connectors import no_answer as no_answer_of
from connectors.contract import Finding, SourceError
from connectors.files import Files, FilesSettings
from connectors.http import Patience
from pipelines import check
from sandbox import bamboohr_payloads, observe
from sandbox import bamboohr_server as bamboohr
from sandbox import jira_server as jira
from sandbox import qualtrics_server as qualtrics
from sandbox import redmine_server as redmine
from sandbox import tryton_server as tryton
from sandbox.bamboohr_faults import Manners as BambooManners
from sandbox.bamboohr_faults import Trouble as BambooTrouble
from sandbox.bamboohr_site import Site as BambooSite
from sandbox.qualtrics_faults import Fault
from sandbox.tryton_site import MAPPING as TRYTON_MAPPING
from sandbox.tryton_site import Site as TrytonSite
from tests.connectors import jira_reading, qualtrics_reading, redmine_reading
from tests.connectors.harness import sample_nights, sample_world
from tests.connectors.systems.scim import Server, listening
from tests.live.scim import OF_USERS, Directory
from tests.pipelines.checking import (
    Answer,
    asked,
    assert_fit_to_read,
    checked,
    names_option,
    tell,
    unable_to_read,
    write_config,
)
from tests.pipelines.terminal import alignmart

Options = dict[str, Any]
ANOTHER = "canary-of-another-5e77"
NIGHT = sample_nights()[-1]


def merged(options: Mapping[str, Any], more: Mapping[str, Any]) -> Options:
    """`more` laid over `options`, mappings into one another."""
    both = dict(options)
    for name, value in more.items():
        old = both.get(name)
        both[name] = merged(old, value) if isinstance(old, dict) and value else value
    return both


# The systems, and how each is made to lack something


@contextmanager
def jira_cloud(lacking: str = "") -> Iterator[Options]:
    site = jira_reading.site()
    if lacking == "users":
        site.users.clear()
    if lacking == "projects":
        site.projects.clear()
    with jira.serving(jira_reading.jira(at=site)) as url:
        own = {"url": url, "email": jira_reading.EMAIL, "token": jira_reading.TOKEN}
        yield own | {"mapping": jira_reading.MAPPING}


@contextmanager
def bamboo_hr(lacking: str = "") -> Iterator[Options]:
    manners = BambooManners(
        "canary-key-19d0",
        sees_reports=lacking != "reports",
        hidden_fields=frozenset({"hireDate"} if lacking == "field" else ()),
    )
    server = bamboohr.Bamboo(BambooSite(sample_world(), NIGHT), manners, BambooTrouble(()))
    with bamboohr.serving(server) as url:
        own = {"company": "sample", "api_key": manners.key, "url": url}
        yield own | {"mapping": bamboohr_payloads.MAPPING}


@contextmanager
def qualtrics_xm(lacking: str = "") -> Iterator[Options]:
    refused = [Fault(lacking, "status", times=None, status=403)] if lacking else []
    with qualtrics.serving(qualtrics_reading.account(*refused)) as url:
        own = {"url": url, "token": qualtrics_reading.TOKEN, "surveys": ["Work and goals*"]}
        yield own | {"mapping": qualtrics_reading.mapping()}


@contextmanager
def redmine_site(lacking: str = "") -> Iterator[Options]:
    manners = {"api": {"api_is_on": False}, "time": {"shows_time": False}}.get(lacking, {})
    with redmine.serving(redmine_reading.redmine(**manners)) as url:
        key = redmine_reading.GUEST_KEY if lacking == "time" else redmine_reading.KEY
        yield {"url": url, "api_key": key, "mapping": redmine_reading.MAPPING}


@contextmanager
def tryton_server(lacking: str = "") -> Iterator[Options]:
    server = tryton.Tryton(TrytonSite(sample_world(), NIGHT), "canary-password-0b3a")
    server.closed = frozenset({lacking} if lacking else ())
    with tryton.serving(server) as url:
        own = {"url": url, "database": tryton.DATABASE, "user": tryton.USER}
        yield own | {"password": server.password, "mapping": TRYTON_MAPPING}


@cache
def scim2_server() -> Server:
    """The real server, filled once; nobody changes it."""
    server = Server(NIGHT)
    with listening(server) as url:
        Directory(url).show(sample_world(), NIGHT)
    return server


@contextmanager
def scim(lacking: str = "") -> Iterator[Options]:
    def asked(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if not lacking or not environ["PATH_INFO"].endswith(lacking):
            return scim2_server()(environ, start)
        start("403 Forbidden", [("Content-Type", "application/scim+json")])
        error = "urn:ietf:params:scim:api:messages:2.0:Error"
        return [orjson.dumps({"schemas": [error], "status": "403", "detail": "Not permitted."})]

    with listening(asked) as url:
        yield Directory(url).options()


@contextmanager
def files(lacking: str = "") -> Iterator[Options]:
    """A folder that everybody may enter, and whose people.csv the slip or the lack is in."""
    with tempfile.TemporaryDirectory(prefix="check-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        for frame, rows in observe.hr(sample_world(), NIGHT).items():
            rows.write_csv(folder / f"{frame}.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
        people = folder / "people.csv"
        if lacking == "column":
            people.write_text(people.read_text().replace("full_name", "full_nam", 1))
        if lacking == "key":
            people.write_text(people.read_text().replace("person_key", "person_kee", 1))
        yield {"path": place}


SYSTEMS: dict[str, Callable[..., AbstractContextManager[Options]]] = {
    "bamboohr": bamboo_hr,
    "files": files,
    "jira_cloud": jira_cloud,
    "qualtrics": qualtrics_xm,
    "redmine": redmine_site,
    "scim": scim,
    "tryton": tryton_server,
}


@contextmanager
def serving(system: str, lacking: str = "") -> Iterator[Options]:
    with SYSTEMS[system](lacking) as options:
        yield {"system": system} | options


@dataclass(frozen=True)
class Case:
    """Something wrong, and what the answer must hold."""

    system: str
    what: str
    subject: str
    words: tuple[str, ...]
    """What happened and what to do about it."""
    option: str = ""
    """What to mend in alignmart.yaml; nothing where it is mended in the system."""
    lacking: str = ""
    options: Options = field(default_factory=dict)
    status: str = "error"

    def __str__(self) -> str:
        return f"{self.system}: {self.what}"


SECRET, PERMISSION, SLIP = "wrong secret", "missing permission", "misspelt mapping"

CASES = [
    Case("jira_cloud", SECRET, "account",
         ("make a new token at id.atlassian.com",), "token", options={"token": ANOTHER}),
    Case("jira_cloud", PERMISSION, "users",
         ("sees no user", "Browse users and groups (Settings, System, Global permissions)"),
         lacking="users"),
    Case("jira_cloud", PERMISSION, "projects",
         ("sees no project", "Browse projects (Project settings, Permissions)"),
         lacking="projects"),
    Case("jira_cloud", SLIP, "fields",
         ("no field `customfield_10209`", "nearest:", "Goals (customfield_10200)"),
         "mapping.goal_fields",
         options={"mapping": {"goal_fields": ["customfield_10209"]}}),
    Case("jira_cloud", SLIP, "users",
         ("has the property `employeNumber`", "spelt right"),
         "mapping.employee_number_property",
         options={"mapping": {"employee_number_property": "employeNumber"}}, status="warning"),
    Case("bamboohr", SECRET, "tables",
         ("make a new one in BambooHR (your picture, API Keys)",), "api_key",
         options={"api_key": ANOTHER}),
    Case("bamboohr", PERMISSION, "dataset",
         ("access level", "Settings, Access Levels", "permission to see reports"),
         "mapping.do_without", lacking="reports"),
    Case("bamboohr", PERMISSION, "records",
         ("`hireDate` of employees for no employee", "access level the permission to view it"),
         lacking="field"),
    Case("bamboohr", SLIP, "dataset",
         ("no dataset field `terminatonDate`", "nearest: terminationDate"), "mapping.left_field",
         options={"mapping": {"left_field": "terminatonDate"}}),
    Case("bamboohr", SLIP, "tables",
         ("no field of jobInfo `customFT`", "nearest: customFTE"), "mapping.fte_field",
         options={"mapping": {"fte_field": "customFT"}}),
    Case("qualtrics", SECRET, "account",
         ("API token is wrong or was replaced", "Account settings, Qualtrics IDs"), "token",
         options={"token": ANOTHER}),
    Case("qualtrics", PERMISSION, "surveys",
         ("share the survey with it (view reports, export responses)",), lacking="survey"),
    Case("qualtrics", PERMISSION, "directory", ("XM Directory",), lacking="directories"),
    Case("qualtrics", SLIP, "embedded data",
         ("no `Untt` (`unit_field`)", "declare it in the survey flow", "nearest: Unit"),
         "mapping.unit_field", options={"mapping": {"unit_field": "Untt"}}),
    Case("redmine", SECRET, "account",
         ("copy it from My account, API access key",), "api_key", options={"api_key": ANOTHER}),
    Case("redmine", PERMISSION, "users", ("key of an administrator",), "api_key", lacking="time"),
    Case("redmine", PERMISSION, "spent time", ("the permission View spent time",),
         lacking="time", status="warning"),
    Case("redmine", PERMISSION, "account", ("Enable REST web service",), lacking="api"),
    Case("redmine", SLIP, "fields",
         ("no custom field of issues `Gaols`", "nearest: Goals (1)"), "mapping.goal_fields",
         options={"mapping": {"goal_fields": ["Gaols"]}}),
    Case("tryton", SECRET, "account", ("password is wrong",), "password",
         options={"password": ANOTHER}),
    Case("tryton", PERMISSION, "people",
         ('not allowed to access "company.employee"', "a group that may read this model"),
         lacking="company.employee"),
    Case("tryton", SLIP, "people",
         ("company.employee has no field `nmber`", "nearest: number"),
         "mapping.people.employee_number",
         options={"mapping": {"people": {"employee_number": "nmber"}}}),
    Case("scim", SECRET, "users", ("make a new one in the provider's SCIM settings",), "token",
         options={"token": ANOTHER}),
    Case("scim", PERMISSION, "users", ("the right to read users",), lacking="/Users"),
    Case("scim", PERMISSION, "units", ("the right to read users and groups",), lacking="/Groups"),
    Case("scim", SLIP, "mapping",
         ("no schema of the provider has", "nearest:", "leftOn"), "mapping.fields.left_on",
         options={"mapping": {"fields": {"left_on": f"{OF_USERS}:leftOnn"}}}),
    Case("files", "no folder", "folder", ("there is no folder", "Make it, or"), "path",
         options={"path": "nowhere"}),
    Case("files", SLIP, "people.csv", ("no column person_key", "Is person_kee meant to be person_key?"),
         lacking="key"),
    Case("files", SLIP, "people.csv", ("column full_nam is not read", "did you mean full_name"),
         lacking="column", status="warning"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_says_what_is_wrong_and_what_to_do(tmp_path: Path, case: Case) -> None:
    tmp_path.chmod(0o755)
    with serving(case.system, case.lacking) as options:
        answer = checked(tmp_path, {"tried": merged(options, case.options)})
    tell(case.system, case.what, answer)
    found = [line for line in answer.lines(case.status) if line.subject == case.subject]
    assert [line.source for line in found] == ["tried"], answer.stdout
    for words in case.words:
        assert words in found[0].message
    if case.option:
        assert names_option(found[0].message, tmp_path, case.option)
    else:
        assert "alignmart.yaml" not in found[0].message, "it is mended in the system"


@pytest.mark.parametrize("system", SYSTEMS)
def test_all_is_well_and_the_answer_says_what_is_seen(tmp_path: Path, system: str) -> None:
    with serving(system) as options:
        answer = checked(tmp_path, {"tried": options})
    tell(system, "all well", answer)
    assert answer.code == 0 and answer.lines("warning") == []
    assert any(line.source == "tried" for line in answer.lines("ok"))


def test_every_system_that_a_source_may_name_is_tried() -> None:
    from pipelines.systems import SYSTEMS as KNOWN

    assert set(SYSTEMS) == set(KNOWN)
    for what, without in ((SECRET, {"files"}), (PERMISSION, {"files"}), (SLIP, set())):
        assert {case.system for case in CASES if case.what == what} == set(KNOWN) - without


# Beside one source with one mistake


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account of the machine may enter."""
    with tempfile.TemporaryDirectory(prefix="check-") as place:
        Path(place).chmod(0o755)
        yield Path(place)


@pytest.mark.parametrize("what", ["people.csv", "."], ids=["a file", "the folder"])
def test_files_that_may_not_be_read_are_named(open_folder: Path, what: str) -> None:
    with serving("files") as options:
        write_config(open_folder, {"tried": options})
        place = Path(options["path"], what)
        with unable_to_read(place):
            answer = asked(open_folder)
    tell("files", PERMISSION, answer)
    message = answer.error("tried", "folder")
    assert f"{place} cannot be opened (Permission denied)" in message
    assert "give the account that runs alignmart the permission to read it" in message


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
    assert all(one.startswith(" " * 8 + "p") or one.startswith(" " * 8) for one in shown[2:])


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
