"""Ray Serve application: each replica runs the Slipway engine with one registered model and passes requests on to it."""

import asyncio
import json
import os
import subprocess

import aiohttp
from ray import serve
from starlette.requests import Request
from starlette.responses import Response

ENGINE = ["/opt/slipway/bin/node", "/opt/slipway/app/main/cli/slipway.ts"]
# Belong to one connection and not to the request (RFC 9110, section 7.6.1).
HOP_HEADERS = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "host", "content-length"}


@serve.deployment
class Endpoint:
    def __init__(self, model, name):
        # Waits until the run has registered the model.
        command = [*ENGINE, "serve", model, "--json", "--wait", "--name", name, "--http", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        self.address = None
        for line in self.process.stdout:
            event = json.loads(line)
            if event.get("type") == "endpoint.ready":
                self.address = event["http"]
                break
        if self.address is None:
            raise RuntimeError(f"The engine ended with status {self.process.wait()} before it could serve {model}.")
        self.session = None

    async def __call__(self, request: Request) -> Response:
        if self.session is None:
            self.session = aiohttp.ClientSession(auto_decompress=False)
        path = request.url.path.removeprefix(request.scope.get("root_path", "")) or "/"
        query = f"?{request.url.query}" if request.url.query else ""
        headers = [(key, value) for key, value in request.headers.items() if key.lower() not in HOP_HEADERS]
        try:
            answer = await self.session.request(
                request.method, f"{self.address}{path}{query}", headers=headers, data=await request.body()
            )
            async with answer:
                kept = {key: value for key, value in answer.headers.items() if key.lower() not in HOP_HEADERS}
                return Response(await answer.read(), status_code=answer.status, headers=kept)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return Response('{"error":"the model server does not answer"}', status_code=502)

    def check_health(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"The engine has ended with status {self.process.returncode}.")

    def __del__(self):
        if getattr(self, "process", None) is not None:
            self.process.terminate()


def build(arguments):
    return Endpoint.bind(arguments["model"], arguments["name"])
