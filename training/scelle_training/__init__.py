"""Recipe of Scelle's own detector: material, augmentation, network, loss, schedule, export."""

import os

# As in the package itself: ONNX Runtime tells its maker nothing.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
