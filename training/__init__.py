"""From a manifest to a bundle: audit, training, calibration, export and evaluation."""
