"""TorchServe handler of a Slipway model: rows of raw columns in, predictions out, as POST /v1/models/NAME/predict."""

import json
import math
import os
import re
from datetime import datetime, timedelta

import numpy as np
import onnxruntime

MISSING_STRING = "\u2400"
MISSING_TIMESTAMP = -(2**63)
MAX_ROWS = 100_000
TIME = re.compile(
    r"^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?$"
)


class BadRequest(Exception):
    """A request that names what was expected and what came."""


class Model:
    """The ONNX graph and its description, in the folder TorchServe unpacked the archive to."""

    def __init__(self, context):
        folder = context.system_properties["model_dir"]
        with open(os.path.join(folder, "model.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def answers(self, data, context):
        """One answer for each request. Requests that are wrong do not spoil the others' run."""
        answers = [None] * len(data)
        batch = []
        for index, request in enumerate(data):
            try:
                rows, request_id = read_request(request)
                batch.append((index, request_id, encode_rows(rows, self.manifest["inputs"]), len(rows)))
            except BadRequest as problem:
                context.set_response_status(code=400, idx=index)
                answers[index] = {"error": {"code": "request.invalid", "message": str(problem)}}
        if batch:
            feeds = {
                column["name"]: np.concatenate([encoded[column["name"]] for _, _, encoded, _ in batch])
                for column in self.manifest["inputs"]
            }
            output = "prediction" if self.manifest["task"] == "regression" else "probabilities"
            (values,) = self.session.run([output], feeds)
            start = 0
            for index, request_id, _, count in batch:
                predictions = [self.prediction(row) for row in values[start : start + count]]
                start += count
                answers[index] = {"predictions": predictions}
                if request_id is not None:
                    answers[index]["id"] = request_id
        return answers

    def prediction(self, row):
        if self.manifest["task"] == "regression":
            return {"label": None, "value": json_number(row[0]), "scores": []}
        classes = self.manifest["classes"]
        return {
            "label": classes[int(np.argmax(row))],
            "value": None,
            "scores": [{"label": label, "score": json_number(score)} for label, score in zip(classes, row)],
        }


_model = None


def handle(data, context):
    """TorchServe's entry point: called once without data to load the model, then for each batch of requests."""
    global _model
    if _model is None:
        _model = Model(context)
    return None if data is None else _model.answers(data, context)


def json_number(value):
    number = float(value)
    return number if math.isfinite(number) else None


def read_request(request):
    body = request.get("body", request.get("data")) if isinstance(request, dict) else request
    if isinstance(body, (bytes, bytearray)):
        try:
            body = body.decode("utf-8")
        except UnicodeDecodeError:
            raise BadRequest("The request is not UTF-8.") from None
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            raise BadRequest("The request is not JSON.") from None
    if not isinstance(body, dict) or not isinstance(body.get("rows"), list):
        raise BadRequest('The request has no list "rows".')
    rows = body["rows"]
    if not rows:
        raise BadRequest("The request has no rows.")
    if len(rows) > MAX_ROWS:
        raise BadRequest(f"The request has {len(rows)} rows; at most {MAX_ROWS} are taken.")
    request_id = body.get("id")
    if request_id is not None and not isinstance(request_id, str):
        raise BadRequest('"id" is not text.')
    return rows, request_id


def encode_rows(rows, columns):
    """Tensors by column name. A value that is null or absent is missing."""
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise BadRequest(f"Row {index}: expected an object of column values, got {describe(row)}.")
        if not any(column["name"] in row for column in columns):
            raise BadRequest(f"Row {index} has none of the model's columns.")
    return {column["name"]: encode_column(rows, column) for column in columns}


def encode_column(rows, column):
    name, kind = column["name"], column["type"]
    encoders = {"bool": encode_bool, "int64": encode_int, "float64": encode_float}
    if kind in encoders:
        encode = encoders[kind]
        return np.array([[encode(row.get(name), name, i)] for i, row in enumerate(rows)], dtype=np.float64)
    if kind == "timestamp":
        return np.array([[encode_time(row.get(name), name, i)] for i, row in enumerate(rows)], dtype=np.int64)
    if kind == "string":
        return np.array([[encode_text(row.get(name), name, i)] for i, row in enumerate(rows)], dtype=object)
    size = column.get("size", 1)
    return np.array([encode_list(row.get(name), size, name, i) for i, row in enumerate(rows)], dtype=np.float32)


def encode_bool(value, name, row):
    if value is None:
        return math.nan
    if isinstance(value, (bool, int, float)) and value in (0, 1):
        return float(value)
    raise unexpected(value, name, row, "true or false")


def encode_int(value, name, row):
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise unexpected(value, name, row, "a whole number")
    if isinstance(value, float) and math.isfinite(value) and not value.is_integer():
        raise unexpected(value, name, row, "a whole number")
    return float(value)


def encode_float(value, name, row):
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise unexpected(value, name, row, "a number")
    return float(value)


def encode_time(value, name, row):
    """Microseconds since 1970, from ISO 8601 text (UTC unless it has an offset) or milliseconds since 1970."""
    if value is None:
        return MISSING_TIMESTAMP
    micros = None
    if isinstance(value, str):
        micros = parse_micros(value)
    elif not isinstance(value, bool) and isinstance(value, (int, float)) and abs(value) <= 8.64e15:
        whole = math.floor(value)
        micros = whole * 1000 + math.floor((value - whole) * 1000 + 0.5)
    if micros is None:
        raise unexpected(value, name, row, 'an ISO 8601 time like "2001-05-01T14:30:00Z", or milliseconds since 1970')
    return micros


def parse_micros(text):
    match = TIME.match(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    fraction, zone = match.group(7), match.group(8)
    try:
        date = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    offset = 0
    if zone not in (None, "Z", "z"):
        digits = zone[1:].replace(":", "")
        hours, minutes = int(digits[:2]), int(digits[2:] or 0)
        if hours > 23 or minutes > 59:
            return None
        offset = (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
    seconds = (date - datetime(1970, 1, 1)) // timedelta(seconds=1) - offset * 60
    return seconds * 1_000_000 + int((fraction or "")[:6].ljust(6, "0"))


def encode_text(value, name, row):
    if value is None:
        return MISSING_STRING
    if not isinstance(value, str):
        raise unexpected(value, name, row, "text")
    return value


def encode_list(value, size, name, row):
    if value is None:
        return [math.nan] * size
    if not isinstance(value, list):
        raise unexpected(value, name, row, f"a list of {size} numbers")
    if len(value) != size:
        raise BadRequest(f"Row {row}, column “{name}”: expected {size} numbers, got {len(value)}.")
    return [encode_float(element, name, row) for element in value]


def unexpected(value, name, row, expected):
    return BadRequest(f"Row {row}, column “{name}”: expected {expected}, got {describe(value)}.")


def describe(value):
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, str):
        return f"the text {json.dumps(value[:40], ensure_ascii=False)}"
    return f"{'boolean' if isinstance(value, bool) else 'number'} {json.dumps(value)}"
