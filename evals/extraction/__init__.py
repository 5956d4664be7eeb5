"""How much of a board the extractor sees, measured against drawn or annotated truth.

`run` is what ``kb eval extraction`` calls. The way of a board: its truth (`truth`, from `hdbpmn`,
`scenes`, `rendered` or `restyled`), a scene of it (`measure`), both compared (`compare`), figures
with intervals (`figures`, `bootstrap`), tables (`report`, `breakdown`) and pictures (`sheet`).
"""
