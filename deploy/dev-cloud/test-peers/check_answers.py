"""Checks recorded answers of the development cloud against the service models that botocore ships.

Reads one JSON object a line, {service, operation, status, body}, and prints one line of JSON for each: {"problems": [...]}.
Everything the model says about an answer is looked at: members known and of their type, required ones there, enumerations,
patterns, and an error's code, HTTP status and members. What the model does not know of an answer is a problem as well.
"""
import json
import re
import sys
import xml.etree.ElementTree as ElementTree

from botocore.loaders import Loader

# Answered by every AWS service (API references, "Common Errors"); no service model lists them.
COMMON_ERRORS = {
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
    "IncompleteSignatureException", "InternalFailure", "InvalidAction", "InvalidClientTokenId", "InvalidSignatureException",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "SignatureDoesNotMatch", "Throttling",
    "ThrottlingException", "UnrecognizedClientException", "ValidationError",
}
# Bounds that the real service's answers exceed: ListImages gives up to 1,000 ids in a shape of at most 100.
UNBOUNDED = {"ImageIdentifierList"}


class Model:
    def __init__(self, service):
        self.model = Loader().load_service_model(service, "service-2")
        self.shapes = self.model["shapes"]

    def check(self, name, value, path):
        shape = self.shapes[name]
        kind = shape["type"]
        yield from getattr(self, "check_" + kind)(name, shape, value, path)

    def check_structure(self, name, shape, value, path):
        if not isinstance(value, dict):
            yield f"{path} is no structure"
            return
        for member in shape.get("required", []):
            if member not in value:
                yield f"{path}.{member} is required"
        for member, inner in value.items():
            if member not in shape["members"]:
                yield f"{path}.{member} is unknown to {name}"
            elif inner is None:
                yield f"{path}.{member} is null"
            else:
                yield from self.check(shape["members"][member]["shape"], inner, f"{path}.{member}")

    def check_list(self, name, shape, value, path):
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        if name not in UNBOUNDED:
            yield from bounds(shape, len(value), path)
        for index, item in enumerate(value):
            yield from self.check(shape["member"]["shape"], item, f"{path}[{index}]")

    def check_map(self, name, shape, value, path):
        if not isinstance(value, dict):
            yield f"{path} is no map"
            return
        for key, item in value.items():
            yield from self.check(shape["value"]["shape"], item, f"{path}[{key}]")

    def check_string(self, name, shape, value, path):
        if not isinstance(value, str):
            yield f"{path} is no string"
            return
        if "enum" in shape and value not in shape["enum"]:
            yield f"{path} is none of {shape['enum']}: {value}"
        if "pattern" in shape and not re.search(f"^(?:{shape['pattern']})$", value):
            yield f"{path} does not match {shape['pattern']}: {value[:80]}"
        yield from bounds(shape, len(value), path)

    def check_integer(self, name, shape, value, path):
        if isinstance(value, bool) or not isinstance(value, int):
            yield f"{path} is no integer"
            return
        yield from bounds(shape, value, path)

    check_long = check_integer

    def check_boolean(self, name, shape, value, path):
        if not isinstance(value, bool):
            yield f"{path} is no boolean"

    def check_timestamp(self, name, shape, value, path):
        if isinstance(value, str):
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
                yield f"{path} is no timestamp: {value}"
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            yield f"{path} is no timestamp"
        elif value > 1e11:
            yield f"{path} is in milliseconds: {value}"

    def from_xml(self, name, element):
        """The members of a Query answer, in the types of the model."""
        shape = self.shapes[name]
        if shape["type"] == "structure":
            found = {}
            for child in element:
                tag = child.tag.split("}")[1]
                known = shape["members"].get(tag)
                found[tag] = self.from_xml(known["shape"], child) if known else child.text
            return found
        if shape["type"] in ("integer", "long"):
            return int(element.text)
        return element.text or ""

    def errors_of(self, operation):
        found = {}
        for error in self.model["operations"][operation].get("errors", []):
            shape = self.shapes[error["shape"]]
            code = shape.get("error", {}).get("code", error["shape"])
            status = shape.get("error", {}).get("httpStatusCode", 500 if shape.get("fault") else 400)
            found[code] = (status, shape)
        return found


def bounds(shape, size, path):
    if size < shape.get("min", size):
        yield f"{path} is below {shape['min']}: {size}"
    if size > shape.get("max", size):
        yield f"{path} is above {shape['max']}: {size}"


def check_error(model, operation, status, code, members, path):
    known = model.errors_of(operation)
    if code in known:
        wanted, shape = known[code]
        if status != wanted:
            yield f"{path}: {code} is answered with {wanted}, not {status}"
        for member in members:
            if member not in shape["members"]:
                yield f"{path}: {code} has no member {member}"
    elif code not in COMMON_ERRORS:
        yield f"{path}: the model knows no error {code} of {operation}"


def check_json(model, record):
    value = json.loads(record["body"])
    if record["status"] == 200:
        output = model.model["operations"][record["operation"]]["output"]["shape"]
        yield from model.check(output, value, record["operation"])
    else:
        code = value.pop("__type")
        yield from check_error(model, record["operation"], record["status"], code, value, record["operation"])


def check_xml(model, record):
    root = ElementTree.fromstring(record["body"])
    space = "{" + model.model["metadata"]["xmlNamespace"] + "}"
    operation = record["operation"]
    if record["status"] == 200:
        output = model.model["operations"][operation]["output"]
        if root.tag != f"{space}{operation}Response":
            yield f"{operation}: the root element is {root.tag}"
        if root.find(f"{space}ResponseMetadata/{space}RequestId") is None:
            yield f"{operation}: there is no RequestId"
        result = root.find(space + output["resultWrapper"])
        yield from model.check(output["shape"], model.from_xml(output["shape"], result), operation)
    else:
        error = root.find(space + "Error")
        fault = error.find(space + "Type").text
        if fault != ("Receiver" if record["status"] >= 500 else "Sender"):
            yield f"{operation}: {record['status']} is no fault of the {fault}"
        yield from check_error(model, operation, record["status"], error.find(space + "Code").text, [], operation)


models = {}
for line in sys.stdin:
    record = json.loads(line)
    model = models.setdefault(record["service"], Model(record["service"]))
    check = check_json if record["service"] == "ecr" else check_xml
    print(json.dumps({"problems": list(check(model, record))}))
