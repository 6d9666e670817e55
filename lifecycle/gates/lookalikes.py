"""Letters of other alphabets that look like those of names: they make two names of what a reader takes for one."""

from unicodedata import name, normalize

_LATIN = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04bb\u04cf\u043a\u043c\u0442\u0432\u043d"
        "\u03b1\u03bf\u03bd\u03c1\u03b9\u03ba\u03c4\u03c5\u03c7\u0131\u0138\u0261",
        "aeopcyxisjdhlkmtbhaovpiktuxikg",
        strict=True,
    )
)
"""Small letters of the Cyrillic and Greek alphabets, and strange Latin ones, with what a reader takes them for."""

_SHORT, _LONG = 5, 10
"""Letters of a name in which one slip is taken for one, and two are."""


def stranger(text: str) -> str | None:
    """The first character that no name is made of, in words; none when all of them are plain."""
    odd = next((character for character in text if not character.isascii()), None)
    return None if odd is None else in_words(odd)


def mixed(text: str) -> str | None:
    """A letter of another alphabet that looks like one of the Latin letters it stands among, in words."""
    has_latin = any(character.isascii() and character.isalpha() for character in text)
    odd = next((character for character in text if _looks_like(character)), None)
    return in_words(odd) if odd and has_latin else None


def is_slip(one: str, other: str) -> bool:
    """Whether one name is easily the other, mistyped: a letter too many, missing, changed or swapped; two in long ones.

    Names that differ in their digits alone are meant.
    """
    shorter = min(len(one), len(other))
    most = 2 if shorter >= _LONG else 1 if shorter >= _SHORT else 0
    if one == other or abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return False
    digits = (sorted(filter(str.isdigit, name)) for name in (one, other))
    return len(set(map(tuple, digits))) == 1 and _slips(one, other) <= most


def _slips(one: str, other: str) -> int:
    """How many slips of the pen lie between two texts."""
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one):
        below = [i + 1]
        for j, right in enumerate(other):
            steps = [row[j + 1] + 1, below[j] + 1, row[j] + (left != right)]
            if i and j and left == other[j - 1] and right == one[i - 1]:
                steps.append(above[j - 1] + 1)
            below.append(min(steps))
        above, row = row, below
    return row[-1]


def is_stranger(character: str) -> bool:
    """Whether it is a letter or digit of another alphabet, or cannot be seen."""
    return not character.isascii() and (character.isalnum() or not character.isprintable())


def in_words(character: str) -> str:
    """A character by its name in Unicode, and what it looks like: `CYRILLIC SMALL LETTER O (U+043E), not 'o'`."""
    said = f"{name(character, 'a character without a name')} (U+{ord(character):04X})"
    like = _looks_like(character)
    return f"{said}, not '{like}'" if like else said


def _looks_like(character: str) -> str | None:
    """The plain letter or digit that a character is easily taken for."""
    if character.isascii():
        return None
    found = _LATIN.get(character) or _LATIN.get(character.lower())
    plain = normalize("NFKC", character)
    return found or (plain if len(plain) == 1 and plain.isascii() and plain.isalnum() else None)
