"""What the OpenAPI document says of routes and bodies that FastAPI does not read for us, and of problems."""

from __future__ import annotations

from typing import Any

from serving.http.problems import MEDIA_TYPE
from serving.routes.openapi.examples import MULTIPART_EXAMPLE, problem_example
from serving.schemas.accounts import KeySent, MemberSent, ProductsSent, RotationSent, UserSent
from serving.schemas.bundles import CanarySent, CandidateSent, RollbackSent
from serving.schemas.checks import Answered, Check, CheckSent, Listing, Problem, ReviewSent, Sent, WithdrawalSent
from serving.schemas.enforcement.buys import BuyMoveSent, BuyPlanSent, ChecklistSent
from serving.schemas.enforcement.case_notices import EvidenceSent, SellerComplaintSent
from serving.schemas.enforcement.case_rules import CaseRuleChange, CaseRuleSent
from serving.schemas.enforcement.cases import CaseSent, MoveSent, MovesSent, QuestionSent
from serving.schemas.enforcement.clusters import ClusterCasesSent, LinkRemovalSent
from serving.schemas.enforcement.complaints import BuyersNoticeSent, ComplaintDecisionSent, ComplaintSent
from serving.schemas.enforcement.groups import (
    AgreementSent,
    GroupQuestion,
    GroupSent,
    InvitationSent,
    ItemsSent,
    TermsSent,
    WithdrawalOfItems,
)
from serving.schemas.enforcement.standing import MisuseStepSent, TrustedFlaggerSent
from serving.schemas.enforcement.transparency import StatementFactsSent
from serving.schemas.erasures import ErasureSent
from serving.schemas.jobs import ReplaySent
from serving.schemas.webhooks import WebhookChange, WebhookReplaySent, WebhookRotationSent, WebhookSent
from vision.check_shape import MAX_PHOTOS

# Components that FastAPI does not see, since no route of its own has them as a parameter or an answer.
EXTRA_SCHEMAS = (
    BuyPlanSent,
    BuyMoveSent,
    ChecklistSent,
    ClusterCasesSent,
    LinkRemovalSent,
    MisuseStepSent,
    TrustedFlaggerSent,
    ErasureSent,
    CheckSent,
    Listing,
    ReviewSent,
    WithdrawalSent,
    CandidateSent,
    CanarySent,
    RollbackSent,
    ReplaySent,
    CaseSent,
    CaseRuleSent,
    CaseRuleChange,
    EvidenceSent,
    SellerComplaintSent,
    MoveSent,
    MovesSent,
    QuestionSent,
    WebhookSent,
    WebhookChange,
    WebhookRotationSent,
    WebhookReplaySent,
    Problem,
    KeySent,
    RotationSent,
    MemberSent,
    ProductsSent,
    UserSent,
    BuyersNoticeSent,
    ComplaintDecisionSent,
    ComplaintSent,
    StatementFactsSent,
    GroupSent,
    TermsSent,
    InvitationSent,
    AgreementSent,
    ItemsSent,
    WithdrawalOfItems,
    GroupQuestion,
)
EXTRA_ANSWERS = (Check,)

SHORTLY = {"Cache-Control": "private, max-age=300", "Content-Security-Policy": "default-src 'none'"}  # for pictures

CHECK_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photos"],
                    "properties": {
                        "photos": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MAX_PHOTOS,
                            "items": {"type": "string", "format": "binary"},
                            "description": "The bytes of each photo, one part each.",
                        },
                        "listing": {
                            "$ref": "#/components/schemas/Listing",
                            "description": "The listing as JSON, in one part.",
                        },
                    },
                },
                "example": MULTIPART_EXAMPLE,
                "encoding": {"listing": {"contentType": "application/json"}},
            },
            "application/json": {"schema": {"$ref": "#/components/schemas/CheckSent"}},
        },
    }
}


def optional_header(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """Describe a header that may be left out."""
    return {
        "name": name.lower(),
        "in": "header",
        "required": False,
        "schema": {"anyOf": [schema, {"type": "null"}], "description": description, "title": name},
        "description": description,
    }


def answer_of(kind: type[Answered]) -> dict[int | str, dict[str, Any]]:
    """Describe a successful answer; its schema is one of EXTRA_ANSWERS."""
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return {200: {"description": "Successful Response", "content": {"application/json": {"schema": schema}}}}


def json_body(kind: type[Sent], *, required: bool = True) -> dict[str, Any]:
    """Describe a JSON body that FastAPI does not read; its schema is one of EXTRA_SCHEMAS."""
    schema = {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}
    return {"requestBody": {"required": required, "content": {"application/json": schema}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that a route answers; each carries a stable `code`."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": DESCRIPTIONS[status],
            "content": {MEDIA_TYPE: {"schema": schema, "example": problem_example(status)}},
        }
        for status in statuses
    }


# What is in the paths; each means the same in every route.
PATH_PARAMETERS = {
    "buy_id": "`buy_id` of the test buy.",
    "case_id": "`case_id` of the case.",
    "evidence_id": "`evidence_id` of what a seller sent.",
    "token": "The last part of the link to a notice.",
    "check_id": "`check_id` of the check.",
    "cluster_id": "`cluster_id` of the cluster.",
    "link_id": "`link_id` of the link.",
    "removal_id": "`removal_id` of the removed link.",
    "erasure_id": "`erasure_id` of the erasure.",
    "group_id": "`group_id` of the working group.",
    "index": "Index of the photo in its check or test buy, from 0.",
    "job_id": "`job_id` of the job.",
    "line": "Number of the line in what was sent, from 1.",
    "key_id": "`key_id` of the key.",
    "member_id": "`member_id` of the member.",
    "name": "Name of the bundle.",
    "rule_id": "`rule_id` of the rule.",
    "plan_id": "`plan_id` of the plan.",
    "product": "Name of the product, as checks have it.",
    "reference_id": "`reference_id` of the reference.",
    "user_id": "`user_id` of the user.",
    "statement_id": "`statement_id` of the statement of reasons.",
    "complaint_id": "`complaint_id` of the complaint.",
    "quarter": "The quarter, such as `2026-Q1`.",
    "year": "The year, such as `2026`.",
    "part": "Part of the template.",
    "side_px": "Longer side of the rendition in pixels.",
    "webhook_id": "`webhook_id` of the endpoint.",
}
DESCRIPTIONS = {
    400: "The body does not parse",
    401: "An API key is missing, wrong, expired or revoked",
    403: "The key lacks a scope; or a server without a key was called by another name, or from another site's page",
    404: "Nothing has this id",
    408: "The body did not arrive in time",
    409: "The same request still runs, or another change came first",
    413: "The request is too large",
    415: "Another content type is needed",
    422: "What was sent cannot be judged as it is",
    429: "More than one caller's share; see Retry-After",
    503: "Too much is waiting, or the store does not answer; see Retry-After",
    504: "The request's own deadline passed before the answer was there",
}
