"""The stand-ins compute nothing: whoever calls one hears so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ingest.models.shim

SHIM = Path(ingest.models.shim.__file__).parent


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(SHIM)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import sgl_kernel; sgl_kernel.rotary_embedding_cpu(1)", "NotImplementedError"),
        ("import sgl_kernel; sgl_kernel.sgl_per_token_quant_fp8(1)", "AttributeError"),
        (
            "import torch, sgl_kernel; t = torch.zeros(1);"
            "torch.ops.sgl_kernel.fused_moe_router_cpu(t, t)",
            "NotImplementedError",
        ),
    ],
)
def test_a_kernel_that_is_called_raises(code: str, error: str) -> None:
    told = python(code)
    assert told.returncode == 1
    assert error in told.stderr


def test_python_starts_with_the_folder_on_its_path_and_imports_nothing_for_it() -> None:
    told = python("import sys; print('torch' in sys.modules, 'sgl_kernel' in sys.modules)")
    assert told.stdout.split() == ["False", "False"], told.stderr
