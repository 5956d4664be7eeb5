"""Training of the detector: boards to samples, samples to maps, maps to weights."""
