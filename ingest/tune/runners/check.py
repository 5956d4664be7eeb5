"""Sends samples through ms-swift's template and back: is what is learnt what was written?

``check.py MODEL FILE MOST`` encodes every line of a JSONL file as training would, decodes the
tokens that are learnt, and tells for each line its tokens and what is wrong with it, "" where
nothing is: an answer that comes back otherwise, a picture that was resized, more than MOST tokens.
"""

import json
import sys
from pathlib import Path
from typing import Any

from PIL import Image

_END = "<|im_end|>"
_NOT_LEARNT = -100


def fault_of(row: dict[str, Any], encoded: dict[str, Any], template: Any, most: int) -> str:
    """Return what is wrong with one encoded sample, "" where nothing is."""
    ids, labels = list(encoded["input_ids"]), list(encoded["labels"])
    learnt = template.tokenizer.decode([one for one in labels if one != _NOT_LEARNT])
    answer = row["messages"][-1]["content"]
    if learnt.strip().removesuffix(_END) != answer:
        return "the answer does not come back from its tokens"
    with Image.open(row["images"][0]) as picture:
        side = template.processor.image_processor.patch_size
        side *= template.processor.image_processor.merge_size
        wanted = (picture.width // side) * (picture.height // side)
    shown = sum(one == template.image_token_id for one in ids)
    if shown != wanted:
        return f"the picture is {shown} tokens instead of {wanted}"
    asked = template.tokenizer.decode(ids)
    for message in row["messages"][:-1]:
        if message["content"].replace("<image>", "") not in asked:
            return f"the {message['role']} message does not come back from its tokens"
    return f"{len(ids)} tokens are more than {most}" if len(ids) > most else ""


def main(model: str, file: str, most: int) -> None:
    """Print a list with ``{"tokens": …, "fault": …}`` for each line of the file."""
    from swift import get_processor, get_template
    from swift.utils.utils import import_external_file

    plugin = Path(__file__).resolve().parents[1] / "plugins" / "picture_tokens.py"
    import_external_file(str(plugin))
    template = get_template(get_processor(model, model_type="qwen3_vl"))
    template.set_mode("train")
    told = []
    lines = Path(file).read_text(encoding="utf-8").split("\n")  # a text may hold other line ends
    for line in filter(None, lines):
        row = json.loads(line)
        sample = {"messages": row["messages"], "images": row["images"]}
        encoded = template.encode(sample)
        fault = fault_of(row, encoded, template, most)
        told.append({"tokens": len(encoded["input_ids"]), "fault": fault})
    print(f"kb-result: {json.dumps(told)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
