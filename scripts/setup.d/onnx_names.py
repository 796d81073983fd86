"""Gives nameless branch graphs of an ONNX file a name, which a checked load insists on.

Field numbers are from onnx.proto: ModelProto.graph 7, GraphProto.node 1 and name 2, NodeProto.attribute 5,
AttributeProto.name 1 and g 6.
"""

from onnx_wire import delimited, fields, rewrite


def with_named_branches(model):
    """The model's bytes with every empty subgraph name replaced by its attribute's name, and how many there were."""
    named = []
    return rewrite(model, {7: lambda graph: _graph(graph, named)}), len(named)


def _graph(graph, named, name=None):
    if name is not None and not any(number == 2 and end > start for number, start, end, _ in fields(graph)):
        graph = rewrite(graph, {2: lambda _: None}) + delimited(2, name)
        named.append(name)
    return rewrite(graph, {1: lambda node: rewrite(node, {5: lambda attribute: _attribute(attribute, named)})})


def _attribute(attribute, named):
    name = next((attribute[start:end] for number, start, end, _ in fields(attribute) if number == 1), b"")
    return rewrite(attribute, {6: lambda graph: _graph(graph, named, bytes(name))})
