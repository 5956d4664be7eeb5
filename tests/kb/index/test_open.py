from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kb.errors import KBError, StoreDamaged
from kb.index import open_index
from kb.settings import load_settings


def test_embedded_lies_in_the_home_folder(tmp_path: Path) -> None:
    index = open_index(load_settings(home=tmp_path, qdrant_url=""), 4, "m:4")
    assert index.count(workspace=None) == 0
    index.close()
    assert (tmp_path / "index" / "kb" / "about.json").is_file()


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, qdrant_url="http://127.0.0.1:9", qdrant_api_key="k")
    with pytest.raises(KBError) as refused:
        open_index(settings, 4, "m:4")
    assert refused.value.code == "index_unreachable"
    assert "KB_QDRANT_URL" in refused.value.hint


def test_a_damaged_folder_is_told_and_can_be_rebuilt(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, qdrant_url="")
    index = open_index(settings, 4, "m:4")
    index.count(workspace=None)
    index.close()
    (tmp_path / "index" / "kb" / "shard" / "edge_config.json").write_text("{")
    index = open_index(settings, 4, "m:4")
    with pytest.raises(StoreDamaged, match="can't be opened"):
        index.count(workspace=None)
    index.reset()
    assert index.count(workspace=None) == 0
    assert not index.stale
    index.close()


def test_an_index_of_an_earlier_release_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(home=tmp_path, qdrant_url="")
    with monkeypatch.context() as earlier:
        earlier.setattr("kb.index.LAYOUT", 3)  # in which traditional signs were terms of their own
        index = open_index(settings, 4, "m:4")
        index.count(workspace=None)
        index.close()
    index = open_index(settings, 4, "m:4")
    assert index.stale
    with pytest.raises(StoreDamaged) as refused:
        index.put([])
    assert (refused.value.code, refused.value.hint) == ("index_stale", "kb reindex")
    index.reset()
    assert not index.stale
    index.close()


def test_embedded_needs_no_client_library(tmp_path: Path) -> None:
    code = (
        "import sys; from kb.index import open_index; from kb.settings import load_settings\n"
        "index = open_index(load_settings(home=sys.argv[1], qdrant_url=''), 4, 'm')\n"
        "index.count(workspace=None); index.close(); print('qdrant_client' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
