"""Checks docs/reference/bindings.md, the table of names in every language: python3 scripts/docs/bindings.py.

Against include/flagbit.h: each function, option, status, error code, reason and state has one row, and nothing else has
one; an option's default is what the header says. Against the sources of each language: each name is declared there,
with the default that is shown; a function that is called there has names, one that is not has a dash and a reason; each
option can be set.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = "docs/reference/bindings.md"
LANGUAGES = ["C++", "Python", "Go", "Node", "Rust"]
ENUMS = ["option", "status", "error_code", "reason", "state"]
TOKEN = re.compile(r"`([^`]+)`")


def code(*patterns):
    """Sources, without the comments of C, Go, TypeScript and Rust."""
    files = [path for pattern in patterns for path in sorted(ROOT.glob(pattern)) if not path.name.endswith("_test.go")]
    if not files:
        sys.exit(f"no file is {patterns}")
    return re.sub(r"(?m)^\s*(//|\*|/\*).*$", "", "\n".join(path.read_text(encoding="utf-8") for path in files))


SOURCES = {
    "C++": code("include/flagbit.hpp"),
    "Python": code("bindings/python/src/flagbit/*.py"),
    "Go": code("bindings/go/*.go"),
    "Node": code("bindings/node/src/*.ts"),
    "Rust": code("src/client/**/*.rs", "src/engine/**/*.rs"),
}

# How a name is declared: functions, types, fields or arguments, members of an enum.
DECLARED = {
    "C++": r"\bNAME\(|\b(class|struct) (\[\[nodiscard\]\] )?NAME\b|\bNAME = FLAGBIT_|^\s+[\w:<>]+ NAME;",
    "Python": r"^\s*(def|class) NAME\b|^\s+NAME: |^NAME = |^    NAME = \d",
    "Go": r"^func (\([^)]*\) )?NAME\b[\[(]|^(type|const|var) NAME\b|^\t(\w+, )*NAME\b.* |^\tNAME$",
    "Node": r"^\s+(static |readonly |async )*NAME[?<(:]|^export (class|interface|type|const) NAME\b",
    "Rust": r"\bpub (const )?(fn|struct|enum|trait) NAME\b|^    NAME( = \d+)?[,( ]",
}

# How a function of the header is called, and how an option is set. Rust does not go through the header; C++ passes any
# option on.
CALLED = {
    "C++": (SOURCES["C++"], r"\bflagbit_NAME\b"),
    "Python": (SOURCES["Python"], r"^NAME = "),
    "Go": (SOURCES["Go"], r"\bC\.flagbit_NAME\("),
    "Node": (code("bindings/node/addon/*.c"), r"\bflagbit_NAME\b"),
}
SET = {"Python": r"\b(_ffi\.O|o)ption\.NAME[:,] ", "Go": r"(?i)[( ]optionNAME\b", "Node": r"\[Option\.NAME,"}


def found(pattern, name, source):
    return re.search(pattern.replace("NAME", re.escape(name)), source, flags=re.MULTILINE) is not None


def header():
    """The names that must have a row, with the default of each option in words."""
    text = (ROOT / "include/flagbit.h").read_text(encoding="utf-8")
    functions = re.findall(r"FLAGBIT_API\s+[^;(]*?\b(flagbit_\w+)\(", re.sub(r"//.*", "", text))
    names, defaults = dict.fromkeys(functions), {}
    for enum in ENUMS:
        body = re.search(rf"enum flagbit_{enum}\s*#if.*?#endif[^\n]*\s*\{{(.*?)\n\}};", text, flags=re.DOTALL)
        for comment, name in re.findall(r"((?:^ *//.*\n)*)^ *(\w+) = \d+,", body[1], flags=re.MULTILINE):
            names[name] = None
            words = " ".join(line.strip(" /") for line in comment.splitlines())
            default = re.search(r"[;:] ((?:\d+|three)(?: \w+)?) unless set", words)
            defaults[name] = default[1] if default else ""
    return list(names), defaults


def rows():
    """The table: of each name its cells."""
    lines = [line for line in (ROOT / TABLE).read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    titles, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if titles[2:] != LANGUAGES:
        sys.exit(f"{TABLE}: the columns are {titles}")
    for cells in body:
        if cells[0].startswith("**"):
            continue
        yield cells[0].strip("`"), cells[1], dict(zip(LANGUAGES, cells[2:], strict=True))


def check_token(language, token):
    """Says what is wrong with one name of a cell."""
    source = SOURCES[language]
    if token.startswith("FLAGBIT_"):
        return None if token in (ROOT / "include/flagbit.h").read_text(encoding="utf-8") else "is not in flagbit.h"
    if token[0] in "\"'":  # The value of a text, which the library names; the numbers' enum has it.
        member = token.strip("\"'").upper()
        return None if found(r"^\s+NAME( =|:) \d", member, source) else "is no such name"
    called, _, arguments = token.partition("(")
    name = re.split(r"::|\.", called)[-1]
    if not found(DECLARED[language], name, source) and not ("." in called and called in source):
        return "is not declared"
    function = "__init__" if found(r"^class NAME\b", name, source) and language == "Python" else name
    for argument, value in re.findall(r"(\w+) ?= ?(.+?)(?:, |\)$)", arguments):
        shown = rf"\b{function}\b(<.*?>)?\([^)]*\b{argument}\b[^,)]*= ?{re.escape(value)}"
        if not re.search(shown, source):
            return f"has another default of {argument}"
    return None


def check_cell(name, language, cell):
    kind, short = name.split("_")[1].lower(), re.sub(r"^(flagbit|FLAGBIT_OPTION)_", "", name)
    spelled = short.replace("_", "") if language == "Go" else short
    tokens = TOKEN.findall(cell)
    if not cell or cell == "–":
        yield "says nothing: a name, or a dash and a reason"
    for token in tokens:
        if problem := check_token(language, token):
            yield f"`{token}` {problem}"
    if name.startswith("flagbit_") and language in CALLED:
        source, pattern = CALLED[language]
        if found(pattern, short, source) == cell.startswith("–"):
            yield "is called there, and has a dash" if cell.startswith("–") else "is not called there, and has no dash"
    if name.startswith("FLAGBIT_") and kind == "option" and language in SET:
        if cell.startswith("–") or not found(SET[language], spelled, SOURCES[language]):
            yield "is never set there"


def check():
    names, defaults = header()
    seen = set()
    for name, default, cells in rows():
        if name not in names or name in seen:
            yield f"{name}: " + ("there twice" if name in seen else "not in flagbit.h")
            continue
        seen.add(name)
        if default != defaults.get(name, ""):
            yield f"{name}: unless set it is {defaults.get(name)!r}, not {default!r}"
        for language, cell in cells.items():
            for problem in check_cell(name, language, cell):
                yield f"{name}, {language}: {problem}"
    for name in names:
        if name not in seen:
            yield f"{name}: no row"


problems = list(check())
for problem in problems:
    print(f"{TABLE}: {problem}")
if problems:
    sys.exit(f"{len(problems)} problems")
print(f"bindings: {len(header()[0])} names in {len(LANGUAGES) + 1} languages")
