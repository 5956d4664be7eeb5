from __future__ import annotations

import base64
import zlib
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.board import Limits
from ingest.readers.drawio import read
from kb.errors import BadSource

from .native_samples import LIMITS, SAMPLES, check_golden, reads_or_refuses


def model(*cells):
    return (
        '<mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/>'
        f"{''.join(cells)}</root></mxGraphModel>"
    )


def cell(name, x=0, y=0, w=100, h=50, value="", style="", parent="1", relative=""):
    return (
        f'<mxCell id="{name}" value="{value}" style="{style}" vertex="1" parent="{parent}">'
        f'<mxGeometry x="{x}" y="{y}" width="{w}" height="{h}" {relative} as="geometry"/></mxCell>'
    )


def packed(text):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packer.compress(quote(text, safe="").encode()) + packer.flush()
    return base64.b64encode(raw).decode()


def scene_of(*cells):
    return next(read(model(*cells).encode(), "b.drawio", LIMITS)).scene


def test_sample():
    one, two = check_golden(read, "login.drawio")
    by_id = {node.id: node for node in one.scene.nodes}
    assert by_id["form"].text == "Login form\n登录表单"
    assert by_id["ok"].text == "Password & user ok?"
    assert by_id["note"].text == "a < b"
    kinds = {name: node.kind for name, node in by_id.items()}
    assert kinds == {
        "lane": "container",
        "form": "box",
        "ok": "diamond",
        "db": "cylinder",
        "note": "sticky",
        "words": "text",
    }
    assert by_id["form"].parent == "lane"
    x0, y0 = by_id["lane"].bbox[:2]
    assert by_id["form"].bbox[:2] == pytest.approx((x0 + 20, y0 + 60), abs=0.2)
    ends = {r.id: (r.source, r.target, r.label, r.directed) for r in one.scene.relations}
    assert ends == {
        "e1": ("form", "ok", "submit", True),
        "e2": ("db", "ok", "查询", True),
        "e3": ("note", "words", "", False),
    }
    assert two.name == "Page-2"
    assert two.scene.title == ""
    assert two.scene.nodes[0].text == "第二页"


def test_packed_and_plain_pages_are_alike():
    inner = model(cell("a", value="订单"), cell("b", x=300, value="x"))
    plain = f'<mxfile><diagram id="d" name="P">{inner}</diagram></mxfile>'
    tight = f'<mxfile><diagram id="d" name="P">{packed(inner)}</diagram></mxfile>'
    boards = [next(read(text.encode(), "b.drawio", LIMITS)) for text in (plain, tight)]
    assert boards[0].scene == boards[1].scene


def test_places_in_shares_of_the_parent():
    scene = scene_of(
        cell("p", x=100, y=100, w=200, h=100),
        cell("c", x=0.5, y=1, w=20, h=10, parent="p", relative='relative="1"'),
    )
    box = {node.id: node.bbox for node in scene.nodes}
    assert box["c"][:2] == pytest.approx((box["p"][0] + 100, box["p"][1] + 100), abs=0.2)


def test_parents_in_a_ring_and_far_too_deep():
    ring = [cell("a", parent="b"), cell("b", parent="a")]
    deep = [cell(f"d{n}", parent=f"d{n - 1}" if n else "1") for n in range(300)]
    scene = scene_of(*ring, *deep)
    assert len(scene.nodes) == 302


def test_a_page_that_inflates_beyond_the_limit_is_refused():
    text = f"<mxfile><diagram>{packed(' ' * 3_000_000)}</diagram></mxfile>"
    with pytest.raises(BadSource) as caught:
        list(read(text.encode(), "bomb.drawio", Limits(max_bytes=1_000_000)))
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    "text",
    [
        "<mxfile/>",
        "<svg/>",
        "not xml",
        "<mxfile><diagram>!!!!</diagram></mxfile>",
        "<mxfile><diagram>AAAA</diagram></mxfile>",
        f"<mxfile><diagram>{packed('<other/>')}</diagram></mxfile>",
        '<!DOCTYPE x [<!ENTITY e "boo">]><mxfile><diagram name="&e;"/></mxfile>',
        '<!DOCTYPE x SYSTEM "http://example.org/x"><mxGraphModel><root>&e;</root></mxGraphModel>',
    ],
)
def test_refused(text):
    with pytest.raises(BadSource):
        list(read(text.encode(), "bad.drawio", LIMITS))


def test_limits():
    cells = [cell(f"c{n}") for n in range(10)]
    with pytest.raises(BadSource) as caught:
        list(read(model(*cells).encode(), "b.drawio", Limits(max_elements=10)))
    assert caught.value.code == "too_many_elements"
    pages = "<diagram/>" * 4
    with pytest.raises(BadSource) as caught:
        list(read(f"<mxfile>{pages}</mxfile>".encode(), "b.drawio", Limits(max_pages=3)))
    assert caught.value.code == "too_many_pages"


def test_broken_markup_in_a_label_takes_linear_time():
    scene = scene_of(cell("a", value="&lt;a " * 100_000, style="html=1"))
    assert len(scene.nodes[0].text) == 20_000
    assert scene.notes


SAMPLE = (SAMPLES / "login.drawio").read_text("utf-8")
JUNK = st.sampled_from(
    ["", "NaN", "1e400", "-1e9", "e1", "lane", "&lt;![x", "relative", "=;=", "0"]
)


def test_placeholders_show_the_attributes_of_their_object():
    geometry = '<mxGeometry x="0" y="0" width="90" height="40" as="geometry"/>'
    objects = (
        f'<UserObject id="{name}" label="%name% &lt;b&gt;%rest%&lt;/b&gt;" name="Billing" {more}>'
        f'<mxCell style="html=1" vertex="1" parent="1">{geometry}</mxCell></UserObject>'
        for name, more in (("filled", 'placeholders="1"'), ("plain", ""))
    )
    texts = {node.id: node.text for node in scene_of(*objects).nodes}
    assert texts == {"filled": "Billing %rest%", "plain": "%name% %rest%"}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 200), JUNK), min_size=1, max_size=4))
def test_damaged_files(changes):
    parts = SAMPLE.split('"')  # every second part is the value of an attribute
    for place, junk in changes:
        parts[(2 * place + 1) % (len(parts) - 1) | 1] = junk
    reads_or_refuses(read, '"'.join(parts).encode(), "login.drawio")
