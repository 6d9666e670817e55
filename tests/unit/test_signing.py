"""What a webhook is sent proves who sent it and when; a receiver that checks is not deceived by a repetition."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from lifecycle.persistence.outbox import Message
from lifecycle.persistence.webhooks import Webhook
from lifecycle.service.telling.signing import event_of, secret_of, secrets_of, signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BODY = '{"kind":"ladder_raise","project":"P 1","gate":"charter","round":1,"step":3,"fields":{"due":"2026-06-01"}}'


def accepts(headers: Mapping[str, str], body: bytes, now: datetime, secret: str = SECRET) -> bool:
    """What a receiver does by the Standard Webhooks specification, written from it alone."""
    sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    right = b64encode(hmac.new(b64decode(secret[6:]), content, sha256).digest()).decode()
    given = [part.partition(",") for part in headers["webhook-signature"].split()]
    signed_right = any(version == "v1" and hmac.compare_digest(value, right) for version, _, value in given)
    return signed_right and abs(now - sent_at) <= timedelta(minutes=5)


def test_the_signature_is_that_of_the_specification() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", [SECRET], b'{"test": 2432232314}', at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_takes_what_is_fresh_and_refuses_what_is_replayed() -> None:
    headers = signed("m1", [SECRET], b"{}", NOW)
    assert accepts(headers, b"{}", NOW + timedelta(minutes=4))
    assert not accepts(headers, b"{}", NOW + timedelta(minutes=6))


def test_a_replay_with_a_newer_time_another_id_or_another_body_breaks_the_signature() -> None:
    headers = signed("m1", [SECRET], b"{}", NOW)
    later = NOW + timedelta(hours=1)
    assert not accepts({**headers, "webhook-timestamp": str(int(later.timestamp()))}, b"{}", later)
    assert not accepts({**headers, "webhook-id": "m2"}, b"{}", NOW)
    assert not accepts(headers, b'{"a":1}', NOW)
    assert not accepts(headers, b"{}", NOW, "whsec_" + b64encode(b"x" * 24).decode())


def test_every_attempt_has_its_own_time_and_the_same_id() -> None:
    first, second = (signed("m1", [SECRET], b"{}", NOW + timedelta(hours=hours)) for hours in (0, 1))
    assert first["webhook-id"] == second["webhook-id"]
    assert accepts(second, b"{}", NOW + timedelta(hours=1))


def test_a_secret_follows_from_the_offices_key_and_is_each_webhooks_own() -> None:
    made = {secret_of(key, id_, n) for key in ("a", "b") for id_ in ("w", "v") for n in (1, 2)}
    assert len(made) == 8
    assert secret_of("a", "w", 1) == secret_of("a", "w", 1)


def test_for_a_day_after_a_renewal_either_secret_is_good() -> None:
    webhook = Webhook("w", "W", "https://w.example.org", (), NOW, "office", generation=2, renewed_at=NOW)
    newer, older = secret_of("key", "w", 2), secret_of("key", "w", 1)
    for at, good in ((NOW, (newer, older)), (NOW + timedelta(days=1), (newer,))):
        headers = signed("m1", secrets_of("key", webhook, at), b"{}", at)
        assert [secret for secret in (newer, older) if accepts(headers, b"{}", at, secret)] == list(good)


def test_an_event_says_what_happened_where_and_nothing_that_people_wrote() -> None:
    event = json.loads(event_of(Message("m1", "webhook", "w", BODY, NOW, 1), "https://office.example.org"))
    assert event == {
        "specversion": "1.0",
        "id": "m1",
        "source": "https://office.example.org",
        "type": "lifecycle.notice.ladder_raise",
        "subject": "/projects/P%201/gates/charter",
        "time": "2026-06-01T12:00:00+00:00",
        "datacontenttype": "application/json",
        "data": {**json.loads(BODY), "page": "https://office.example.org/projects/P%201/gates/charter"},
    }
