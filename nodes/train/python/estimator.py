"""Gives training rows to a script and takes its model as ONNX. The job has `x` (float32, row-major), `y` (float64),
`weights` (float32, or null), `rows`, `width`, `features` (names of the columns), `classes`, `task`, `seed`, `threads` and
`model` (where the ONNX goes)."""

import numpy


def give(job):
    # Loading it takes seconds: only for a script that speaks of it.
    if "torch" in job["script"]:
        try:
            import torch

            torch.manual_seed(job["seed"])
        except ImportError:
            pass
    x = numpy.fromfile(job["x"], numpy.float32).reshape(job["rows"], job["width"])
    y = numpy.fromfile(job["y"], numpy.float64)
    if job["task"] != "regression":
        y = y.astype(numpy.int64)
    return {
        "X": x,
        "y": y,
        "w": numpy.fromfile(job["weights"], numpy.float32) if job["weights"] else None,
        "features": job["features"],
        "classes": job["classes"],
        "task": job["task"],
        "seed": job["seed"],
        "threads": job["threads"],
    }


def take(scope, job):
    if "model" not in scope:
        raise NameError("the script sets no variable “model”")
    with open(job["model"], "wb") as file:
        file.write(to_onnx(scope["model"], job["width"]))


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
