"""The fine-tuning recipe: the whole network is trained on augmented photos (`training.finetune.loop.finetune`)."""
