"""What lets SGLang and ms-swift run where only a CPU is: put this folder on ``PYTHONPATH``.

The registry holds no CPU build of two compiled packages that they import. `sgl_kernel` answers for
the first by name, `sitecustomize` declares what the second lacks. Neither computes anything.
"""
