"""Runs one script. Started with the path of a job: JSON with `script`, `seed`, `memoryBytes`, `result` (where to say how
it ended), and `exchange`: a Python file whose `give(job)` returns the variables of the script by name, and whose
`take(scope, job)` keeps what the script has set. The job carries what these two need besides. An error of theirs may say
what to do in `fix`, and which line of the script it means in `script_line`."""

import json
import sys
import traceback

SCRIPT = "<script>"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    # What lies beside this file is not to be imported by the script.
    sys.path[:] = sys.path[1:]
    limit_memory(job["memoryBytes"])
    try:
        give, take = load_exchange(job["exchange"])
        seed_everything(job["seed"])
        scope = {"__name__": "__main__"}
        scope.update(give(job))
        exec(compile(job["script"], SCRIPT, "exec"), scope)
        sys.stdout.flush()
        take(scope, job)
        end = {"ok": True}
    except BaseException as error:
        end = explain(error, job["script"], {__file__, job["exchange"]})
    with open(job["result"], "w", encoding="utf-8") as file:
        json.dump(end, file)


def limit_memory(size):
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    except (ImportError, ValueError, OSError):
        pass


def load_exchange(path):
    """Runs the file as a part of this program: as a module of its own the script could import it."""
    scope = {"__name__": __name__, "__file__": path}
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), scope)
    return scope["give"], scope["take"]


def seed_everything(seed):
    import random

    random.seed(seed)
    try:
        import numpy

        numpy.random.seed(seed % 2**32)
    except ImportError:
        pass


def explain(error, script, own):
    """How it failed: the last line of the script that took part, and the frames that are in none of our `own` files."""
    lines = script.split("\n")
    frames = traceback.extract_tb(error.__traceback__)
    line = None
    if isinstance(error, SyntaxError) and error.filename == SCRIPT:
        line = error.lineno
    for frame in frames:
        if frame.filename == SCRIPT:
            line = frame.lineno
    fix = getattr(error, "fix", None)
    fix = fix if isinstance(fix, str) and line is None else None
    if fix is not None:
        line = getattr(error, "script_line", None)
    text = "".join(traceback.format_exception_only(type(error), error)).strip().split("\n")[-1]
    shown = [frame for frame in frames if frame.filename not in own]
    return {
        "ok": False,
        "type": type(error).__name__,
        "message": (text if fix is None else str(error))[:2000],
        "fix": fix,
        "line": line,
        "source": lines[line - 1].strip()[:200] if line and line <= len(lines) else None,
        "missing": error.name if isinstance(error, ModuleNotFoundError) else None,
        "traceback": "".join(traceback.format_list(shown[-20:]))[:8000],
    }


main()
