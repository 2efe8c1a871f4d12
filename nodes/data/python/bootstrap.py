"""Runs one script over tables. Started by data.python with the path of a job: JSON with `script`, `library`, `inputs`
(name -> Parquet file), `outputs` (name -> Parquet file), `seed`, `memoryBytes`, `result` (where to say how it ended)."""

import json
import sys
import traceback


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    # What lies beside this file is not to be imported by the script.
    sys.path[:] = sys.path[1:]
    limit_memory(job["memoryBytes"])
    script = job["script"]
    name = "<script>"
    try:
        seed_everything(job["seed"])
        scope = {"__name__": "__main__"}
        for table, path in job["inputs"].items():
            scope[table] = read_table(path, job["library"])
        exec(compile(script, name, "exec"), scope)
        sys.stdout.flush()
        for table, path in job["outputs"].items():
            if table not in scope:
                raise NameError(f"the script sets no variable “{table}”, which is an output")
            write_table(table, scope[table], path)
        end = {"ok": True}
    except BaseException as error:
        end = explain(error, name, script)
    with open(job["result"], "w", encoding="utf-8") as file:
        json.dump(end, file)


def limit_memory(size):
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    except (ImportError, ValueError, OSError):
        pass


def seed_everything(seed):
    import random

    random.seed(seed)
    try:
        import numpy

        numpy.random.seed(seed % 2**32)
    except ImportError:
        pass


def read_table(path, library):
    if library == "polars":
        import polars

        return polars.read_parquet(path)
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    return table if library == "pyarrow" else table.to_pandas()


def write_table(name, value, path):
    kind = type(value).__module__.split(".")[0]
    if kind == "polars":
        value.write_parquet(path)
        return
    import pyarrow
    import pyarrow.parquet

    if kind == "pandas" and hasattr(value, "columns"):
        table = pyarrow.Table.from_pandas(value, preserve_index=False)
    elif isinstance(value, pyarrow.Table):
        table = value
    elif isinstance(value, dict):
        table = pyarrow.table(value)
    elif isinstance(value, list):
        table = pyarrow.Table.from_pylist(value)
    else:
        raise TypeError(f"“{name}” is {type(value).__name__}, not a table (DataFrame, Table, dict of columns, list of rows)")
    pyarrow.parquet.write_table(table, path)


def explain(error, name, script):
    lines = script.split("\n")
    line = None
    if isinstance(error, SyntaxError) and error.filename == name:
        line = error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == name:
            line = frame.lineno
    text = "".join(traceback.format_exception_only(type(error), error)).strip().split("\n")[-1]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    return {
        "ok": False,
        "type": type(error).__name__,
        "message": text[:2000],
        "line": line,
        "source": lines[line - 1].strip()[:200] if line and line <= len(lines) else None,
        "missing": error.name if isinstance(error, ModuleNotFoundError) else None,
        "traceback": "".join(traceback.format_list(frames[-20:]))[:8000],
    }


main()
