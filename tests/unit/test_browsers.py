"""A browser is called by what people call it, whatever it says of itself."""

import pytest

from api.web.browsers import called

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox 130, Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "Chrome 126, Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592", "Edge 126, Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1 Version/17.5 Safari/605.1",
            "Safari 17, macOS",
        ),
        (f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} Chrome/126.0 Mobile Safari/537.36", "Chrome 126, Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("<script>", "<script>"),
        ("", ""),
        ("Firefox/" + "9" * 5_000, "Firefox 9999"),
    ],
)
def test_a_browser_is_called_in_a_few_words(said: str, name: str) -> None:
    assert called(said) == name
