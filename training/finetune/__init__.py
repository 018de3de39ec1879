"""The fine-tuning recipe: the whole network learns from augmented photos (`training.finetune.loop.finetune`)."""
