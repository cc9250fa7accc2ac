"""Prints what the examples of several languages answered, side by side; fails where two differ.

python3 scripts/docs/demo_table.py FOLDER LANGUAGE...   (FOLDER/LANGUAGE holds what the language's example printed)
"""

import sys
from pathlib import Path

folder, *languages = sys.argv[1:]
answers = {}  # flag -> language -> what each user got
for language in languages:
    for line in Path(folder, language).read_text().splitlines():
        flag, user, variant, reason, rule = line.split("\t")
        answers.setdefault(flag, {}).setdefault(language, {})[user] = (variant, reason, rule)

users = list(next(iter(answers[min(answers)].values())))
wide = max(map(len, answers)) + 2
cell = max(len(got[0]) for by_language in answers.values() for one in by_language.values() for got in one.values())
cell = max(cell, *map(len, users))
column = len(users) * (cell + 1) + 2
print(" " * wide + "".join(language.ljust(column) for language in languages))
print(" " * wide + " ".join(user.ljust(cell) for user in users).ljust(column) * len(languages) + "why")
differences = 0
for flag, by_language in answers.items():
    cells = ""
    for language in languages:
        got = by_language.get(language, {})
        cells += " ".join(got.get(user, ("?",))[0].ljust(cell) for user in users).ljust(column)
    same = len(by_language) == len(languages) and all(by_language[one] == by_language[languages[0]] for one in languages)
    differences += not same
    reasons = ", ".join(dict.fromkeys(reason for _, reason, _ in by_language[languages[0]].values()))
    print(flag.ljust(wide) + cells + (reasons if same else "THEY DIFFER"))

evaluations = len(answers) * len(users) * len(languages)
print(f"\n{len(answers)} flags, {len(users)} users, {len(languages)} ways to ask: {evaluations} evaluations, ", end="")
print("all agree on answer, reason and rule." if not differences else f"{differences} flags differ.")
sys.exit(bool(differences) or len(answers) < 20)
