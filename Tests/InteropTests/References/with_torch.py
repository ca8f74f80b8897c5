"""usage: with_torch.py DIRECTORY: writes PyTorch files, and what the library finds in them."""
import ctypes
import sys

import torch
from expectation import Expectation

NAMES = {
    torch.float32: "f32", torch.float64: "f64", torch.float16: "f16", torch.bfloat16: "bf16", torch.int8: "i8",
    torch.uint8: "u8", torch.int16: "i16", torch.int32: "i32", torch.int64: "i64", torch.bool: "bool",
    torch.complex64: "c64", torch.complex128: "c128", torch.qint8: "i8", torch.quint8: "u8",
}
# What only later versions than Debian's have.
LATER = {
    "float8_e4m3fn": "f8_e4m3", "float8_e5m2": "f8_e5m2", "float8_e8m0fnu": "f8_e8m0", "float8_e4m3fnuz": "f8_e4m3fnuz",
    "float8_e5m2fnuz": "f8_e5m2fnuz", "uint16": "u16", "uint32": "u32", "uint64": "u64",
}
LATER = {getattr(torch, name): ours for name, ours in LATER.items() if hasattr(torch, name)}
NAMES.update(LATER)


class Net(torch.nn.Module):
    """A module that is pickled as a whole: loading it imports this script."""

    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Linear(7, 5), torch.nn.BatchNorm1d(5), torch.nn.Linear(5, 3))
        self.tied = self.body[0].weight
        self.register_buffer("table", torch.randn(4, 4))

    def forward(self, x):
        return self.body(x)


def walk(value, path=()):
    """The tensors of a value in the order in which they are reached, with their names."""
    if isinstance(value, torch.Tensor):
        yield ".".join(path), value
    elif isinstance(value, torch.nn.Module):
        yield from walk(value.state_dict(), path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from walk(item, (*path, str(number)))


def save(expected, file, value, **options):
    torch.save(value, expected.path(file), **options)
    expected.note(file, layout="pytorch")
    seen = set()
    for name, tensor in walk(torch.load(expected.path(file), weights_only=False)):
        data, address = content(tensor)
        if data and address in seen:
            continue
        seen.add(address)
        count = len(data) // tensor.element_size()
        whole = tensor.is_contiguous() and tensor.numel() == count
        expected.locate(file, name, NAMES[tensor.dtype], tensor.shape if whole else [count], data)


def save_safetensors(expected, file, tensors):
    """Saves the tensors of types that the library knows, from PyTorch, and looks at what it reads back."""
    from safetensors.torch import load_file, save_file

    known = {"bf16", "f16", "f32", "i8", "u8", "i16", "i32", "i64", "bool", "f8_e4m3", "f8_e5m2"}
    save_file({str(name): tensor for name, tensor in tensors.items() if NAMES[tensor.dtype] in known}, expected.path(file))
    expected.note(file, layout="safetensors")
    for name, tensor in load_file(expected.path(file)).items():
        expected.locate(file, name, NAMES[tensor.dtype], tensor.shape, content(tensor)[0])


def content(tensor):
    """The bytes of the whole storage that a tensor is in, and where they are."""
    storage = tensor.untyped_storage() if hasattr(tensor, "untyped_storage") else tensor.storage()
    return ctypes.string_at(storage.data_ptr(), storage.nbytes()) if storage.nbytes() else b"", storage.data_ptr()


def scatter(value):
    """Makes the tensors of a value differ, so that each is found by its bytes."""
    for _, tensor in walk(value):
        if tensor.is_floating_point():
            tensor.detach().normal_()
        else:
            tensor.random_(1 << 40)


def main(directory):
    torch.manual_seed(5)
    expected = Expectation(directory)
    net = Net()
    scatter(net)
    save(expected, "state.pt", net.state_dict())
    save(expected, "state.bin", net.state_dict(), pickle_protocol=4)
    types = {f"t.{name}": torch.randn(9, 4).to(dtype) for dtype, name in list(NAMES.items())[:3]}
    types["bf16"] = torch.randn(33).bfloat16()
    types["c64"] = torch.randn(5, 5, dtype=torch.complex64)
    for number, dtype in enumerate([torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64]):
        types[number] = torch.randint(0, 100, (6, 40 + number), dtype=dtype)
    for number, (dtype, name) in enumerate(LATER.items()):
        types[name] = torch.randint(0, 256, (40 + number, 8), dtype=torch.uint8).view(dtype)
    types["truth"] = torch.rand(200) > 0.5
    types["scalar"] = torch.tensor(2.71828)
    types["empty"] = torch.zeros(0, 3)
    save(expected, "types.pt", types)
    if LATER:
        save_safetensors(expected, "types.safetensors", types)
    matrix, vector = torch.randn(8, 6), torch.randn(50)
    save(expected, "views.pth", {
        "rows": [matrix, matrix[2], matrix.t()], "part": vector[10:20], "whole": vector,
        "turned": torch.randn(3, 9).t(), "expanded": torch.randn(1, 11).expand(4, 11), "epoch": 3, "lr": 1e-3,
    })
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.randn(16, 7)).sum().backward()
    optimizer.step()
    scatter([net, optimizer.state_dict()])
    save(expected, "optimizer.pt", {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 1 << 70})
    save(expected, "module.pt", net)
    modules = ["batchnorm.BatchNorm1d", "container.Sequential", "linear.Linear"]
    imports = ["__main__.Net", *(f"torch.nn.modules.{name}" for name in modules)]
    expected.note("module.pt", warnings=[f'its pickle imports "{name}", and loading it may run that' for name in imports])
    torch.jit.save(torch.jit.script(net.body), expected.path("script.pt"))
    expected.note("script.pt", layout="pytorch")
    for name, tensor in torch.jit.load(expected.path("script.pt")).state_dict().items():
        expected.locate("script.pt", name, NAMES[tensor.dtype], tensor.shape, content(tensor)[0])
    torch.save(net.state_dict(), expected.path("legacy.pt"), _use_new_zipfile_serialization=False)
    expected.note("legacy.pt", reason="pytorch: it is in the format before PyTorch 1.6")
    expected.write()


main(sys.argv[1])
