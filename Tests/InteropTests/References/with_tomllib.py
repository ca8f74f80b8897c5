"""usage: with_tomllib.py DIRECTORY: writes what Python's own reader makes of many TOML documents, right ones and wrong ones."""
import datetime
import json
import pathlib
import sys
import tomllib

DOCUMENTS = [
    "",
    "# only a comment\n\n\t \n",
    'title = "TOML"\nowner.name = "Tom"\nowner."date of birth" = 1979-05-27T07:32:00-08:00\n"" = 1\n\'a.b\' = 2\n3.14 = "pi"\n',
    "int = [+99, 42, 0, -17, 1_000, 5_349_221, 0xDEADBEEF, 0xdead_beef, 0o755, 0b1101_0110, -0, +0]\n",
    "f = [+1.0, 3.1415, -0.01, 5e+22, 1e06, -2E-2, 6.626e-34, 224_617.445_991_228, inf, -inf, +inf, nan, -nan, 0e1, -0.0]\n",
    "b = [true, false,\n # in between\n true, ]\nempty = []\nnested = [[1, 2], [\"a\", ['b', {c = 1}]],]\n",
    "odt = 1979-05-27T07:32:00+00:00\nspace = 1979-05-27 07:32:00.999999-07:00 # c\nldt = 1979-05-27T07:32:00.500000\n"
    "ld = 1979-05-27\nlt = 07:32:00\nlist = [1979-05-27 , 00:32:00.250000]\nleap = 2024-02-29\n",
    'a = "tab\\t quote\\" \\\\ \\u00e9 \\U0001F600 \\b\\f\\r\\n"\nb = \'C:\\no\\escape\'\nc = "\U0001f600 é"\n',
    'a = """\nRoses are red\n  Violets"""\nb = """\\\n   The quick \\\n\n   fox \\   \n  jumps"""\nc = """Here are two: "". And three: ""\\"."""\n'
    'd = """"one" """\ne = """""two"""""\nf = \'\'\'\nI [dw]on\'t \\ need\'\'\'\ng = \'\'\'\'quoted\'\'\'\'\n',
    "a = \"\"\"x\r\ny\"\"\"\r\nb = 1\r\n# c\r\n[t]\r\nc = 2",
    "[table]\nkey = 1\n[table.sub]\nkey = 2\n[ x . y . \"z.q\" ]\n[x]\na.b.c = 1\na.b.d = 2\na . e = 3\n[ j . \"ʞ\" ]\n",
    "[[products]]\nname = \"Hammer\"\n[[products]]\n[[products]]\nname = \"Nail\"\n[products.size]\nmm = 3\n[[products.parts]]\nn = 1\n[[products.parts]]\nn = 2\n",
    "point = {x = 1, y = 2}\nanimal = { type.name = \"pug\", type.age = 3, \"q\" = [ {z = {}} ] }\nempty = {}\n",
    "[fruit]\napple.color = 1\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true\n",
    "[a.b.c]\nz = 9\n[a]\nb.x = 1\n[a.b.d]\n",
    "[[a.b]]\nx = 1\n[a]\ny = 2\n",
    "lr = 1e-3\n[model]\ndepth = 4\nname = \"7\"\nnorm = true\nlayers = [1, 2]\nstarted = 2024-05-01\n[[model.stages]]\nwidth = 8\n[[model.stages]]\nwidth = 16\n",
]
WRONG = [
    "a", "a =", "a = \n1", "= 1", "a = 1 b = 2", "a = 1\na = 2", "a = \"x\ny\"", "a = 'x", 'a = """x', "a = 01", "a = 1__0",
    "a = _1", "a = 1_", "a = 1.", "a = .5", "a = 1.e2", "a = 0X1", "a = -0x1", "a = 0x", "a = 0b2", "a = True", "a = NaN",
    "a = 1979-13-01", "a = 2023-02-29", "a = 1979-05-27T25:00:00Z", "a = 07:32", "a = 07:32:00Z", "a = 1979-05-27T",
    "[a]\n[a]", "[a\n]", "[]", "[a.]", "[.a]", "[[a]", "[[a] ]", "[ [a]]", "[a]]", "[a] b = 1", "a.b = 1\n[a]", "a.b = 1\na.b.c = 2",
    "[[a]]\n[a]", "[a]\n[[a]]", "a = {}\n[a.b]", "a = {b = 1}\na.c = 2", "a = []\n[[a]]", "a = [{b = 1}]\n[a.c]",
    "[a.b.c]\nz = 9\n[a]\nb.c.t = 1", "[a.b]\n[a]\nb.c = 1", "a = {x = 1,}", "a = {x = 1\n}", "a = {,}", "a = {x = 1, x = 2}",
    "a = {x.y = 1, x = 2}", "a = [1 2]", "a = [1,,2]", "a = [,]", "a = [1", 'a = "\\q"', 'a = "\\u12"', 'a = "\\ud800"',
    'a = "\\U00110000"', 'a = "\x01"', "# \x01", "# \x7f", "a = 'x\x7f'", "a = 1\rb = 2", "# c\rb", 'a = """\x00"""', 'a = """x\\ y"""',
    '"""a""" = 1', "'''a''' = 1", '"a\nb" = 1', "a b = 1", "a..b = 1", "é = 1", "a = 1979-05-27 07:32", "a = 1979-05-27 0", "a = inf_",
    "[fruit]\napple.color = 1\n[fruit.apple]", "[[a.b]]\n[a]\nb.c = 1", "a = " + 9 * "\"",
]
# What is put in the place of every character of every document.
OTHERS = "\"'[]{}=,.#\n \\_-+x\r"


def tagged(value):
    """What JSON has no word for stands in an object of its own."""
    match value:
        case dict():
            return {key: tagged(member) for key, member in value.items()}
        case list():
            return [tagged(element) for element in value]
        case float():
            return {"float": repr(value)}
        case datetime.datetime() | datetime.date() | datetime.time():
            return {"date": value.isoformat()}
        case _:
            return value


def main(directory):
    texts = dict.fromkeys(DOCUMENTS + WRONG)
    for number, document in enumerate(DOCUMENTS):
        for position in range(len(document)):
            texts[document[:position] + document[position + 1 :]] = None
            other = OTHERS[(position * 7 + number) % len(OTHERS)]
            texts[document[:position] + other + document[position + 1 :]] = None
            texts[document[:position] + other + document[position:]] = None
    cases = []
    for text in texts:
        try:
            cases.append({"text": text, "value": tagged(tomllib.loads(text))})
        except tomllib.TOMLDecodeError:
            cases.append({"text": text})
    assert all("value" in case for case in cases[: len(DOCUMENTS)]), "a document is wrong"
    wrong = [case for case in cases if case["text"] in WRONG and "value" in case]
    assert not wrong, wrong
    pathlib.Path(directory, "expected.json").write_text(json.dumps(cases), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
