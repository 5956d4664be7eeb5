"""A tiny Qwen3-VL and its server, for tests and for training on a CPU."""
