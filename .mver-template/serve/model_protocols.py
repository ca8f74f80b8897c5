"""What a model speaks: MLflow's scoring protocol and the Open Inference Protocol (v2), without HTTP. Needs NumPy.

A model is an object with `inputs` and `outputs`, lists of Tensor, and `predict`, which takes and gives a dict of arrays by
name; it is called by several threads at once. With `columns`, a list of names, tables need these columns, and are put into
that order. `/invocations` answers {"predictions": ...}: the array of the only output, or an object of them. NaN and the
infinities are null in answers, as JSON has neither.
"""

import csv
import io
import json
import math
import re
from dataclasses import dataclass
from email.message import Message

import numpy as np

DTYPES = {
    "BOOL": np.bool_, "BYTES": np.object_, "FP16": np.float16, "FP32": np.float32, "FP64": np.float64,
    "INT8": np.int8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64,
    "UINT8": np.uint8, "UINT16": np.uint16, "UINT32": np.uint32, "UINT64": np.uint64,
}  # fmt: skip
DATATYPES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}


@dataclass
class Tensor:
    name: str
    datatype: str  # a key of DTYPES
    shape: list  # of numbers; -1 is any

    def array(self, value):
        """Returns a value from JSON as an array that the model takes, or raises BadRequest."""
        try:
            array = np.asarray(value)
        except ValueError:
            raise BadRequest(f"input {self.name} is not rectangular")
        dtype = np.dtype(DTYPES[self.datatype])
        if dtype == object:
            array = array.astype(object)
        elif array.size and array.dtype.kind not in {"b": "b", "i": "iu", "u": "iu", "f": "iuf"}[dtype.kind]:
            raise BadRequest(f"input {self.name} wants {self.datatype}")
        elif array.size and dtype.kind in "iu":
            limits = np.iinfo(dtype)
            if array.min() < limits.min or array.max() > limits.max:
                raise BadRequest(f"input {self.name} has numbers beyond {self.datatype}")
        # A column is a matrix where the model wants one.
        if array.ndim == 1 and len(self.shape) == 2 and self.shape[1] in (1, -1):
            array = array.reshape(-1, 1)
        fits = len(self.shape) == array.ndim and all(a in (b, -1) for a, b in zip(self.shape, array.shape))
        if not fits:
            raise BadRequest(f"input {self.name} has the shape {list(array.shape)}, and {self.shape} is wanted")
        return array.astype(dtype, copy=False)

    def json(self):
        return {"name": self.name, "datatype": self.datatype, "shape": self.shape}


class BadRequest(Exception):
    status = 400


class NotFound(BadRequest):
    status = 404


class UnsupportedType(BadRequest):
    status = 415


def plain(value):
    """Returns an array as lists of what JSON has."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            return plain(value.tolist())
        return plain(value.tolist()) if value.dtype == object else value.tolist()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.decode(errors="replace") if isinstance(value, bytes) else value


class Protocols:
    """The two protocols, without HTTP around them."""

    def __init__(self, model, name, version):
        self.model, self.name, self.version = model, name, version

    def invocations(self, content_type, body):
        message = Message()
        message["Content-Type"] = content_type or ""
        kind, parameters = message.get_content_type(), dict(message.get_params()[1:])
        utf8 = {key: value.lower() for key, value in parameters.items()} in ({}, {"charset": "utf-8"})
        if not content_type or kind not in ("application/json", "text/csv") or not utf8:
            raise UnsupportedType("this takes application/json and text/csv, in utf-8")
        inputs = self.from_csv(body) if kind == "text/csv" else self.from_json(self.parse(body))
        outputs = self.model.predict(inputs)
        arrays = {name: plain(np.asarray(array)) for name, array in outputs.items()}
        return {"predictions": next(iter(arrays.values())) if len(arrays) == 1 else arrays}

    def parse(self, body):
        try:
            value = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"the body is no JSON: {error}")
        if not isinstance(value, dict):
            raise BadRequest("the body is no JSON object")
        return value

    def from_json(self, request):
        forms = ("dataframe_split", "dataframe_records", "instances", "inputs")
        given = [form for form in forms if form in request]
        unknown = sorted(set(request) - set(forms) - {"params"})
        if len(given) != 1 or unknown:
            raise BadRequest(f"the body needs exactly one of {', '.join(forms)}, and nothing but params beside it")
        value = request[given[0]]
        try:
            if given[0] == "dataframe_split":
                return self.table(list(value["columns"]), [list(row) for row in value["data"]])
            if given[0] == "dataframe_records":
                columns = list(value[0]) if value else []
                return self.table(columns, [[row[column] for column in columns] for row in value])
        except (KeyError, TypeError, AttributeError):
            raise BadRequest(f"{given[0]} is not as it should be")
        if given[0] == "instances" and isinstance(value, list) and value and isinstance(value[0], dict):
            names = list(value[0])
            if not all(isinstance(row, dict) and set(row) == set(names) for row in value):
                raise BadRequest("the instances have different names")
            value = {name: [row[name] for row in value] for name in names}
        return self.named(value if isinstance(value, dict) else {self.only_input().name: value})

    def from_csv(self, body):
        try:
            rows = [row for row in csv.reader(io.StringIO(body.decode())) if row]
        except (UnicodeDecodeError, csv.Error) as error:
            raise BadRequest(f"the body is no CSV: {error}")
        if not rows:
            raise BadRequest("the CSV has no header")
        return self.table(rows[0], [[number(cell) for cell in row] for row in rows[1:]])

    def table(self, columns, rows):
        """Returns the inputs that rows of cells mean: a column each, or all columns as the only one."""
        if any(len(row) != len(columns) for row in rows):
            raise BadRequest(f"a row has not {len(columns)} cells, as the header has")
        if set(columns) == {tensor.name for tensor in self.model.inputs}:
            return self.named({column: [row[i] for row in rows] for i, column in enumerate(columns)})
        wanted = getattr(self.model, "columns", [])
        if wanted:
            if sorted(map(str, columns)) != sorted(wanted):
                raise BadRequest(f"the columns are {', '.join(wanted)}, and not {', '.join(map(str, columns))}")
            order = [[str(column) for column in columns].index(name) for name in wanted]
            rows = [[row[i] for i in order] for row in rows]
        return self.named({self.only_input().name: rows})

    def only_input(self):
        if len(self.model.inputs) != 1:
            raise BadRequest(f"the inputs have to be named: {', '.join(tensor.name for tensor in self.model.inputs)}")
        return self.model.inputs[0]

    def named(self, values):
        wanted = {tensor.name: tensor for tensor in self.model.inputs}
        if set(values) != set(wanted):
            raise BadRequest(f"the inputs are {', '.join(sorted(wanted))}, and not {', '.join(map(str, values))}")
        return {name: wanted[name].array(value) for name, value in values.items()}

    def metadata(self):
        return {
            "name": self.name,
            "versions": [self.version],
            "platform": getattr(self.model, "platform", "python"),
            "inputs": [tensor.json() for tensor in self.model.inputs],
            "outputs": [tensor.json() for tensor in self.model.outputs],
        }

    def infer(self, body):
        request = self.parse(body)
        try:
            inputs = self.named({item["name"]: self.shaped(item) for item in request["inputs"]})
            wanted = [item["name"] for item in request.get("outputs") or []]
        except (KeyError, TypeError, AttributeError):
            raise BadRequest("an input needs name, shape, datatype and data, and an output a name")
        arrays = {name: np.asarray(array) for name, array in self.model.predict(inputs).items()}
        unknown = [name for name in wanted if name not in arrays]
        if unknown:
            raise BadRequest(f"there is no output {unknown[0]}")
        answer = {"model_name": self.name, "model_version": self.version, "outputs": []}
        if "id" in request:
            answer["id"] = request["id"]
        for name in wanted or arrays:
            array = arrays[name]
            datatype, data = DATATYPES.get(array.dtype, "BYTES"), plain(array.reshape(-1))
            answer["outputs"].append({"name": name, "shape": list(array.shape), "datatype": datatype, "data": data})
        return answer

    def shaped(self, item):
        tensor = next((tensor for tensor in self.model.inputs if tensor.name == item["name"]), None)
        if tensor and item["datatype"] != tensor.datatype:
            raise BadRequest(f"input {tensor.name} is {tensor.datatype}, and not {item['datatype']}")
        shape = item["shape"]
        if not all(isinstance(count, int) and count >= 0 for count in shape):
            raise BadRequest(f"input {item['name']} has no shape")
        try:
            array = np.asarray(item["data"], dtype=object if item["datatype"] == "BYTES" else None)
            return array.reshape(shape)
        except ValueError:
            raise BadRequest(f"the data of input {item['name']} is not of the shape {shape}")


def number(cell):
    try:
        return float(cell) if re.search("[.eEnN]", cell) else int(cell)
    except ValueError:
        return cell
