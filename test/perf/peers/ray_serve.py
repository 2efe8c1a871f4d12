"""Ray Serve with one replica of an ONNX Runtime session behind its HTTP proxy.

Usage: ray_serve.py MODEL.onnx. Prints one line of JSON {"port": N} when it answers; runs until it is ended.
"""

import json
import logging
import os
import socket
import sys
import time

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import numpy as np
import ray
from ray import serve


@serve.deployment(num_replicas=1, max_ongoing_requests=64, ray_actor_options={"num_cpus": 0.5})
class Model:
    def __init__(self, path):
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    async def __call__(self, request):
        body = await request.json()
        feeds = {t["name"]: np.asarray(t["data"], dtype=np.float32).reshape(t["shape"]) for t in body["inputs"]}
        outputs = self.session.run(None, feeds)
        named = zip(self.session.get_outputs(), outputs)
        return {
            "outputs": [
                {"name": meta.name, "datatype": "FP32", "shape": list(value.shape), "data": value.ravel().tolist()}
                for meta, value in named
            ],
        }


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
ray.init(num_cpus=2, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
serve.start(http_options={"host": "127.0.0.1", "port": port})
serve.run(Model.bind(os.path.abspath(sys.argv[1])), route_prefix="/")
print(json.dumps({"port": port}), flush=True)
while True:
    time.sleep(1)
