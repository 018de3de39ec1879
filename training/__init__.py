"""From a manifest to a bundle: audit, training, calibration, export and evaluation."""

import vision as vision  # before any module here imports onnxruntime: it keeps that from reporting home
