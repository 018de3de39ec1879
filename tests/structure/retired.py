"""Words that were retired, and where: the field's own terms took their places."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Parts of a Python name, between underscores or capitals, in lower case.
IDENTIFIER_PARTS = frozenset(
    {
        "blend",
        "border",
        "glance",
        "hop",
        "hopeless",
        "hops",
        "least",
        "lesson",
        "lessons",
        "look",
        "looks",
        "most",
        "patience",
        "randomised",
        "said",
        "shall",
        "shortfall",
        "stranger",
        "tells",
        "told",
    }
)

# Runs of parts, and whole names.
IDENTIFIER_RUNS = (
    "bundle_record",
    "bundle_records",
    "bundle_switch",
    "crop_picture",
    "drift_tests",
    "json_record",
    "keep_house",
    "let_go",
    "micro_batch",
    "micro_batches",
    "own_machine",
    "short_way",
)
WHOLE_IDENTIFIERS = frozenset({"of"})

# Keys of settings and of JSON, which users have written down: they stay as fields, and as nothing else.
KEPT_FIELDS: Mapping[str, str] = {
    "accuracy_when_said": "a key of evaluation.json",
    "blend": "the setting finetune.blend",
    "most": "the setting references.most",
    "most_photos": "the setting batching.most_photos",
}

# Where a part of a name means what it means everywhere.
KEPT_PARTS: Mapping[str, tuple[str, ...]] = {
    "patience": ("training/finetune/", "tests/training/finetune/", "tests/training/builders/"),  # early stopping
    "blend": ("training/render/", "tests/training/render/"),  # of two colours
}

# In prose: documentation, comments, docstrings, messages, templates and scripts. A test's name is prose as well.
PHRASES = (
    r"glances?",
    r"hopeless",
    r"(?:keeps?|keeping) house",
    r"lessons?",
    r"(?:lets?|letting) go",
    r"micro[- ]batch(?:es|ing)?",
    r"only reports?",
    r"own[- ]machine",
    r"promise[sd]?",
    r"said",
    r"shall",
    r"short way",
    r"strangers?",
    r"(?:what|that|which) stops training",
    r"the border",
    r"told(?! apart)",
    r"what (?:it|they|each|the \w+) left out",
)
# Phrases that stay, by the end of their file's path.
KEPT_PHRASES: Mapping[tuple[str, str], str] = {
    (".js", "Promise"): "a class of JavaScript",
    ("serving/routes/health.py", "told"): "of GET /readyz in serving/openapi.json, which stays as it is",
}
PHRASE = re.compile(rf"\b(?:{'|'.join(PHRASES)})\b", re.IGNORECASE)
