"""What measures a GPU goes the whole way on a processor, with a tiny model."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.performance import __main__ as command
from evals.performance.gpu import tuning
from evals.performance.gpu.tuning import RECIPES, measure_tuning
from ingest.tune.dataset import TRAIN
from ingest.tune.plan import Machine
from ingest.tune.run import Step
from kb.errors import WrongUse
from tests.ingest.extract.vlm import oracle
from tests.ingest.tune.test_recipes_and_plans import model_folder

torch = pytest.importorskip("torch", reason="torch is not here")
pytest.importorskip("transformers.models.qwen3_vl", reason="transformers without Qwen3-VL")

from evals.models.published import SIZES, TINY, random_model, shape_of_size  # noqa: E402
from evals.performance.gpu.decoder import Decoder, made_quick  # noqa: E402
from evals.performance.gpu.fp8 import Activations, Fp8Linear  # noqa: E402
from evals.performance.gpu.prompts import batch_of  # noqa: E402
from evals.performance.gpu.reading import weights_gb  # noqa: E402


@pytest.fixture
def boards(tmp_path: Path) -> Path:
    """Two boards, one of them wide, so that prompts are not of one length."""
    oracle.board().save(tmp_path / "a.png")
    oracle.board().resize((600, 90)).save(tmp_path / "b.png")
    return tmp_path


def table(text: str) -> list[list[str]]:
    """Return the cells of the only table, below its head; all rows must be as wide as that."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    assert len({len(row) for row in rows}) == 1, text
    return rows[2:]


@pytest.mark.parametrize("size", [*SIZES, TINY])
def test_a_model_has_as_many_weights_as_plans_count(size: str) -> None:
    model = random_model(size, dtype=torch.bfloat16, device="meta")
    assert sum(one.numel() for one in model.parameters()) == shape_of_size(size).total


def test_the_step_that_is_timed_answers_as_the_model_does(boards: Path) -> None:
    model = random_model(TINY, dtype=torch.float32, device="cpu")
    files = sorted(boards.iterdir())
    inputs = batch_of(model, files, 2, image_tokens=64, folder=None)
    assert len(set(inputs["attention_mask"].sum(-1).tolist())) == 2
    model.generation_config.eos_token_id = None
    with torch.no_grad():
        said = model.generate(**inputs, do_sample=False, max_new_tokens=6, pad_token_id=0)
        made_quick(model)
        decoder = Decoder(model, inputs, 12)
        decoder.prefill()
        decoder.answer(3)
        decoder.prefill()  # forgets what was answered
        answer = decoder.answer(6)
    assert answer.tolist() == said[:, inputs["input_ids"].shape[1] :].tolist()


def test_eight_bits_are_near_to_the_plain_product() -> None:
    torch.manual_seed(3)
    plain = torch.nn.Linear(256, 96, bias=False)
    activations = Activations("cpu")
    quantised = Fp8Linear(copy.deepcopy(plain), activations)
    for x in (torch.randn(2, 5, 256), torch.randn(1, 1, 256) * 40):
        with torch.no_grad():
            want, got = plain(x), quantised(x)
        assert got.shape == want.shape
        assert (got - want).norm() / want.norm() < 0.06
    assert weights_gb(quantised) == pytest.approx((256 * 96 + 4 * 96) / 1e9)
    assert weights_gb(plain) == pytest.approx(4 * 256 * 96 / 1e9)


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    monkeypatch.setattr(sys, "argv", ["kb eval performance", *words])
    assert command.main() == 0
    return capsys.readouterr().out


def test_reading_prints_a_table(
    boards: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("gpu-reading", "--tiny", "--device", "cpu", "--data", str(boards))
    said = run(monkeypatch, capsys, *words)
    rows = table(said)
    assert "The weights take 0.0 GB, in fp8 0.0 GB." in said
    assert [row[:2] for row in rows] == [
        ["float32", "1"], ["float32", "4"], ["fp8", "1"], ["fp8", "4"],
    ]  # fmt: skip
    assert all(float(cell) > 0 for row in rows for cell in row[3:7])
    assert [float(row[8]) > 0.9 for row in rows[2:]] == [True, True]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("gpu-reading gpu-tuning --tiny --device cpu --data .", "ask for one alone"),
        ("cpu gpu-tuning --data .", "ask for one alone"),
        ("gpu-reading --device cpu", "needs --tiny"),
        ("start gpu-tuning --size 2b --device cpu", "needs --tiny"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_measured(
    words: str, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_rows", lambda *_: pytest.fail("measured"))
    monkeypatch.setattr(sys, "argv", ["x", *words.split()])
    with pytest.raises(SystemExit) as refused:
        command.main()
    assert refused.value.code == 2
    out, error = capsys.readouterr()
    assert (out, reason in error) == ("", True)


@pytest.mark.parametrize("words", ["--data .", "cpu many --data .", "cpu vlm --data ."])
def test_parts_that_read_pictures_may_read_the_same(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_rows", lambda *_: iter(()))
    monkeypatch.setattr(command.search, "measure", lambda: [])
    monkeypatch.setattr(command.search, "table", lambda _: "")
    assert "measured" in run(monkeypatch, capsys, *words.split())


@pytest.mark.parametrize("words", [("--tiny",), ("--size", "2b")])
def test_without_a_gpu_reading_is_refused_with_a_hint(
    words: tuple[str, ...], boards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["x", "gpu-reading", "--data", str(boards), *words])
    with pytest.raises(WrongUse, match="no GPU") as refused:
        command.main()
    assert refused.value.code == "no_gpu"
    assert "--tiny --device cpu" in refused.value.hint


@pytest.fixture
def tuned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Measures with a stand-in for ms-swift: 32 samples a step, 20 s for the first, 4 for others.

    `machine` is what there is; samples are 64, half an epoch a step.
    """
    model = model_folder(tmp_path / "m")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / TRAIN).write_text("{}\n" * 64, encoding="utf-8")

    def trained(*_: Any, told: Any, **__: Any) -> None:
        for number in range(1, 4):
            figures = {
                "epoch": f"{number / 2}",
                "train_speed(s/it)": (20 + 4 * (number - 1)) / number,
                "memory(GiB)": str(10 + number),
            }
            told(Step(number, 3, 1.0, figures))

    def measure(machine: Machine, device: str = "cuda", **more: Any) -> str:
        monkeypatch.setattr(tuning, "train", trained)
        monkeypatch.setattr(
            tuning,
            "machine_here",
            lambda _, packages: Machine(
                machine.gpus_gb, 64.0, tuple(one for one in packages if one in machine.missing)
            ),
        )
        monkeypatch.setattr(tuning, "ask", lambda *_: [{"tokens": 900}, {"tokens": 1200}])
        data = tmp_path / "data"
        return "".join(
            measure_tuning("2b", Path("python"), device=device, model=model, data=data, **more)
        )

    return measure


def test_the_first_step_is_not_in_the_rate_and_the_plan_stands_beside(tuned: Any) -> None:
    rows = table(tuned(Machine((80.0,))))
    assert [row[0] for row in rows] == list(RECIPES)
    assert [row[1:4] for row in rows] == [["8.00", "2", "14.0"]] * 2  # 64 samples in 8 s; 13 GiB
    shown = {row[0]: (float(row[4]), float(row[5])) for row in rows}
    assert shown["lora"][1] < shown["lora"][0]  # no sample is as long as the recipe allows
    assert shown["packing"][1] == shown["packing"][0]  # rows are full


def test_some_recipes_are_measured_with_changes_that_the_plan_heeds(tuned: Any) -> None:
    (plain,) = table(tuned(Machine((80.0,)), recipes=("lora",)))
    one = ("per_device_train_batch_size=1",)
    (changed,) = table(tuned(Machine((80.0,)), recipes=("lora",), changes=one))
    assert (plain[0], changed[0]) == ("lora", "lora")
    assert float(changed[4]) < float(plain[4])


@pytest.mark.parametrize(
    ("machine", "device", "reason"),
    [
        (Machine((80.0,), missing=("flash_attn",)), "cuda", "its environment lacks flash_attn"),
        (Machine(), "cpu", "it needs a GPU"),
    ],
)
def test_packing_is_left_out_where_it_cannot_run(
    machine: Machine, device: str, reason: str, tuned: Any
) -> None:
    said = tuned(machine, device)
    assert [row[0] for row in table(said)] == ["lora"]
    assert f"packing is left out: {reason}" in said


def test_without_a_gpu_tuning_is_refused(tuned: Any) -> None:
    with pytest.raises(WrongUse, match="no GPU"):
        tuned(Machine())
