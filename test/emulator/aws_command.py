"""The aws command line, many commands in one process: starting it takes longer than what it does.

Reads a line of JSON for each command, {"args": [...], "env": {...}}, and answers with one,
{"status": 0, "stdout": "...", "stderr": "..."}. Exits 3 where the command's own code is not there.
"""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

try:
    from awscli.clidriver import create_clidriver
except ImportError:
    sys.exit(3)

environment = dict(os.environ)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    os.environ.clear()
    os.environ.update({**environment, **command["env"]})
    stdout, stderr = io.StringIO(), io.StringIO()
    with redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            status = create_clidriver().main(command["args"])
        except SystemExit as end:
            status = end.code
    answer = {"status": status, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()}
    print(json.dumps(answer), flush=True)
