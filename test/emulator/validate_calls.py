"""Validates a calls.jsonl against AWS's own service models, as botocore ships them.

usage: python3 validate_calls.py calls.jsonl

Prints one line for each call whose input or output does not fit, and exits 1 when there is one; exits 3
where botocore is not installed. Checks members, types and required members (botocore's own validator), and
enums, patterns, and the bounds of lengths and numbers, which botocore leaves to the service.
"""

import base64
import json
import re
import sys
from datetime import datetime

try:
    import botocore.session
    from botocore.validate import ParamValidator
except ImportError:
    print("botocore is not installed")
    sys.exit(3)


def to_python(shape, value):
    """A value as botocore has it: dates and bytes, where the log has text."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return {k: to_python(shape.members[k], v) if k in shape.members else v for k, v in value.items()}
    if kind == "list" and isinstance(value, list):
        return [to_python(shape.member, item) for item in value]
    if kind == "map" and isinstance(value, dict):
        return {k: to_python(shape.value, v) for k, v in value.items()}
    if kind == "timestamp" and isinstance(value, str):
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    if kind == "blob" and isinstance(value, str):
        return base64.b64decode(value, validate=True)
    return value


def unknown_members(shape, value, path):
    """Members that the model does not have: botocore's validator passes over them inside outputs."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for name, item in value.items():
            if name not in shape.members:
                yield f"{path}.{name} is not a member of {shape.name}"
            else:
                yield from unknown_members(shape.members[name], item, f"{path}.{name}")
    elif kind == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown_members(shape.member, item, f"{path}[{index}]")
    elif kind == "map" and isinstance(value, dict):
        for name, item in value.items():
            yield from unknown_members(shape.value, item, f"{path}.{name}")


def broken_constraints(shape, value, path):
    metadata = shape.metadata
    kind = shape.type_name
    if isinstance(value, str):
        if metadata.get("enum") and value not in metadata["enum"]:
            yield f"{path} is {value!r}, not one of {', '.join(metadata['enum'])}"
        pattern = metadata.get("pattern")
        # The pattern of an action's name is shorter than this name of AWS's own.
        if pattern and value != "aws:waitForAwsResourceProperty" and not matches(pattern, value):
            yield f"{path} is {value!r}, which does not match {pattern}"
    size = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if isinstance(value, (str, list, dict, bytes)) and kind != "structure":
        size = len(value)
    if size is not None and "min" in metadata and size < metadata["min"]:
        yield f"{path} is {size}, less than {metadata['min']}"
    if size is not None and "max" in metadata and size > metadata["max"]:
        yield f"{path} is {size}, more than {metadata['max']}"
    if kind == "structure" and isinstance(value, dict):
        for name, item in value.items():
            if name in shape.members:
                yield from broken_constraints(shape.members[name], item, f"{path}.{name}")
    elif kind == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from broken_constraints(shape.member, item, f"{path}[{index}]")
    elif kind == "map" and isinstance(value, dict):
        for name, item in value.items():
            yield from broken_constraints(shape.key, name, f"{path} key")
            yield from broken_constraints(shape.value, item, f"{path}.{name}")


def matches(pattern, value):
    try:
        # Smithy patterns are searches; the models anchor those that mean the whole value.
        return re.search(pattern, value) is not None
    except re.error:
        return True


def problems_of(shape, value, path):
    if shape is None:
        return [f"{path} has members, and the model has none"] if value else []
    try:
        typed = to_python(shape, value)
    except ValueError as error:
        return [f"{path}: {error}"]
    report = ParamValidator().validate(typed, shape)
    found = [report.generate_report()] if report.has_errors() else []
    return [*found, *unknown_members(shape, value, path), *broken_constraints(shape, typed, path)]


def main(file):
    session = botocore.session.get_session()
    models = {}
    invalid = 0
    # Much is read again and again: the same call with the same answer is as valid as the first.
    seen = set()
    with open(file, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            call = json.loads(line)
            service, operation = call["service"], call["operation"]
            what = json.dumps([service, operation, call["input"], call.get("output"), call.get("error")])
            if what in seen:
                continue
            seen.add(what)
            if service not in models:
                models[service] = session.get_service_model(service)
            model = models[service]
            if operation not in model.operation_names:
                problems = [f"{service} has no operation {operation}"]
            else:
                shapes = model.operation_model(operation)
                # An input that was refused as invalid may well be: that is why.
                refused = re.search("(?i)valid|malformed", call.get("error", {}).get("name", ""))
                problems = [] if refused else problems_of(shapes.input_shape, call["input"], "input")
                if "output" in call:
                    problems += problems_of(shapes.output_shape, call["output"], "output")
            if problems:
                invalid += 1
                print(f"{file}:{number}: {service} {operation}: {'; '.join(problems)}".replace("\n", " "))
    sys.exit(1 if invalid else 0)


if __name__ == "__main__":
    main(sys.argv[1])
