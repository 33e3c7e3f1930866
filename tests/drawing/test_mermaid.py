"""Mermaid's own parser reads from the text what the diagram says: nodes, edges and plates."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from mvgraph.drawing.diagram import Diagram, Node
from mvgraph.drawing.mermaid import mermaid
from mvgraph.drawing.names import plain
from mvgraph.drawing.nesting import nest
from mvgraph.drawing.texts import unicode

from .diagrams import ALL, edge, hierarchy, mopoe
from .every import anything, every

FOLDER = os.environ.get("MVGRAPH_MERMAID", "")
PARSER = pytest.mark.skipif(
    not (shutil.which("node") and (Path(FOLDER or "absent") / "node_modules" / "mermaid").is_dir()),
    reason="needs Mermaid's parser; sh tests/drawing/mermaid.sh installs it and runs these",
)


def parsed(texts):
    """What the parser makes of each text, in one run."""
    script = str(Path(__file__).parent / "mermaid.mjs")
    done = subprocess.run(["node", script, FOLDER], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def decoded(text):
    """A label as it is shown: numbered letters have a form of Mermaid's own until they are drawn."""
    return re.sub(r"ﬂ°°(\d+)¶ß", lambda m: chr(int(m[1])), text or "").replace("\u2060", "")


def shown(part):
    """What a label should look like."""
    sign = {"same": "", "added": "+ ", "removed": "− ", "changed": "~ "}[part.change]
    return (sign + " ".join(unicode(part.text).split())).strip()


def agrees(read, drawn):
    """Whether the parser has read the diagram that was written."""
    assert "error" not in read, read
    assert set(re.findall(r"\w+", drawn.title)) == set(re.findall(r"\w+", read["description"]))
    nodes = plain((n.id for n in drawn.nodes), before="v_")
    boxes = plain((p.id for p in drawn.plates), before="b_")
    _, left = nest(drawn)
    assert set(read["nodes"]) == set(nodes.values())
    assert Counter((e["start"], e["end"]) for e in read["edges"]) == Counter(
        (nodes[e.source], nodes[e.target]) if e.arrow else (nodes[e.target], nodes[e.source]) for e in drawn.edges
    )
    for e, line in zip(drawn.edges, read["edges"], strict=True):
        assert (line["type"] == "arrow_point") == e.arrow
        assert bool(line["style"]) == (e.part != "p" or e.change != "same")
    for node in drawn.nodes:
        told = [shown(node), *(f"[{shown(p)}]" for p in left if node.id in p.nodes)]
        assert decoded(read["nodes"][nodes[node.id]]["text"]) == "<br>".join(told)
        assert node.kind in read["nodes"][nodes[node.id]]["classes"]
    assert [decoded(e["text"]) for e in read["edges"]] == [shown(e) for e in drawn.edges]
    assert {decoded(box["title"]) for box in read["boxes"].values()} == {
        shown(p) for p in drawn.plates if p.nodes and p not in left
    }
    drawn_boxes = {boxes[p.id]: {nodes[i] for i in p.nodes} for p in drawn.plates if p.nodes and p not in left}
    assert {name: within(name, read["boxes"]) for name in read["boxes"]} == drawn_boxes


def within(box, boxes):
    """All nodes of a box, those in boxes within it included."""
    inner = [m for m in boxes[box]["nodes"] if m in boxes]
    return {m for m in boxes[box]["nodes"] if m not in boxes}.union(*(within(i, boxes) for i in inner))


@PARSER
def test_the_parser_reads_every_sample_and_every_spec():
    drawn = [*ALL.values(), anything(), *every().values()]
    for one, read in zip(drawn, parsed([mermaid(d) for d in drawn]), strict=True):
        agrees(read, one)


@PARSER
def test_the_parser_refuses_what_is_not_mermaid():
    assert "error" in parsed(["flowchart TB\n  v_a[("])[0]


def test_overlapping_plates_are_named_at_their_nodes():
    text = mermaid(mopoe(parameters=True))
    assert text.count("subgraph") == 1
    assert 'v_theta_m["θₘ<br/>#91;m = 1, …, M#93;"]' in text
    assert 'v_x_m(("xₘ<br/>#91;m = 1, …, M#93;"))' in text
    assert 'v_z(("z"))' in text


def test_nested_plates_are_boxes_in_boxes():
    text = mermaid(mopoe())
    outer, inner = text.index('subgraph b_plate_n["n = 1, …, N"]'), text.index('subgraph b_plate_m["m = 1, …, M"]')
    assert outer < text.index("v_z((") < inner < text.index("v_x_m((") < text.index("end")


def test_lines_of_inference_and_changes_are_told_apart():
    text = mermaid(ALL["kinds"])
    assert "v_factor -.- v_observed" in text  # no head: written upwards, and drawn the same
    assert "linkStyle 4,5,7 stroke:" in text
    assert 'v_condition -->|"#43;"| v_observed' in text
    assert "class v_" not in text  # no node has changed
    changed = Diagram("d", "", (Node("a", "latent", "a", "a", change="added"),))
    assert "class v_a added" in mermaid(changed)


def test_an_edge_of_a_node_that_is_new_needs_no_sign():
    nodes = Node("a", "latent", "a", "a", change="added"), Node("b", "latent", "b", "b")
    assert "v_a --> v_b" in mermaid(Diagram("d", "", nodes, (), (edge("a", "b", change="added"),)))


def test_an_edge_to_the_node_itself_has_its_label():
    assert 'v_z_l -->|"l\' #62; l"| v_z_l' in mermaid(hierarchy())


def test_ids_that_look_alike_stay_apart():
    nodes = tuple(Node(i, "latent", "x", i) for i in ("a.b", "a_b", "end", "π"))
    text = mermaid(Diagram("d", "", nodes, (), (edge("a.b", "a_b"),)))
    assert "v_a_b --> v_a_b_2" in text
    assert 'v_end(("end"))' in text
