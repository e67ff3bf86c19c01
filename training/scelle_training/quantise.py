"""The 8-bit file: ``python -m scelle_training.quantise FLOAT POOL FILE``.

Weights become 7-bit numbers in 8-bit places, one scale a channel, activations 8-bit ones
in the ranges that composed pictures reach.  Seven bits, because sums of products of full
ones saturate in 16 bits on processors without VNNI: so every processor computes the same.
The last layer of each head, and all that follows it, stay in floating point: pixels and
scores need more than 256 levels.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from scelle_training.compose import Composer
from scelle_training.material import Pool

PICTURES, SIDE, SEED = 64, 320, 9
OPERATORS = ("Conv", "Relu", "Concat", "MaxPool", "Slice", "Resize")


class Composed(CalibrationDataReader):
    """Feeds composed pictures of the pool."""

    def __init__(self, pool: Path) -> None:
        self._composer = Composer(Pool(pool))
        self._number = 0

    def get_next(self) -> dict[str, npt.NDArray[np.generic]] | None:
        """The next picture, until there were enough."""
        if self._number == PICTURES:
            return None
        rng = np.random.default_rng([SEED, self._number])
        self._number += 1
        return {
            "pictures": self._composer.picture(SIDE, rng).picture[None],
            "threshold": np.array([0.05], np.float32),
            "overlap": np.array([0.6], np.float32),
        }


def kept_floating(model: onnx.ModelProto) -> list[str]:
    """Names of the nodes from the heads' last layers on."""
    nodes = list(model.graph.node)
    activated = {n.input[0] for n in nodes if n.op_type == "Relu"}
    last = [n for n in nodes if n.op_type == "Conv" and n.output[0] not in activated]
    # The first head's split into naming and measuring lies just before its last layers.
    first = nodes.index(last[0]) - 1
    after = [n for n in nodes[first:] if n.op_type not in ("Conv", "Relu")]
    return [n.name for n in [*last, *after]]


def quantise(data: bytes, pool: Path) -> bytes:
    """The 8-bit file of a floating one."""
    model = onnx.load_from_string(data)
    for number, node in enumerate(model.graph.node):
        node.name = f"node{number}"
    with tempfile.TemporaryDirectory(prefix="scelle-training-") as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, source)
        quantize_static(
            source,
            target,
            Composed(pool),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(OPERATORS),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=kept_floating(model),
            calibrate_method=CalibrationMethod.MinMax,
        )
        made = onnx.load(target)
    made.producer_name, made.producer_version = "scelle", ""
    return bytes(made.SerializeToString())


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="file that export wrote")
    parser.add_argument("pool", type=Path, help="folder that prepare wrote")
    parser.add_argument("file", type=Path, help="what to write")
    given = parser.parse_args()
    data = quantise(given.source.read_bytes(), given.pool)
    given.file.write_bytes(data)
    print(f"{hashlib.sha256(data).hexdigest()}  {given.file}  {len(data) / 2**20:.2f} MiB")


if __name__ == "__main__":
    main()
