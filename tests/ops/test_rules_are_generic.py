"""Rules never decide on a dimension: read from the source of every op.

In a `rule`, in what it calls of its own module, and in the shared helpers, a comparison, a division or a branch on a
dimension would work on numbers and go wrong on arrays or symbols. `dim` has a function for each. Allowed are
tests of structure: types, `None`, texts, switches such as `self.use_bias`, and lengths of tuples.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import resnet_analyzer.ops
from resnet_analyzer.ops.base import OPS

FOLDER = Path(resnet_analyzer.ops.__path__[0])
# what reads and builds other frameworks' models is no rule; gradients decide by words (see test_gradients.py)
OTHERS = (
    "__init__.py",
    "base.py",
    "_attention_gradient.py",
    "gradient.py",
    "keras_steps.py",
    "_keras_windows.py",
    "_aten.py",
    "_onnx_windows.py",
    "_aten.py",
    "lookup.py",
    "spelling.py",
)
FILES = sorted(path for path in FOLDER.glob("*.py") if path.name not in OTHERS)
TOLD_BESIDE = {"as_tensorflow", "in_keras", "reach"}  # what an op tells beside its cost, of shapes already measured

STRUCTURAL_CALLS = {
    "isinstance",
    "type",
    "len",
    "is_array",
    "is_number",
    "is_exactly",
    "any",
    "all",
    "identical",
    "set",
}
SWITCHES = {  # fields that are no dimensions
    *(
        "use_bias",
        "scale",
        "center",
        "ceil_mode",
        "keepdims",
        "offset",
        "same",
        "elementwise",
        "all_weights",
        "from_end",
        "backward",
    ),
    *("negative_slope", "threshold", "stored", "use_scale", "normalize", "heads_last", "causal", "transposed", "row"),
    *(
        "reverse",
        "inverse",
        "moving",
        "return_sequences",
        "reset_after",
        "two_biases",
        "antialias",
        "batch_first",
        "broadcasts",
    ),
    *("rounds_input", "untied", "in_bits", "per_call"),
}
TEXTS = {
    "kernel_order",
    "mode",
    "shared",
    "interpolation",
    "padding",
    "activation",
    "arrow",
    "dots",
}  # fields and names that hold words
STRUCTURE = ("axis", "axes", "place", "rank", "name", "names")  # names that end so hold no dimensions either
FORBIDDEN_CALLS = {"max", "min", "sum", "round", "int", "float", "bool", "divmod", "abs"}


def structural(node: ast.expr) -> bool:
    """Whether an expression asks for structure, not for the value of a dimension."""
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return structural(inner)
        case ast.BoolOp(values=values):
            return all(map(structural, values))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return all(map(structural, (test, body, orelse)))
        case ast.Call(func=ast.Name(id=name)):
            return name in STRUCTURAL_CALLS
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            operands = [left, *comparators]
            if all(isinstance(op, ast.Is | ast.IsNot) for op in ops):
                return True
            if any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in operands):
                return True
            if all(isinstance(op, ast.In | ast.NotIn) for op in ops):
                return True
            return all(map(structural, operands)) and not all(isinstance(each, ast.Constant) for each in operands)
        case ast.Attribute(attr=name):
            return name in SWITCHES | TEXTS or name.endswith(STRUCTURE)
        case ast.Name(id=name):
            known = SWITCHES | TEXTS | {"agrees", "is_open", "used"}
            return name in known or name.endswith(STRUCTURE) or name.isupper()  # constants of the module
    return False


def offences(function: ast.AST) -> list[str]:
    """What in a function decides on, compares or divides dimensions without `dim`."""
    found = []
    for node in ast.walk(function):
        match node:
            case ast.Compare() if not structural(node):
                found.append(f"line {node.lineno}: a comparison: use equal, at_least or is_exactly")
            case ast.BoolOp() if not structural(node):
                found.append(f"line {node.lineno}: and / or: return several checks")
            case ast.UnaryOp(op=ast.Not()) if not structural(node):
                found.append(f"line {node.lineno}: not")
            case ast.BinOp(op=ast.FloorDiv() | ast.Mod() | ast.Div()):
                found.append(f"line {node.lineno}: a division: use floor_div, ceil_div or divides")
            case ast.AugAssign(op=ast.FloorDiv() | ast.Mod() | ast.Div()):
                found.append(f"line {node.lineno}: a division: use floor_div, ceil_div or divides")
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if not structural(test):
                found.append(f"line {node.lineno}: a branch: use where")
            case ast.comprehension(ifs=tests) if not all(map(structural, tests)):
                found.append(f"line {tests[0].lineno}: a condition in a comprehension")
            case ast.Assert():
                found.append(f"line {node.lineno}: assert: return a check")
            case ast.Call(func=ast.Name(id="max" | "min"), args=[ast.GeneratorExp(elt=elt)]) if structural(elt):
                pass
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                found.append(f"line {node.lineno}: {name}(): use product, total, maximum or minimum")
    return found


def rule_code(tree: ast.Module) -> list[ast.FunctionDef]:
    """Every `rule`, and what of this module it calls, directly or not; what reads a foreign call is no rule."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    helpers = {name for name, each in functions.items() if not (name.startswith("__") or reads(each))} - TOLD_BESIDE
    wanted = ["rule", *(() if tree_has_rule(tree) else helpers)]
    reached: dict[str, ast.FunctionDef] = {}
    rules = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "rule"]
    while wanted:
        name = wanted.pop()
        for function in rules if name == "rule" else [functions[name]]:
            key = f"{name}:{function.lineno}"
            if key not in reached:
                reached[key] = function
                wanted += [called for called in calls(function) if called in functions and called != "rule"]
    return list(reached.values())


def reads(function: ast.FunctionDef) -> bool:
    """Whether it reads what a framework wrote, a `Call`: that is data, and no rule of shapes."""
    first = function.args.args[:1]
    return function.name.startswith("_read_") or bool(first and getattr(first[0].annotation, "id", "") == "Call")


def tree_has_rule(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "rule" for node in ast.walk(tree))


def calls(function: ast.FunctionDef) -> set[str]:
    """Names called, and names handed to `map`; a sentence handed to a Check is not part of the rule."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            found.add(getattr(node.func, "id", getattr(node.func, "attr", "")))
            if getattr(node.func, "id", "") == "map":
                found |= {getattr(arg, "id", getattr(arg, "attr", "")) for arg in node.args[:1]}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_rule_decides_on_a_dimension(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [f"{path.name}, {function.name}, {each}" for function in rule_code(tree) for each in offences(function)]
    assert not found, "\n".join(found)


def test_every_op_is_read():
    homes = {op.__module__.rpartition(".")[2] for _, op in OPS.items()}
    assert homes <= {path.stem for path in FILES}
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert rule_code(tree) or (functions and all(map(reads, functions))), f"{path.name}: nothing to read"


@pytest.mark.parametrize(
    "line",
    [
        "x = shape[1] == 1",
        "x = size > 1 and size",
        "x = shape[-1] // self.groups",
        "x = shape[-1] % 2",
        "x = max(a, b)",
        "x = 1 if shape[1] else 2",
        "x = [s for s in shape if s != 1]",
        "x = not shape[1]",
        "assert shape[1]",
        "while n: pass",
        "n //= 2",
    ],
)
def test_the_reader_sees(line: str):
    assert offences(ast.parse(line))


@pytest.mark.parametrize(
    "line",
    [
        "x = 1 if self.use_bias else 2",
        "x = name is None",
        "x = self.axis == 'channels'",
        "x = len(shape) == len(axes)",
        "x = max(len(shape) for shape in shapes)",
        "x = [s for s in shape if not is_exactly(s, 1)]",
        "x = type(shape) is Shape or isinstance(shape, tuple)",
        "x = [size for place, size in enumerate(shape) if place != axis and place < self.last_axis]",
    ],
)
def test_the_reader_lets_pass(line: str):
    assert not offences(ast.parse(line))
