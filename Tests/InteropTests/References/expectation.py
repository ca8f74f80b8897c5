"""What a reference library found in the files that it wrote, for the tests beside this folder."""
import json
import os


class Expectation:
    """Collects, by file, the tensors with the library's own names, types, shapes and places."""

    def __init__(self, directory):
        self.directory = directory
        self.files = {}

    def path(self, name):
        return os.path.join(self.directory, name)

    def add(self, file, name, dtype, shape, offset, length):
        tensor = {"name": name, "dtype": dtype, "shape": [int(n) for n in shape], "offset": offset, "length": length}
        self.files.setdefault(file, {"tensors": []})["tensors"].append(tensor)

    def locate(self, file, name, dtype, shape, data):
        """Adds a tensor whose elements, as the library reads them, are somewhere in the file, once; without any, anywhere."""
        if not data:
            return self.add(file, name, dtype, shape, 0, 0)
        with open(self.path(file), "rb") as stream:
            content = stream.read()
        assert content.count(data) == 1, f"{file}: {name} occurs {content.count(data)} times"
        self.add(file, name, dtype, shape, content.index(data), len(data))

    def note(self, file, **facts):
        self.files.setdefault(file, {"tensors": []}).update(facts)

    def write(self):
        for file in self.files.values():
            file["tensors"].sort(key=lambda tensor: tensor["offset"])
        with open(self.path("expected.json"), "w", encoding="utf-8") as stream:
            json.dump(self.files, stream, indent=2, sort_keys=True)
