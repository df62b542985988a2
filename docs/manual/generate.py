#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The manual for the desk: one page of HTML from the chapters in docs/manual.

    generate.py VERSION PROBLEMS.yaml OUT.html PICTURES CHAPTER.md…

A chapter is Markdown; its headings name their ids as {: #id }. Two lines of it are ours:

    [[picture NAME what it shows]]   PICTURES/NAME.png (./dev shots); left out when it is not there
    [[problems]]                     what the screen may say, from api/problems.yaml
"""
import html
import pathlib
import re
import sys

import markdown
import yaml

TITLE = "資格ワークステーションの手引き"
PICTURE = re.compile(r"^\[\[picture ([a-z0-9-]+) (.+)\]\]$", re.MULTILINE)
HEADING = re.compile(r'<h1 id="([a-z0-9-]+)">(.*?)</h1>')
# By their exit statuses: what the desk meets most often stands first. What only the reader's
# program or a wrong command line may say is not in it.
GROUPS = (5, 3, 4, 9, 10, 6, 8, 7, 1)
OF_THE_READER = ("activation_", "card_", "device_not_activated", "enrolment_", "nonce_",
                 "organisation_", "person_unknown", "staff_unknown")


def picture(found, folder):
    name, words = found.groups()
    if not (folder / f"{name}.png").exists():
        return ""
    words = html.escape(words)
    return (f'<figure><img src="pictures/{name}.png" alt="画面の絵: {words}">'
            f"<figcaption>{words}</figcaption></figure>")


def row(problem):
    return (f'<tr><td>{html.escape(problem["title"])}<span class="code">{problem["code"]}</span></td>'
            f'<td>{html.escape(problem["action"])}</td></tr>')


def problems_table(problems):
    told = [one for one in problems["problems"] if not one["code"].startswith(OF_THE_READER)]
    for status in GROUPS:
        rows = [row(one) for one in told if one["exit"] == status]
        yield f'<h3>{problems["exits_japanese"][status]}</h3>'
        yield ("<table><thead><tr><th>画面に出る言葉</th><th>すること</th></tr></thead><tbody>"
               + "".join(rows) + "</tbody></table>")


def chapter(path, pictures, problems):
    text = path.read_text(encoding="utf-8")
    text = PICTURE.sub(lambda found: picture(found, pictures), text)
    text = text.replace("[[problems]]", "".join(problems_table(problems)))
    made = markdown.markdown(text, extensions=["attr_list", "tables", "sane_lists"])
    # A line that ends in Japanese goes on without a space.
    return re.sub(r"([^\x00-\x7f]|</kbd>|</strong>)\n(?=[^\x00-\x7f<]|<strong|<kbd)", r"\1", made)


def deeper(body):
    """The page's own heading is the only one of the first rank."""
    return re.sub(r"<(/?)h([1-4])", lambda tag: f"<{tag[1]}h{int(tag[2]) + 1}", body)


def page(version, bodies):
    chapters = [found.groups() for body in bodies for found in HEADING.finditer(body)]
    contents = "\n".join(f'<li><a href="#{name}">{text}</a></li>' for name, text in chapters)
    first, *rest = (deeper(body) for body in bodies)
    return f"""<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{TITLE}</title>
<link rel="stylesheet" href="manual.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
<h1>{TITLE}</h1>
<p class="version">版 {version}</p>
{first}
</header>
<nav aria-label="目次">
<ol>
{contents}
</ol>
</nav>
<main>
{chr(10).join(rest)}
</main>
</body>
</html>
"""


def main(version, problems_path, out, pictures, *chapters):
    problems = yaml.safe_load(pathlib.Path(problems_path).read_text(encoding="utf-8"))
    bodies = [chapter(pathlib.Path(path), pathlib.Path(pictures), problems) for path in chapters]
    pathlib.Path(out).write_text(page(version, bodies), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
