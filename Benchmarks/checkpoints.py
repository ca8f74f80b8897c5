"""Fine-tunes a small real encoder and saves what a training run saves; needs PyTorch, and no other package.

usage: checkpoints.py MODEL-DIRECTORY OUTPUT-DIRECTORY

The recipe is fixed: 60 steps of AdamW at a learning rate of 2e-5, two passes of dropout over the same sentences told apart from
the others' (SimCSE), the sentences being those of the model's own documentation.
"""

import json
import math
import os
import re
import struct
import sys

import torch

STEPS, SAVED = 60, (0, 20, 40, 60)
BATCH, TOKENS = 8, 16
NAMES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.int8: "I8", torch.int64: "I64"}
TYPES = {name: dtype for dtype, name in NAMES.items()}


def load(path):
    """Reads a safetensors file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(data, dtype=TYPES[info["dtype"]], count=math.prod(info["shape"]), offset=info["data_offsets"][0])
        .reshape(info["shape"])
        .clone()
        for name, info in header.items()
    }


def save(path, tensors):
    """Writes a safetensors file, its tensors in the order of the dictionary."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    header, end = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            plain = tensor.contiguous()
            file.write((plain.view(torch.int16) if plain.dtype == torch.bfloat16 else plain).numpy().tobytes())


class Encoder:
    """A BERT encoder and its sentence vectors, from a dictionary of weights with Hugging Face's names."""

    def __init__(self, weights, settings):
        self.weights = {
            name: torch.nn.Parameter(value) for name, value in weights.items() if value.dtype == torch.float32
        }
        self.fixed = {name: value for name, value in weights.items() if value.dtype != torch.float32}
        self.layers, self.heads = settings["num_hidden_layers"], settings["num_attention_heads"]

    def linear(self, name, x):
        return torch.nn.functional.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def norm(self, name, x):
        weight, bias = self.weights[name + ".weight"], self.weights[name + ".bias"]
        return torch.nn.functional.layer_norm(x, weight.shape, weight, bias, 1e-12)

    def attend(self, name, x, mask):
        def split(y):
            return y.reshape(*y.shape[:2], self.heads, -1).transpose(1, 2)

        query, key, value = (split(self.linear(f"{name}.self.{part}", x)) for part in ("query", "key", "value"))
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[-1]) + mask
        return (drop(scores.softmax(-1)) @ value).transpose(1, 2).reshape(x.shape)

    def __call__(self, tokens):
        known = (tokens != 0).float()
        mask = (known - 1)[:, None, None, :] * 1e9
        x = self.weights["embeddings.word_embeddings.weight"][tokens]
        x = x + self.weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        x = drop(self.norm("embeddings.LayerNorm", x + self.weights["embeddings.token_type_embeddings.weight"][0]))
        for layer in range(self.layers):
            name = f"encoder.layer.{layer}"
            y = drop(self.linear(f"{name}.attention.output.dense", self.attend(f"{name}.attention", x, mask)))
            x = self.norm(f"{name}.attention.output.LayerNorm", x + y)
            y = torch.nn.functional.gelu(self.linear(f"{name}.intermediate.dense", x))
            x = self.norm(f"{name}.output.LayerNorm", x + drop(self.linear(f"{name}.output.dense", y)))
        pooled = (x * known[:, :, None]).sum(1) / known.sum(1, keepdim=True)
        return torch.nn.functional.normalize(pooled, dim=1)

    def state(self):
        return self.fixed | {name: value.detach() for name, value in self.weights.items()}


def drop(x):
    return torch.nn.functional.dropout(x, 0.1)


def sentences(directory):
    """Batches of token numbers, by the model's own vocabulary and WordPiece's greedy rule."""
    with open(os.path.join(directory, "vocab.txt"), encoding="utf-8") as file:
        vocabulary = {word.rstrip("\n"): number for number, word in enumerate(file)}
    with open(os.path.join(directory, "README.md"), encoding="utf-8") as file:
        lines = [line for line in re.split(r"[\n.|]", file.read().lower()) if len(line.split()) >= 4]
    rows = []
    for line in lines:
        numbers = [number for word in re.findall(r"\w+|[^\w\s]", line) for number in pieces(word, vocabulary)]
        numbers = [vocabulary["[CLS]"], *numbers[: TOKENS - 2], vocabulary["[SEP]"]]
        rows.append(numbers + [0] * (TOKENS - len(numbers)))
    return torch.tensor(rows)


def pieces(word, vocabulary):
    start, found = 0, []
    while start < len(word):
        prefix = "##" if start else ""
        end = next((e for e in range(len(word), start, -1) if prefix + word[start:e] in vocabulary), None)
        if end is None:
            return [vocabulary["[UNK]"]]
        found.append(vocabulary[prefix + word[start:end]])
        start = end
    return found


def train(directory):
    """Yields the encoder and its optimizer where something is to be saved."""
    torch.manual_seed(20)
    with open(os.path.join(directory, "config.json"), encoding="utf-8") as file:
        settings = json.load(file)
    encoder = Encoder(load(os.path.join(directory, "model.safetensors")), settings)
    optimizer = torch.optim.AdamW(encoder.weights.values(), lr=2e-5)
    rows = sentences(directory)
    for step in range(STEPS + 1):
        if step in SAVED:
            yield encoder, optimizer
        if step == STEPS:
            return
        batch = rows[torch.randperm(len(rows))[:BATCH]]
        likeness = encoder(batch) @ encoder(batch).T / 0.05
        loss = torch.nn.functional.cross_entropy(likeness, torch.arange(len(batch)))
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()


def derive(tensors, folder):
    """Saves what else becomes of a checkpoint, each in a folder of its own."""

    def path(name, file="model.safetensors"):
        return os.path.join(folder, name, file)

    changed = dict(tensors)
    generator = torch.Generator().manual_seed(7)
    for name in [name for name in tensors if re.search(r"layer\.[45]\.attention\.self\.(query|value)\.weight", name)]:
        rows, columns = tensors[name].shape
        down = torch.randn(8, columns, generator=generator) * 0.02
        changed[name] = tensors[name] + torch.randn(rows, 8, generator=generator) @ down * 0.02
    save(path("lora-like"), changed)
    save(path("reordered"), dict(reversed(tensors.items())))
    save(path("renamed"), {f"model.{name}": value for name, value in tensors.items()})
    names = list(tensors)
    shards = [names[: len(names) // 2], names[len(names) // 2 :]]
    weight_map = {}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05}-of-00002.safetensors"
        save(path("resharded", file), {name: tensors[name] for name in shard})
        weight_map |= dict.fromkeys(shard, file)
    with open(path("resharded", "model.safetensors.index.json"), "w", encoding="utf-8") as file:
        json.dump({"metadata": {}, "weight_map": weight_map}, file)
    save(path("int8"), {name: quantized(value) for name, value in tensors.items()})


def quantized(tensor):
    if tensor.dtype != torch.float32 or tensor.dim() < 2:
        return tensor
    return (tensor / tensor.abs().amax() * 127).round().to(torch.int8)


def main():
    source, output = sys.argv[1:]
    torch.set_num_threads(os.cpu_count())
    for number, (encoder, optimizer) in enumerate(train(source), 1):
        state = encoder.state()
        save(os.path.join(output, "fp32", f"v{number}", "model.safetensors"), state)
        half = {name: value.bfloat16() if value.dtype == torch.float32 else value for name, value in state.items()}
        save(os.path.join(output, "bf16", f"v{number}", "model.safetensors"), half)
    derive(state, output)
    os.makedirs(os.path.join(output, "optimizer"))
    torch.save(optimizer.state_dict(), os.path.join(output, "optimizer", "optimizer.pt"))


if __name__ == "__main__":
    main()
