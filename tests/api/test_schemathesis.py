"""Whatever is sent, the API answers as its OpenAPI document says: thousands of cases against the running product."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, CheckContext, GenerationMode, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema

from tests.api.known import Known, furnished, known_at
from tests.e2e.product import Product, running

Operation = APIOperation[Any, Any, Any, Any]
AnyCase = Case[Any]
log = logging.getLogger(__name__)
pytestmark = pytest.mark.xdist_group("schemathesis")

LEAST_CASES = 2_000
FIRST, LAST = datetime.fromisoformat("1901-01-01"), datetime.fromisoformat("2998-12-31")
CALLS_OUT = {"POST /api/v1/webhooks/{id}/tests", "POST /api/v1/webhooks/{id}/secret"}
"""What is about a program elsewhere is not reached here: a case without any webhook is one without a network."""
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
EXAMPLES = 2
"""Random cases an operation and mode, besides those that cover each keyword of its schemas."""
FITTING = ["2xx", 401, 403, 404, 406, 409, 422, 503]
"""How a request that fits the document may be answered: 422 is also for what only the office's rules forbid, which no
schema can say; `malformed_is_documented` sees to it that it is for nothing else."""
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": FITTING},
            "negative_data_rejection": {"expected-statuses": ["4xx"]},
        },
        "operations": [
            {  # no schema can say what a file must contain
                "include-path": "/api/v1/imports",
                "checks": {"positive_data_acceptance": {"expected-statuses": [*FITTING, 415]}},
            },
            {  # nor is anything in a form no file: whatever stands there instead is one when it has been sent
                "include-path": "/api/v1/projects/{key}/gates/{gate}/evidence/{item}",
                "checks": {
                    "positive_data_acceptance": {"expected-statuses": [*FITTING, 415]},
                    "negative_data_rejection": {"expected-statuses": ["4xx", 200]},
                },
            },
        ],
    }
)


@st.composite
def _instants(draw: st.DrawFn) -> str:
    """Instants of the years that the document allows, which are few of those that the format allows."""
    zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
    return draw(st.datetimes(FIRST, LAST, timezones=zones)).isoformat()


schemathesis.openapi.format("date-time", _instants())


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("schemathesis")) as product:
        furnished(product)
        yield product


@pytest.fixture(scope="module")
def schema(product: Product) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{product.address}/api/v1/openapi.json", config=CONFIG)


@dataclass
class Trial:
    """Cases sent by one person, the operations that judged them, and what did not fit the document."""

    token: str
    statuses: Counter[int] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)
    unfit: dict[str, str] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    def judge(self, case: AnyCase, known: Known) -> None:
        """Send a case and hold the answer against the document."""
        _lead(case, known)
        response = case.call(headers={"Authorization": f"Bearer {self.token}"}, session=self.session)
        self.statuses[response.status_code] += 1
        if case.method == case.operation.method.upper() and _is_judged(response):
            self.reached.add(case.operation.label)
        try:
            case.validate_response(response, additional_checks=[malformed_is_documented])
        except FailureGroup as failures:
            for failure in failures.exceptions:
                what = f"{case.operation.label}: {getattr(failure, 'title', '')}"
                self.unfit[what] = f"{failure}\n{case.as_curl_command()}"

    def over(self, operations: Iterable[Operation] = ()) -> None:
        """What came of it: nothing unfit, and these operations were all reached."""
        missed = sorted({operation.label for operation in operations} - self.reached - CALLS_OUT)
        log.info("%d cases, answers %s, not reached %s", self.statuses.total(), dict(self.statuses), missed)
        assert not self.unfit, "\n\n".join(f"{what}\n{why}" for what, why in sorted(self.unfit.items()))
        assert not missed


def _is_judged(response: Response) -> bool:
    """Whether somebody looked at what was asked: it was done, or refused for more than its form."""
    return response.status_code in (200, 201, 409) or (
        response.status_code == 422 and response.json()["reason"] != "malformed"
    )


def malformed_is_documented(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """What the document allows is not malformed."""
    mode = case.meta.generation.mode if case.meta else None
    if mode is GenerationMode.POSITIVE and response.status_code == 422:
        said = response.json()
        assert said["reason"] != "malformed", said["detail"]


def _lead(case: AnyCase, known: Known) -> None:
    """Let a case find what it names, unless it is about that very name, and not fall over headers it is not about."""
    about = getattr(case.meta.phase.data, "parameter", None) if case.meta else None
    if _is_positive(case, ParameterLocation.PATH):
        case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
    if isinstance(case.body, dict) and _is_positive(case, ParameterLocation.BODY):
        case.body |= {name: known[name] for name in case.body if name in known}
    for name in {"If-Match", "X-Acting-For", "Idempotency-Key"} - {about}:
        case.headers.pop(name, None)


def _is_positive(case: AnyCase, part: ParameterLocation) -> bool:
    known = case.meta.components.get(part) if case.meta else None
    return known is not None and known.mode is GenerationMode.POSITIVE


def _operations(schema: BaseSchema) -> Iterator[Operation]:
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


def _at_random(trial: Trial, operation: Operation, known: Known, mode: GenerationMode) -> None:
    """Cases of every field at once."""

    @given(case=operation.as_strategy(mode))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    def judge(case: AnyCase) -> None:
        trial.judge(case, known)

    with suppress(Unsatisfiable):  # some operations take whatever is sent
        judge()


def test_every_answer_is_as_the_document_says(product: Product, schema: BaseSchema) -> None:
    trial = Trial(product.token("director"))
    for operation in _operations(schema):
        known = known_at(product, operation.path)
        for case in schema.iter_coverage_cases(
            operation, generation_modes=MODES, generation_config=schema.config.generation
        ):
            trial.judge(case, known)
        for mode in MODES:
            _at_random(trial, operation, known, mode)
    trial.over(_operations(schema))
    assert trial.statuses.total() >= LEAST_CASES


def test_answers_to_an_administrator_are_as_the_document_says(product: Product, schema: BaseSchema) -> None:
    trial = Trial(product.token("administrator"))
    for operation in (operation for operation in _operations(schema) if "{key}" not in operation.path):
        known = known_at(product, operation.path)
        for mode in MODES:
            _at_random(trial, operation, known, mode)
    trial.over()
