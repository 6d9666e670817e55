"""A form of an earlier sign-in comes back; nothing that was typed is lost, and nothing secret is shown."""

from tests.web.visitor import Visitor

VOTES = "/projects/P-1/gates/charter/votes"
TYPED = {"verdict": "approve", "rationale": "A long and <careful> reason.", "key": "k" * 32, "version": "7"}
PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


async def test_a_form_of_an_earlier_sign_in_comes_back_with_a_token_of_this_one(visitor: Visitor) -> None:
    await visitor.sign_in("sponsor")
    page = await visitor.http.post(VOTES, data={**TYPED, "csrf": "old"}, headers=PAGE)
    assert page.status_code == 403
    assert "A long and &lt;careful&gt; reason." in page.text
    assert f'action="{VOTES}"' in page.text


async def test_a_form_of_another_site_never_comes_back(visitor: Visitor) -> None:
    page = await visitor.http.post(VOTES, data=TYPED, headers={**PAGE, "Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 403
    assert "careful" not in page.text


async def test_a_password_is_never_shown_again(visitor: Visitor) -> None:
    await visitor.sign_in("sponsor")
    page = await visitor.http.post(VOTES, data={"new_password": "secret words"}, headers=PAGE)
    assert page.status_code == 403
    assert "secret words" not in page.text
