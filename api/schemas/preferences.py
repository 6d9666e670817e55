"""How somebody wants to be told."""

from api.schemas.words import Body, Yes
from lifecycle.domain.preferences import Language, QuietHours, TimeZone


class PreferencesChange(Body):
    """What to change; null leaves a choice to the office."""

    language: Language | None = None
    timezone: TimeZone | None = None
    quiet_hours: QuietHours | None = None
    digest: Yes | None = None
    mail: Yes | None = None
    chat: Yes | None = None
