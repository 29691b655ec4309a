"""Survey systems: waves, questions, who was asked, what was answered."""
