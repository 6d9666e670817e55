"""Notices in German."""

from typing import Final

from lifecycle.domain.project import Outcome
from lifecycle.gates.notices import NoticeKind as N
from lifecycle.service.telling.phrases import Phrases

GERMAN: Final = Phrases(
    kinds={
        N.GATE_OPENED: ("Gate {gate} ist offen", "{reason}\n\nBereiten Sie die Nachweise vor und reichen Sie{by} ein."),
        N.EVIDENCE_ASKED: (
            "Ihr Beitrag zu Gate {gate} wird gebraucht",
            "{reason}\n\nEinen Teil der Nachweise geben Sie; sehen Sie sich das Gate an und liefern Sie ihn{by}.",
        ),
        N.VOTE_ASKED: (
            "Ihre Stimme ist gefragt: Gate {gate}",
            "Sehen Sie sich die Nachweise an und stimmen Sie{by} ab.",
        ),
        N.QUESTION_ASKED: (
            "Eine Rückfrage zu Gate {gate}",
            "{asked_by} fragt:\n\n{text}\n\nDie Frist der Entscheider ruht, bis Sie antworten.",
        ),
        N.QUESTION_ANSWERED: (
            "Ihre Rückfrage zu Gate {gate} ist beantwortet",
            "{text}\n\nDie Frist läuft wieder{by}.",
        ),
        N.VOTE_VOIDED: (
            "Ihre Stimme zu Gate {gate} zählt nicht mehr",
            "{because}\n\nSehen Sie es sich erneut an und stimmen Sie{by} ab.",
        ),
        N.DISSENT: (
            "Ein Widerspruch zu Gate {gate}",
            "{voter} hat mit Nein gestimmt:\n\n{rationale}\n\nDas Gate läuft weiter; die Entscheidung weist es aus.",
        ),
        N.GATE_RETURNED: (
            "Gate {gate} ist zurück in der Vorbereitung",
            "Strengere Regeln verlangen nun: {missing}. Reichen Sie es nach und das Gate{by} erneut ein.",
        ),
        N.GATE_WITHDRAWN: (
            "Gate {gate} wurde zurückgezogen",
            "{reason}\n\nIhre Stimme wird nicht mehr gebraucht.",
        ),
        N.GATE_DECIDED: ("Gate {gate} ist entschieden: {outcome}", "{rationale}"),
        N.GATE_NUDGED: (
            "{asked_by} erinnert Sie: Gate {gate} wartet",
            "Es wartet auf Sie und ist überfällig.{was}",
        ),
        N.LADDER_REMIND: ("Erinnerung: Gate {gate} wartet", "Es ist noch nicht entschieden.{was}"),
        N.LADDER_NOTIFY: ("Gate {gate} ist überfällig", "Die Frist wurde versäumt.{was}"),
        N.LADDER_WIDEN: (
            "Gate {gate} wartet nun auch auf Sie",
            "Die Entscheider haben nicht rechtzeitig entschieden.{was} Sie können an ihrer Stelle abstimmen.",
        ),
        N.LADDER_REASSIGN: (
            "Gate {gate} wurde an Sie weitergegeben",
            "Die Entscheider haben nicht rechtzeitig abgestimmt.{was} Was noch offen ist, wartet nun auf Sie.",
        ),
        N.LADDER_RAISE: (
            "Gate {gate} wurde an Sie eskaliert",
            "Die Entscheider haben nicht rechtzeitig entschieden.{was} Die Entscheidung liegt nun bei Ihnen.",
        ),
        N.LADDER_HOLD: (
            "Gate {gate} blieb ohne Entscheidung",
            "Niemand hat rechtzeitig entschieden.{was} Das Projekt ruht.",
        ),
        N.LADDER_DECIDE: (
            "Die Zeit für Gate {gate} ist abgelaufen",
            "Niemand hat rechtzeitig entschieden.{was} Was Schweigen bedeutet, sagt die Richtlinie.",
        ),
        N.CONDITION_SET: ("Sie haben eine Auflage zu erfüllen", "{text}\n\nWeisen Sie sie{by} nach."),
        N.CONDITION_PROVED: ("Ein Nachweis wartet auf Abnahme", "Auflage: {text}\n\nNachweis: {proof}"),
        N.CONDITION_MET: ("Eine Auflage ist erfüllt", "{text}\n\n{rationale}"),
        N.CONDITION_SENT_BACK: (
            "Ein Nachweis wurde zurückgegeben",
            "Auflage: {text}\n\n{rationale}\n\nWeisen Sie sie{by} erneut nach.",
        ),
        N.CONDITION_MISSED: ("Eine Auflage wurde versäumt", "{text}\n\nSie wurde nicht rechtzeitig nachgewiesen.{was}"),
        N.WAIVER_ASKED: (
            "Um eine Ausnahme wird gebeten: Gate {gate}",
            "{asked_by} bittet Sie, auf {requirement} zu verzichten:\n\n{reason}\n\nGewähren Sie die Ausnahme{by}, "
            "oder lehnen Sie sie ab.",
        ),
        N.WAIVER_GRANTED: (
            "Eine Ausnahme ist gewährt: Gate {gate}",
            "Auf {requirement} wird verzichtet; nutzen Sie die Ausnahme{by}.\n\nStattdessen: {control}",
        ),
        N.WAIVER_DECLINED: (
            "Eine Ausnahme ist abgelehnt: Gate {gate}",
            "{reason}\n\nSorgen Sie{by} dafür, dass das Gate {requirement} erfüllt.",
        ),
        N.WAIVER_REVOKED: (
            "Eine Ausnahme ist widerrufen: Gate {gate}",
            "{reason}\n\nSorgen Sie{by} dafür, dass das Gate {requirement} erfüllt.",
        ),
        N.WAIVER_EXPIRED: (
            "Eine Ausnahme ist abgelaufen",
            "Für Gate {gate} wird wieder verlangt: {requirement}.",
        ),
        N.BREACH_FOUND: ("Eine Toleranz ist überschritten", "{sentence}"),
        N.PROJECT_HELD: ("Das Projekt ruht", "{reason}"),
        N.HOLD_REVIEW_DUE: ("Ein ruhendes Projekt ist wieder anzusehen", "Es ruht, weil: {reason}"),
        N.PROJECT_RESUMED: ("Das Projekt geht weiter", "{reason}"),
        N.PROJECT_KILLED: ("Das Projekt wurde beendet", "{reason}"),
        N.APPROVER_LOST: (
            "Gate {gate} verliert den letzten Entscheider",
            "Niemand kann dort handeln als {roles}{since}.\n\nGeben Sie jemandem die Rolle, oder lassen Sie jemanden "
            "für Abwesende handeln; sonst ruft die Eskalation der Richtlinie andere, wenn ihre Stufen kommen.",
        ),
        N.POLICY_REVIEW: (
            "Eine dringende Änderung von {policy} wartet auf Ihre Prüfung",
            "Fassung {version} gilt im Notfall-Verfahren:\n\n{reason}\n\nBestätigen Sie sie{by}, oder beenden Sie sie; "
            "bestätigt sie niemand, endet sie von selbst.",
        ),
        N.POLICY_OFFERED: (
            "Für das Projekt gilt bald eine neue Fassung der Richtlinie",
            "{policy}, Fassung {version}, gilt ab der nächsten Phase.\n\n{reason}",
        ),
    },
    outcomes={
        Outcome.GO: "Freigabe",
        Outcome.CONDITIONAL_GO: "Freigabe mit Auflagen",
        Outcome.HOLD: "Zurückstellung",
        Outcome.RECYCLE: "Überarbeitung",
        Outcome.KILL: "Abbruch",
        Outcome.DECLINE: "Ablehnung",
    },
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    moment="{weekday}, {day}. {month} {year}, {time} Uhr ({zone})",
    by=" bis {moment}",
    since=", und zwar ab {moment}",
    was=" Fällig war es am {moment}.",
    several="{count} Mitteilungen für Sie",
    more="{count} weitere stehen in Ihrem Eingang.",
    project="Projekt",
    open_gate="Gate öffnen",
    open_project="Projekt öffnen",
    open_inbox="Eingang öffnen",
    open_change="Änderung öffnen",
    why="Sie erhalten dies wegen Ihrer Rolle in diesen Projekten. Diese Nachricht entscheidet nichts: Melden Sie sich "
    "an, um zu handeln. Wie und wann Sie benachrichtigt werden, bestimmen Sie in Ihren Einstellungen.",
    test_subject="Ein Test der Mail-Einstellungen",
    test_text="Wenn Sie dies lesen, erreichen Mitteilungen Sie per Mail.",
)  # fmt: skip
