"""Puts float weights into the graph of the bundled int8 model, quantised as its own were. README.md says how and why."""

import argparse
import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file

WEIGHTS = Path("onnx/model_quantized.onnx")
STEPS = 64  # Int8 with reduced range: -64 to 64, so that no processor saturates.


def quantise(weight: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """A matrix as int8 with a scale for each column, symmetric around 0, as onnxruntime's dynamic quantisation does it."""
    scale = (numpy.abs(weight).max(axis=0) / numpy.float32(STEPS)).astype(numpy.float32)
    scale[scale == 0] = 1
    return numpy.clip(numpy.rint(weight / scale), -STEPS, STEPS).astype(numpy.int8), scale


def blend(tuned: dict, original: dict, share: float) -> dict:
    """The weights between two models: `share` of the first."""
    return {name: (share * tuned[name] + (1 - share) * original[name]).astype(numpy.float32) for name in tuned}


def fill(graph: onnx.GraphProto, weights: dict[str, numpy.ndarray]) -> None:
    """Replaces the weights of the layers. The embeddings stay: the training leaves them as they are."""
    values: dict[str, numpy.ndarray] = {}
    for name, weight in weights.items():
        if name.startswith("encoder.") and weight.ndim == 1:
            values[f"m.{name}"] = weight
    for node in graph.node:
        layer = re.fullmatch(r"/m/(encoder/.*)/MatMul_quant", node.name)
        if layer is None:
            continue
        name = node.input[1].removesuffix("_quantized")
        matrix, scale = quantise(weights[f"{layer[1].replace('/', '.')}.weight"].T)
        values |= {f"{name}_quantized": matrix, f"{name}_scale": scale}
    for tensor in graph.initializer:
        if (value := values.pop(tensor.name, None)) is not None:
            if list(value.shape) != list(tensor.dims):
                raise SystemExit(f"{tensor.name} has another shape than the weights")
            tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))
    if values:
        raise SystemExit(f"the graph has no {', '.join(sorted(values))}")


def describe(folder: Path, name: str) -> None:
    """Writes manifest.json, which Crosswalk checks at every start."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["id"] = name
    for file in manifest["files"]:
        content = (folder / file).read_bytes()
        manifest["files"][file] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundled", type=Path, required=True, help="folder of the int8 model whose graph is filled")
    parser.add_argument("--weights", type=Path, required=True, help="the float weights, model.safetensors")
    parser.add_argument("--original", type=Path, help="the float weights before training, to interpolate with")
    parser.add_argument("--share", type=float, default=1.0, help="the share of the trained weights (default 1)")
    parser.add_argument("--name", required=True, help="what the model is called in its manifest")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the model that is written")
    args = parser.parse_args()
    weights = load_file(args.weights)
    if args.original is not None:
        weights = blend(weights, load_file(args.original), args.share)
    elif args.share != 1:
        parser.error("--share needs --original")
    shutil.copytree(args.bundled, args.out)
    model = onnx.load(args.out / WEIGHTS)
    fill(model.graph, weights)
    onnx.save(model, args.out / WEIGHTS)
    describe(args.out, args.name)


if __name__ == "__main__":
    main()
