"""Teaching the reading model a team's own boards, with ms-swift.

The way: boards of known truth (`lessons`) become a data set (`dataset`, `verify`), a recipe
(`recipes`) is weighed against the machine (`plan`, `weights`) and run (`run`, `curve`), what was
learnt is merged into the model, or its weights are made smaller (`export`). ms-swift lives in an
environment of its own: it is never imported here, the programs of `runners` are run by that
environment's Python (`environment`).
"""
