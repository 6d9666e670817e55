"""The one exception that carries a sentence for a person; doors translate it, nobody else raises text."""


class LifecycleError(Exception):
    """Something a person asked for cannot be done: a stable code, one sentence, and what to do next."""

    def __init__(self, code: str, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
