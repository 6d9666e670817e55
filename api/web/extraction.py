"""Gathers the texts of the product for translation: what pages mark, and what the core says in whole sentences.

The core knows no languages. It writes English sentences where it refuses something, some of them with gaps for names
and numbers; here they are found in its code, with the gaps numbered: `The gate {0} is not open.` A text that is made of
texts is a call of `phrase` there, whose first argument is its pattern.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any, Final

from babel.messages.extract import extract_python

from lifecycle.service.language.sentences import is_sentence

Message = tuple[int, Any, Any, Any]
_GAP: Final = re.compile(r"\{\d+\}")
_FEWEST_LETTERS: Final = 3
"""With fewer letters beside its gaps a sentence could be any other."""


def core(
    fileobj: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Message]:
    """An extractor of Babel for files of the core."""
    for line, sentence in sentences_in(fileobj.read().decode()):
        yield line, "_", sentence, []


def pages(
    fileobj: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Message]:
    """An extractor of Babel for files of the pages, which mark what they say, and refuse like the core."""
    yield from extract_python(fileobj, dict.fromkeys(keywords), comment_tags, {})
    fileobj.seek(0)
    yield from core(fileobj, keywords, comment_tags, options)


def sentences_in(source: str) -> Iterator[tuple[int, str]]:
    """Every sentence that a module writes, with its line; what documents or belongs to another one is none."""
    tree = ast.parse(source)
    apart = {id(part) for node in ast.walk(tree) for part in _parts(node)}
    for node in ast.walk(tree):
        sentence = _fault(node) or ("" if id(node) in apart else _written(node))
        if is_sentence(sentence) and _letters(sentence) >= _FEWEST_LETTERS:
            yield getattr(node, "lineno", 0), sentence
        elif _letters(pattern := _pattern(node)):
            yield getattr(node, "lineno", 0), pattern


def _letters(text: str) -> int:
    return len(re.findall(r"[^\W\d_]", _GAP.sub("", text)))


def _fault(node: ast.AST) -> str:
    """What a `raise ValueError` of a model says, as the sentence that is made of it; empty for any other node."""
    call = node.exc if isinstance(node, ast.Raise) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "ValueError" and call.args:
        said = _written(call.args[0]).rstrip(".")
        return f"{said[:1].upper()}{said[1:]}." if said else ""
    return ""


def _pattern(node: ast.AST) -> str:
    """What a call of `phrase` makes its text of; empty for any other node."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "phrase" and node.args:
        first = node.args[0]
        return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""


def _written(node: ast.AST) -> str:
    """A text as it stands in the code, its gaps numbered; empty if it is none, or has braces of its own."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    gaps = iter(range(len(parts)))
    if not texts or not all(isinstance(text, str) and not set(text) & set("{}") for text in texts):
        return ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else f"{{{next(gaps)}}}" for part in parts)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What a node has that says nothing by itself: its documentation, the parts of a text."""
    if isinstance(node, ast.JoinedStr):
        yield from (part for part in ast.walk(node) if part is not node)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
