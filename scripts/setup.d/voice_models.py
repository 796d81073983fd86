"""Makes the models of voices: ONNX files from PyTorch checkpoints, byte for byte the same on every machine."""

import os

import campplus_model
import ecapa_model
import segmentation_model
from packages import sha256
from say import SetupError, say

# What writes the file, by the network's name in the parts list.
NETWORKS = {"campplus": campplus_model, "ecapa": ecapa_model, "segmentation": segmentation_model}


def convert(conversion, folder):
    """Makes `conversion["to"]` below `folder`, which must have the pinned sha256."""
    network = conversion["network"]
    say(f"converting the voice model {network}")
    target = os.path.join(folder, conversion["to"])
    model = NETWORKS[network].model(os.path.join(folder, conversion["from"]))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(model)
    if sha256(target) != conversion["sha256"]:
        raise SetupError(f"the converted voice model {network} has the sha256 {sha256(target)}, expected {conversion['sha256']}")
