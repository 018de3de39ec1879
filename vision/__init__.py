"""From photo bytes to a verdict: the part that training, export, evaluation and serving share."""

import os

# From 1.29 on, onnxruntime's own builds tell Microsoft of each session and its graph's hashes, and write a device id,
# from its import on unless this is set. Nothing that Touchstone runs leaves the machine; set it to 0 to allow it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
