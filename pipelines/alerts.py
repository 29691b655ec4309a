"""What happens when a step fails: a line in `data/alerts.log` and on standard error.

Belongs here: telling somebody. Does not belong here: deciding what a failure is. A watch that
notices when no run started at all must live outside this program.
"""

import json
import sys
from pathlib import Path

import dagster as dg

from pipelines.clock import now


def alert_hook(data_dir: Path) -> dg.HookDefinition:
    """The hook that every step of a job carries."""

    @dg.failure_hook(name="alert")
    def alert(context: dg.HookContext) -> None:
        error = context.op_exception
        told = {
            "at": now().isoformat(timespec="seconds"),
            "run_id": context.run_id,
            "step": context.op.name,
            "error": getattr(error, "description", None) or str(error),
        }
        data_dir.mkdir(parents=True, exist_ok=True)
        with (data_dir / "alerts.log").open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stderr.write(f"ALERT {told['step']}: {told['error']}\n")

    return alert
