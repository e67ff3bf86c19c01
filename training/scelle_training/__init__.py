"""Recipe of Scelle's own detector: material, augmentation, network, loss, schedule, export."""
