"""Gives tables to a script and takes tables back. The job has `library` (what the inputs become), `inputs` and `outputs`
(name -> Parquet file)."""


def give(job):
    return {name: read_table(path, job["library"]) for name, path in job["inputs"].items()}


def take(scope, job):
    for name, path in job["outputs"].items():
        if name not in scope:
            raise NameError(f"the script sets no variable “{name}”, which is an output")
        write_table(name, scope[name], path)


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
