"""The statement of method and limits, in plain words, and what stands on every file's first page."""

from __future__ import annotations

from typing import Final

from serving.evidence.contents.sections import Section, Text

METHOD: Final = (
    "A trained network judged the photos of the listing. It gives a number for how much the photos look like those of "
    "genuine or of counterfeit articles of this product. Two thresholds turn the number into an outcome: genuine, "
    "counterfeit, or review where it lies between them. Where the photos do not show enough, or show another product, "
    "the outcome is insufficient or unsupported.",
    "The thresholds were set on listings that the network had not been trained on. What is stated about them is a "
    "rate over many such listings, measured with its uncertainty. It says nothing of one listing by itself.",
    "The coloured map is the network's number divided over the places of the photo: where it is red the place spoke "
    "for counterfeit, where blue for genuine. It shows where the reasons lie, not whether they are good.",
    "References are the photos of known articles that look most like a crop, by the network's own measure of likeness. "
    "They are those of the bundle that serves the product at the time of this file.",
)
LIMITS: Final = (
    "A judgement of photos says what the photos show. It is never proof of what is in the box: photos may be taken "
    "from elsewhere, and an article may differ from its photo. A test buy, examined by an expert, is stronger.",
    "Where the labels that the network learned from were weak, such as assumed from the seller, every rate is relative "
    "to those labels, which are wrong in places. The bundle's model card says where its labels come from.",
    "Photos that differ from those that the network learned from, in light, background, processing or generation of "
    "the product, may be judged wrongly although nothing shows it.",
    "Marks of generated pictures (C2PA, IPTC) are a reason to look, never proof: anyone can write or remove them.",
    "A review is a decision of one person, made with the network's outcome in view.",
)
INTEGRITY: Final = (
    "This file is signed. The command `touchstone evidence verify FILE --key SHA256` finds every changed byte without "
    "a connection. Compare the key with the one that the operator published: anyone can make a key.",
    "Of the audit log the file has the entries about its objects, without what names people, and the hashes of the "
    "chain up to its end when the file was made. Each entry proves its own content. That the chain was not written "
    "anew and that nothing was left out shows only an export of the whole log: `--audit-log`.",
)


def method_section() -> Section:
    """Give how the outcome came about, and what it does not show."""
    limits = tuple(Text(text=text) for text in LIMITS)
    return Section(
        title="Method and limits",
        blocks=(
            *(Text(text=text) for text in METHOD),
            Text(text="What this does not show", style="strong"),
            *limits,
            Text(text="How this file can be verified", style="strong"),
            *(Text(text=text) for text in INTEGRITY),
        ),
    )


def method_text() -> str:
    """Give the statement as the ZIP's text file has it."""
    parts = ("METHOD", *METHOD, "LIMITS", *LIMITS, "VERIFYING", *INTEGRITY)
    return "\n\n".join(parts) + "\n"
