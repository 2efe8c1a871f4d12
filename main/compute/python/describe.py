"""Prints what a script's result depends on besides the script: the interpreter and the packages it has."""

import importlib.metadata
import json
import platform
import sys

packages = sorted({f"{item.metadata['Name']}=={item.version}" for item in importlib.metadata.distributions()})
print(json.dumps({"python": sys.version, "implementation": platform.python_implementation(), "packages": packages}))
