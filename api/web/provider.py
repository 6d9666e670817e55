"""The way to an identity provider: OpenID Connect by code, with PKCE, nonce and state; whatever is odd is a refusal."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from pydantic import SecretStr

from lifecycle.domain.errors import LifecycleError
from lifecycle.service.single_sign_on import Vouched

_SECONDS: Final = 10.0
_LARGEST: Final = 1_000_000
"""Bytes of an answer of the provider."""
_LEEWAY: Final = 60
"""Seconds by which the provider's clock may differ from ours."""
_SIGNED_BY: Final = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
"""By the provider's own key: what a client secret could sign, or nothing, is not taken."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class ProviderError(LifecycleError):
    """The provider did not vouch for anybody (HTTP 403; code `not_vouched`)."""

    def __init__(self, sentence: str) -> None:
        super().__init__("not_vouched", sentence, "Start again from the sign-in page; if it goes on, tell the office.")


class ProviderAwayError(LifecycleError):
    """The provider cannot be reached, or makes no sense (HTTP 503; code `provider_away`)."""

    def __init__(self) -> None:
        super().__init__("provider_away", "The identity provider cannot be reached.", "Try again in a minute.")


@dataclass(frozen=True, slots=True)
class Journey:
    """One way to the provider and back; everything about it follows from a secret that this browser alone holds."""

    secret: str

    @property
    def state(self) -> str:
        """What comes back with the code."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What comes back within the signed token."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What proves to the provider that whoever brings the code also asked for it."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """The verifier as it is shown beforehand (S256)."""
        hashed = hashlib.sha256(self.verifier.encode()).digest()
        return urlsafe_b64encode(hashed).rstrip(b"=").decode()

    def _derived(self, purpose: str) -> str:
        return hmac.new(self.secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider, and what it knows us as. `groups` names the claim that lists somebody's groups."""

    issuer: str
    client: str
    secret: SecretStr = field(default=SecretStr(""))
    groups: str = "groups"
    name: str = ""

    async def leave_for(self, journey: Journey, back: str, *, anew: bool = False) -> str:
        """The provider's address to send the browser to; `back` is where it returns.

        `anew` asks that people prove who they are even if the provider knows them still.
        """
        found = await self._described()
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": back,
            "scope": "openid profile email",
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": journey.challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if anew else {}),
        }
        address = self._address(found, "authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    async def returned(self, journey: Journey, back: str, answer: Mapping[str, str], now: datetime) -> Vouched:
        """Whom the provider vouches for, by the query that the browser came back with."""
        if not hmac.compare_digest(answer.get("state", "").encode(), journey.state.encode()):
            raise ProviderError("This sign-in was not begun in this browser, or too long ago.")
        if answer.get("iss", self.issuer) != self.issuer or "code" not in answer:
            raise ProviderError("The identity provider did not let you in.")
        found = await self._described()
        given = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": back,
            "code_verifier": journey.verifier,
        }
        told = await self._ask("POST", self._address(found, "token_endpoint"), given)
        keys = await self._ask("GET", self._address(found, "jwks_uri"))
        return self._vouched(_claims(told.get("id_token"), keys), journey, now)

    def _vouched(self, claims: Mapping[str, Any], journey: Journey, now: datetime) -> Vouched:
        audience = claims.get("aud")
        made, ends, seconds = claims.get("iat"), claims.get("exp"), now.timestamp()
        good = (
            claims.get("iss") == self.issuer
            and self.client in (audience if isinstance(audience, list) else [audience])
            and claims.get("azp", self.client) == self.client
            and isinstance(made, int | float)
            and isinstance(ends, int | float)
            and made - _LEEWAY <= seconds < ends + _LEEWAY
            and hmac.compare_digest(str(claims.get("nonce")).encode(), journey.nonce.encode())
        )
        subject, groups = claims.get("sub"), claims.get(self.groups)
        if not good or not isinstance(subject, str) or not subject:
            raise ProviderError("The identity provider's answer was not meant for this sign-in.")
        if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
            raise ProviderError("The identity provider did not say which groups you belong to.")
        texts = {name: _text(claims.get(name)) for name in ("name", "preferred_username", "email")}
        called = texts["name"] or texts["preferred_username"] or subject
        known = (called, texts["preferred_username"], texts["email"], frozenset(groups))
        return Vouched(self.issuer, subject, *known, _authenticated_at(claims.get("auth_time"), now))

    async def _described(self) -> Mapping[str, Any]:
        found = await self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise ProviderAwayError
        return found

    async def _ask(self, method: str, address: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        import httpx2  # slow to load, and needed only where a provider is asked

        by = (self.client, self.secret.get_secret_value()) if form else None
        try:
            async with (
                httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as http,
                http.stream(method, address, data=form, auth=by, headers={"Accept": "application/json"}) as answer,
            ):
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _LARGEST:
                        raise ProviderAwayError
                if form and answer.is_client_error:
                    raise ProviderError("The identity provider did not take the code back.")
                answer.raise_for_status()
                found = httpx2.Response(200, content=body).json()
        except (httpx2.HTTPError, ValueError):
            raise ProviderAwayError from None
        if not isinstance(found, dict):
            raise ProviderAwayError
        return found

    def _address(self, found: Mapping[str, Any], name: str) -> str:
        address = str(found.get(name, ""))
        parts = urlsplit(address)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            return address
        raise ProviderAwayError


def _claims(token: object, keys: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a token says that one of the keys signed."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        return jwt.decode(str(token), KeySet.import_key_set({"keys": keys["keys"]}), _SIGNED_BY).claims
    except (JoseError, ValueError, LookupError, TypeError):
        raise ProviderError("The identity provider's answer is not signed by it.") from None


def _authenticated_at(told: object, now: datetime) -> datetime | None:
    """When somebody proved who they are to the provider; unknown for what is no instant, or is still to come."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told <= now.timestamp() + _LEEWAY:
        return None
    return min(datetime.fromtimestamp(told, UTC), now)


def _text(value: object) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""
