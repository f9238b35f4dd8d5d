from hypothesis import settings

# A test says what is right, not how fast: the first text of a run loads a model, and machines differ.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
