"""Teaching the reading model a team's own boards, with ms-swift.

The way: boards of known truth become a data set (`dataset`), a recipe (`recipes`) is weighed against
the machine (`plan`) and run (`run`), what was learnt is merged into the model or made smaller
(`export`). ms-swift lives in an environment of its own: it is never imported here, the programs of
`runners` are run by that environment's Python (`environment`).
"""
