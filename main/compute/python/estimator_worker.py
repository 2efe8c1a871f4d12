"""Runs one estimator for a process that starts it: a frame with the pickled estimator first, then matrices to score.

A frame has a header of four little-endian u32, then its bytes. In: (MAGIC, LOAD, bytes of settings, bytes of estimator),
settings as JSON with `task` and `memoryBytes`; (MAGIC, SCORE, rows, width), then float32 [rows, width]. Out: (MAGIC,
READY, bytes, 0), JSON with `method`, `classes` and `memoryBytes`; (MAGIC, SCORES, rows, columns), then float32
[rows, columns] as the estimator gives them; (MAGIC, FAILED, bytes, 0), UTF-8 with the reason.

`method`, `numbers_of` and `check` are also what the training compares the loaded estimator with."""

import array
import json
import os
import struct
import sys

MAGIC = 0x50574C53
LOAD, SCORE, READY, SCORES, FAILED = 1, 2, 3, 4, 5
HEADER = struct.Struct("<IIII")


def method_of(model, task):
    """What is asked of an estimator: `predict_proba` where it has it and classes are wanted, else `predict`."""
    wanted = ("predict",) if task == "regression" else ("predict_proba", "predict")
    for name in wanted:
        if callable(getattr(model, name, None)):
            return name
    raise TypeError(f"{type(model).__name__} has no {' and no '.join(wanted)}")


def classes_of(model, method):
    """Class numbers of the columns of `predict_proba`, where the estimator names them."""
    classes = getattr(model, "classes_", None)
    if method != "predict_proba" or classes is None:
        return None
    try:
        return [int(value) for value in classes]
    except (TypeError, ValueError):
        return None


def numbers_of(model, method, matrix, rows):
    """(columns, float32 bytes) of what the estimator says of a matrix."""
    result = getattr(model, method)(matrix)
    if not hasattr(result, "astype"):
        values = [list(row) if hasattr(row, "__len__") else [row] for row in result]
        width = len(values[0]) if values else 1
        if len(values) != rows or any(len(row) != width for row in values):
            raise ValueError(f"{method} gave {len(values)} rows for {rows}, or rows of several lengths")
        return width, array.array("f", [float(value) for row in values for value in row]).tobytes()
    shape = result.shape
    if len(shape) not in (1, 2) or shape[0] != rows:
        raise ValueError(f"{method} gave the shape {list(shape)} for {rows} rows")
    columns = shape[1] if len(shape) == 2 else 1
    return columns, result.astype("float32").tobytes(order="C")


def matrix_of(data, rows, width):
    """A numpy array where there is numpy, else a list of rows."""
    try:
        import numpy
    except ImportError:
        return memoryview(data).cast("f", [rows, width]).tolist()
    return numpy.frombuffer(data, numpy.float32).reshape(rows, width).copy()


def main():
    import queue
    import threading

    # What the estimator prints must not get between the frames, and it has no business with what comes in.
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    # What lies beside this file is not to be imported by the estimator.
    sys.path[:] = sys.path[1:]
    frames = queue.SimpleQueue()
    threading.Thread(target=read_frames, args=(source, frames), daemon=True).start()
    try:
        model, method = load(sink, *frames.get())
    except BaseException as error:
        send(sink, FAILED, reason(error))
        return
    while True:
        kind, rows, width, data = frames.get()
        try:
            columns, numbers = numbers_of(model, method, matrix_of(data, rows, width), rows)
            write(sink, HEADER.pack(MAGIC, SCORES, rows, columns) + numbers)
        except Exception as error:
            send(sink, FAILED, reason(error))


def read_frames(source, frames):
    """Ends this process, and all it has started, when whoever started it has gone: also in the middle of a batch."""
    try:
        while True:
            magic, kind, first, second = HEADER.unpack(read(source, HEADER.size))
            if magic != MAGIC:
                break
            size = first + second if kind == LOAD else first * second * 4
            frames.put((kind, first, second, read(source, size)))
    except BaseException:
        pass  # The end of the pipe, or no memory for a frame: nobody can be answered any more.
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), 9)
    os._exit(0)


def load(sink, kind, size, _, data):
    import pickle

    settings = json.loads(bytes(data[:size]))
    limit_memory(settings["memoryBytes"])
    model = pickle.loads(memoryview(data)[size:])
    method = method_of(model, settings["task"])
    width = settings["width"]
    # The first run imports and builds what later ones use.
    numbers_of(model, method, matrix_of(bytes(4 * width), 1, width), 1)
    about = {"method": method, "classes": classes_of(model, method), "memoryBytes": memory_bytes()}
    send(sink, READY, json.dumps(about))
    return model, method


def limit_memory(size):
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    except (ImportError, ValueError, OSError):
        pass


def memory_bytes():
    """Largest resident size so far; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


def reason(error):
    return f"{type(error).__name__}: {error}".split("\n")[0][:2000]


def read(source, size):
    data = bytearray(size)
    view = memoryview(data)
    done = 0
    while done < size:
        count = source.readinto(view[done:])
        if not count:
            raise EOFError
        done += count
    return data


def write(sink, data):
    view = memoryview(data)
    while view:
        view = view[sink.write(view):]


def send(sink, kind, text):
    data = text.encode("utf-8")
    write(sink, HEADER.pack(MAGIC, kind, len(data), 0) + data)


if __name__ == "__main__":
    main()
