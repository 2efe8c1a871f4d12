"""Gives training rows to a script and takes its model as ONNX. The job has `x` (float32, row-major), `y` (float64),
`weights` (float32, or null), `rows`, `width`, `features` (names of the columns), `classes`, `task`, `seed`, `threads` and
`model` (where the ONNX goes). With `python` (null to refuse what has no ONNX form) an estimator without is pickled
instead: `python` has `estimator`, `about` and `sample` (where the pickle, JSON about it, and float32 scores of the first
`sampleRows` rows go), and `worker`, the file that later runs it."""

import ast
import importlib
import json
import platform

import numpy

# Estimators whose parts are converted each by itself; what others hold need not have a converter.
COMPOSED = {
    "AdaBoostClassifier", "AdaBoostRegressor", "BaggingClassifier", "BaggingRegressor", "CalibratedClassifierCV",
    "ColumnTransformer", "FeatureUnion", "GridSearchCV", "MultiOutputClassifier", "MultiOutputRegressor",
    "OneVsOneClassifier", "OneVsRestClassifier", "Pipeline", "RandomizedSearchCV", "StackingClassifier",
    "StackingRegressor", "VotingClassifier", "VotingRegressor", "make_column_transformer", "make_pipeline", "make_union",
}
OWN_ONNX = "set model to ONNX that the script makes (bytes or a ModelProto)"


class NoOnnxForm(Exception):
    """The model cannot become ONNX, which is what is served. `fix` and `script_line` are for `step.py`."""

    def __init__(self, message, fix, script_line=None):
        super().__init__(message)
        self.fix = fix
        self.script_line = script_line


def give(job):
    if job["python"] is None:
        check_before_training(job["script"])
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
    try:
        onnx = to_onnx(scope["model"], job["width"])
    except (ImportError, NoOnnxForm) as error:
        if job["python"] is None or not runs_in_python(scope["model"], job["task"]):
            raise
        keep_for_python(scope["model"], job, str(error))
        return
    with open(job["model"], "wb") as file:
        file.write(onnx)


def runs_in_python(model, task):
    names = ("predict",) if task == "regression" else ("predict", "predict_proba")
    return not isinstance(model, type) and any(callable(getattr(model, name, None)) for name in names)


def keep_for_python(model, job, why):
    worker = {"__name__": "estimator_worker"}
    with open(job["python"]["worker"], encoding="utf-8") as file:
        exec(compile(file.read(), job["python"]["worker"], "exec"), worker)
    rows = min(job["python"]["sampleRows"], job["rows"])
    x = numpy.fromfile(job["x"], numpy.float32, rows * job["width"]).reshape(rows, job["width"])
    method = worker["method_of"](model, job["task"])
    columns, numbers = worker["numbers_of"](model, method, x, rows)
    with open(job["python"]["estimator"], "wb") as file:
        file.write(pickled(model))
    with open(job["python"]["sample"], "wb") as file:
        file.write(numbers)
    kind = type(model)
    name = kind.__qualname__ if kind.__module__ == "__main__" else f"{kind.__module__}.{kind.__qualname__}"
    about = {
        "type": name[:500],
        "version": platform.python_version(),
        "method": method,
        "classes": worker["classes_of"](model, method),
        "columns": columns,
        "rows": rows,
        "why": why.split("\n")[0][:2000],
    }
    with open(job["python"]["about"], "w", encoding="utf-8") as file:
        json.dump(about, file)


def pickled(model):
    """With cloudpickle, where there is one, classes and functions of the script go along."""
    for name in ("cloudpickle", "joblib.externals.cloudpickle", "pickle"):
        try:
            pickler = importlib.import_module(name)
        except ImportError:
            continue
        try:
            return pickler.dumps(model)
        except MemoryError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".split("\n")[0][:500]
            fix = "Install cloudpickle in this Python" if name == "pickle" else "Leave out of it what the message names"
            raise NoOnnxForm(
                f"{type(model).__name__} has no ONNX form, and cannot be kept as a Python object either: {reason}",
                f"{fix}, such as open files, locks and generators." if name != "pickle" else f"{fix}.",
            ) from error


def to_onnx(model, width):
    if isinstance(model, (bytes, bytearray)):
        return bytes(model)
    if hasattr(model, "SerializeToString"):
        return model.SerializeToString()
    try:
        return convert(model, width)
    except (ImportError, MemoryError, NoOnnxForm):
        raise
    except Exception as error:
        raise refusal(model, error) from error


def families_of(kind):
    return {base.__module__.split(".")[0] for base in kind.__mro__}


def convert(model, width):
    families = families_of(type(model))
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
    raise NoOnnxForm(
        f"“model” is {type(model).__name__}: it has to be an estimator of scikit-learn, LightGBM, XGBoost or PyTorch, or ONNX",
        f"Set it to one of these, or {OWN_ONNX}, with the exporter of its own library.",
    )


def torch_to_onnx(model, width):
    import io

    import torch

    out = io.BytesIO()
    axes = {"X": {0: "N"}, "scores": {0: "N"}}
    sample = torch.zeros(2, width)
    torch.onnx.export(model.eval(), (sample,), out, input_names=["X"], output_names=["scores"], dynamic_axes=axes, dynamo=False)
    return out.getvalue()


def refusal(model, error):
    """Why a model that the script has made did not become ONNX."""
    kind = type(model)
    reason = f"{type(error).__name__}: {error}".split("\n")[0][:500]
    if "sklearn" in families_of(kind):
        from sklearn.base import BaseEstimator
        from sklearn.exceptions import NotFittedError
        from sklearn.utils.validation import check_is_fitted

        try:
            check_is_fitted(model)
        except NotFittedError:
            return NoOnnxForm(f"“model” is {kind.__name__}, which is not fitted", "Call its fit(X, y) in the script.")
        except Exception:
            pass  # No way to tell: then it is about the conversion.
        parts = [model, *(model.get_params(deep=True).values() if kind.__name__ in COMPOSED else [])]
        for part in parts:
            if isinstance(part, BaseEstimator) and not converts(type(part)):
                return no_converter(type(part), type(part).__name__, kind.__name__)
    return NoOnnxForm(
        f"{kind.__name__} did not become ONNX, as which models are served: {reason}",
        f"Leave out what the converter names, take another estimator, or {OWN_ONNX}.",
    )


def converts(kind):
    """Whether skl2onnx has a converter for a class; True where it does not tell."""
    try:
        from skl2onnx._parse import sklearn_parsers_map
        from skl2onnx._supported_operators import sklearn_operator_name_map
    except ImportError:
        return True
    return kind in sklearn_operator_name_map or kind in sklearn_parsers_map


def no_converter(base, name, whole, line=None):
    """The error for a class `name` (`base`, or derived from it) that is the model or a part of the model `whole`."""
    from sklearn.base import ClassifierMixin, RegressorMixin

    part = "" if name == whole else f", a part of {whole},"
    message = f"{name}{part} has no ONNX form, as which models are served: skl2onnx has no converter for it"
    ending = "Classifier" if issubclass(base, ClassifierMixin) else "Regressor" if issubclass(base, RegressorMixin) else ""
    if name != whole and families_of(base) & {"lightgbm", "xgboost"}:
        fix = f"Set model to the {name} itself, with feature nodes in front of it in place of the other parts"
    elif ending == "":
        fix = f"Do what {name} does by feature nodes in front of this one"
    else:
        fix = f"Take one that converts, such as HistGradientBoosting{ending} or RandomForest{ending}"
    return NoOnnxForm(message, f"{fix}, or {OWN_ONNX}.", line)


def check_before_training(script):
    """Raises where the script can be seen to train what will not convert: training may take hours. What it does not
    understand it lets pass; `to_onnx` has the last word. Errors: `NoOnnxForm`, `ModuleNotFoundError` of a converter."""
    # A script that cares for the conversion, or for the environment before its imports, knows better.
    if "onnx" in script.lower() or "environ" in script:
        return
    try:
        names = ScriptNames(ast.parse(script))
        made = list(names.made(ast.Name("model")))
    except (SyntaxError, ValueError, RecursionError):
        return
    if not made:
        return
    root, root_name, _ = made[0]
    family = families_of(root) if isinstance(root, type) else {root.__module__.split(".")[0]}
    if "lightgbm" in family or "xgboost" in family:
        load_converter("onnxmltools")
        return
    load_converter("skl2onnx")
    for kind, name, line in made:
        # A class of the script itself has no converter, whatever it derives from.
        if isinstance(kind, type) and (name != kind.__name__ or not converts(kind)):
            raise no_converter(kind, name, root_name, line)


def load_converter(name):
    try:
        importlib.import_module(name)
    except (ModuleNotFoundError, MemoryError):
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".split("\n")[0][:500]
        fix = f"Install a version of {name} that fits the other packages of this Python."
        raise NoOnnxForm(f"The converter {name} cannot be loaded: {reason}", fix) from error


class ScriptNames:
    """What the names of a script stand for, as far as that is certain: names that are set once."""

    def __init__(self, tree):
        self.imported = {}
        self.values = {}
        self.classes = {}
        self.times = {}
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    self.bring(node, alias)
            elif isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
                self.count(node.name)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.count(node.name)
            elif isinstance(node, ast.arg):
                self.count(node.arg)
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                self.count(node.id)
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self.values[node.targets[0].id] = node.value

    def bring(self, node, alias):
        bound = alias.asname or alias.name.split(".")[0]
        if isinstance(node, ast.ImportFrom):
            path = f"{node.module}.{alias.name}"
        else:
            path = alias.name if alias.asname else bound
        if self.imported.get(bound) != path:
            self.count(bound)
        self.imported[bound] = path

    def count(self, name):
        self.times[name] = self.times.get(name, 0) + 1

    def once(self, name):
        return self.times.get(name) == 1

    def made(self, node, depth=0):
        """The estimators that an expression makes, outermost first: (class or function, its name, line)."""
        if depth > 20:
            return
        if isinstance(node, ast.Name):
            if self.once(node.id) and node.id in self.values:
                yield from self.made(self.values[node.id], depth + 1)
        elif isinstance(node, (ast.List, ast.Tuple)):
            for item in node.elts:
                yield from self.made(item, depth + 1)
        elif isinstance(node, ast.Call):
            found = self.maker(node.func)
            if found is not None:
                yield (*found, node.lineno)
                if found[1] in COMPOSED:
                    for part in [*node.args, *(keyword.value for keyword in node.keywords)]:
                        yield from self.made(part, depth + 1)
            elif isinstance(node.func, ast.Attribute) and node.func.attr in ("fit", "set_params"):
                yield from self.made(node.func.value, depth + 1)

    def maker(self, node):
        """The estimator class, or the function that makes one, which an expression names; with that name."""
        if isinstance(node, ast.Name) and node.id in self.classes:
            if not self.once(node.id):
                return None
            for base in self.classes[node.id].bases:
                found = self.maker(base)
                if found is not None and isinstance(found[0], type):
                    return found[0], node.id
            return None
        found = self.object(node)
        if isinstance(found, type):
            return (found, found.__name__) if families_of(found) & {"sklearn"} and hasattr(found, "fit") else None
        name = getattr(found, "__name__", None)
        return (found, name) if name in COMPOSED else None

    def object(self, node):
        """What a name or a dotted path of scikit-learn, LightGBM or XGBoost stands for; None for any other."""
        path = []
        while isinstance(node, ast.Attribute):
            path.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imported or not self.once(node.id):
            return None
        path = [*self.imported[node.id].split("."), *path]
        if path[0] not in ("sklearn", "lightgbm", "xgboost"):
            return None
        try:
            found = importlib.import_module(path[0])
            for at, name in enumerate(path[1:], 2):
                if not hasattr(found, name):
                    importlib.import_module(".".join(path[:at]))
                found = getattr(found, name)
            return found
        except Exception:
            return None
