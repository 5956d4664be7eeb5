"""Teaching a reading model, measured: lessons from annotated and drawn boards, rewards, the gate.

`sources` gives lessons to `kb tune dataset`, `reward` scores answers while a model learns by
reinforcement, `gate` compares two readers for `kb tune gate`, `loop` runs the whole circle on a
CPU.
"""
