"""Trains one model. Started by train.python with the path of a job: JSON with `script`, `x` (float32, row-major), `y`
(float64), `weights` (float32, or null), `rows`, `width`, `features` (names of the columns), `classes`, `task`, `seed`,
`threads`, `memoryBytes`, `model` (where the ONNX goes), `result` (where to say how it ended)."""

import json
import sys
import traceback


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    # What lies beside this file is not to be imported by the script.
    sys.path[:] = sys.path[1:]
    limit_memory(job["memoryBytes"])
    name = "<script>"
    script = job["script"]
    try:
        import numpy

        seed_everything(job["seed"], numpy)
        x = numpy.fromfile(job["x"], numpy.float32).reshape(job["rows"], job["width"])
        y = numpy.fromfile(job["y"], numpy.float64)
        if job["task"] != "regression":
            y = y.astype(numpy.int64)
        scope = {
            "__name__": "__main__",
            "X": x,
            "y": y,
            "w": numpy.fromfile(job["weights"], numpy.float32) if job["weights"] else None,
            "features": job["features"],
            "classes": job["classes"],
            "task": job["task"],
            "seed": job["seed"],
            "threads": job["threads"],
        }
        exec(compile(script, name, "exec"), scope)
        sys.stdout.flush()
        if "model" not in scope:
            raise NameError("the script sets no variable “model”")
        with open(job["model"], "wb") as file:
            file.write(to_onnx(scope["model"], job["width"]))
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


def seed_everything(seed, numpy):
    import random

    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)


def to_onnx(model, width):
    if isinstance(model, (bytes, bytearray)):
        return bytes(model)
    if hasattr(model, "SerializeToString"):
        return model.SerializeToString()
    families = {base.__module__.split(".")[0] for base in type(model).__mro__}
    if "torch" in families:
        return torch_to_onnx(model, width)
    if "lightgbm" in families or "xgboost" in families:
        import onnxmltools
        from onnxmltools.convert.common.data_types import FloatTensorType

        convert = onnxmltools.convert_lightgbm if "lightgbm" in families else onnxmltools.convert_xgboost
        return convert(model, initial_types=[("X", FloatTensorType([None, width]))]).SerializeToString()
    if "sklearn" in families:
        import skl2onnx
        from skl2onnx.common.data_types import FloatTensorType

        options = {"zipmap": False} if hasattr(model, "predict_proba") else {}
        types = [("X", FloatTensorType([None, width]))]
        return skl2onnx.convert_sklearn(model, initial_types=types, options={id(model): options}).SerializeToString()
    raise TypeError(
        f"“model” is {type(model).__name__}: set it to an estimator of scikit-learn, LightGBM, XGBoost or PyTorch, or to ONNX"
    )


def torch_to_onnx(model, width):
    import io

    import torch

    out = io.BytesIO()
    axes = {"X": {0: "N"}, "scores": {0: "N"}}
    sample = torch.zeros(2, width)
    torch.onnx.export(model.eval(), (sample,), out, input_names=["X"], output_names=["scores"], dynamic_axes=axes, dynamo=False)
    return out.getvalue()


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
