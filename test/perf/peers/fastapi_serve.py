"""FastAPI + uvicorn + ONNX Runtime with the infer route of the Open Inference Protocol, as a service is written by hand.

Usage: fastapi_serve.py MODEL.onnx. Prints one line of JSON {"port": N} when it listens; runs until it is ended.
"""

import json
import sys
import threading
import time

import numpy as np
import onnxruntime as ort
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])


class Tensor(BaseModel):
    name: str
    shape: list[int]
    datatype: str
    data: list[float]


class Request(BaseModel):
    inputs: list[Tensor]


app = FastAPI()


@app.post("/v2/models/{model}/infer")
def infer(model: str, request: Request):
    feeds = {t.name: np.asarray(t.data, dtype=np.float32).reshape(t.shape) for t in request.inputs}
    outputs = session.run(None, feeds)
    named = zip(session.get_outputs(), outputs)
    return {
        "model_name": model,
        "outputs": [
            {"name": meta.name, "datatype": "FP32", "shape": list(value.shape), "data": value.ravel().tolist()}
            for meta, value in named
        ],
    }


server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))


def announce():
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(json.dumps({"port": port}), flush=True)


threading.Thread(target=announce, daemon=True).start()
server.run()
