"""The tables of the store, one file a table. All are imported here, so that `Table.metadata` knows every one."""

from serving.store.tables.api_keys import ApiKeyRow
from serving.store.tables.audit import AuditEntryRow, AuditHeadRow, AuditPrivateRow
from serving.store.tables.base import Table
from serving.store.tables.bundle_changes import BundleChangeRow
from serving.store.tables.checks import CheckRow
from serving.store.tables.enforcement.buys import (
    BuyFindingRow,
    BuyMoveRow,
    BuyPhotoRow,
    BuyPlanRow,
    BuyRow,
    ChecklistRow,
)
from serving.store.tables.enforcement.case_progress import (
    CaseEvidenceRow,
    CaseNoticeRow,
    CasePhotoRow,
    CaseRuleRow,
    CaseTimerRow,
)
from serving.store.tables.enforcement.cases import CaseListingRow, CaseMoveRow, CaseRow
from serving.store.tables.enforcement.duties import (
    BuyersNoticeRow,
    ComplaintRow,
    StatementRow,
    TransparencyReportRow,
)
from serving.store.tables.enforcement.groups import (
    GroupAgreementRow,
    GroupItemRow,
    GroupMemberRow,
    GroupQuestionRow,
    GroupRow,
    GroupTermsRow,
)
from serving.store.tables.enforcement.investigations import (
    ChangedPartyRow,
    ClusterPartyRow,
    ClusterRow,
    RemovedLinkRow,
    TraceBandRow,
    TracedCheckRow,
    TraceRow,
    TraceSaltRow,
    TraceValueRow,
)
from serving.store.tables.enforcement.standing import (
    FastTrackChangeRow,
    FastTrackRow,
    MisuseStepRow,
    TrustedFlaggerRow,
)
from serving.store.tables.erasures import ErasureRow
from serving.store.tables.events import EventFollowerRow, EventNumberRow, EventRow
from serving.store.tables.idempotency_keys import IdempotencyRow, RunningKeyRow
from serving.store.tables.job_line_contents import JobLineContentRow, JobLinePhotoRow
from serving.store.tables.job_lines import JobLineRow
from serving.store.tables.jobs import JobRow
from serving.store.tables.member_products import MemberProductRow
from serving.store.tables.members import MemberRow
from serving.store.tables.periodic_tasks import PeriodicTaskRow
from serving.store.tables.photos import PhotoRow
from serving.store.tables.reviews import ReviewRow
from serving.store.tables.shadow_verdicts import ShadowVerdictRow
from serving.store.tables.users import UserRow
from serving.store.tables.webhook_deliveries import WebhookAttemptRow, WebhookDeliveryRow
from serving.store.tables.webhook_endpoints import WebhookEndpointRow

__all__ = [
    "ApiKeyRow",
    "AuditEntryRow",
    "AuditHeadRow",
    "AuditPrivateRow",
    "BundleChangeRow",
    "BuyFindingRow",
    "BuyMoveRow",
    "BuyPhotoRow",
    "BuyPlanRow",
    "BuyRow",
    "BuyersNoticeRow",
    "CaseEvidenceRow",
    "CaseListingRow",
    "CaseMoveRow",
    "CaseNoticeRow",
    "CasePhotoRow",
    "CaseRow",
    "CaseRuleRow",
    "CaseTimerRow",
    "ChangedPartyRow",
    "CheckRow",
    "ChecklistRow",
    "ClusterPartyRow",
    "ClusterRow",
    "ComplaintRow",
    "ErasureRow",
    "EventFollowerRow",
    "EventNumberRow",
    "EventRow",
    "FastTrackChangeRow",
    "FastTrackRow",
    "GroupAgreementRow",
    "GroupItemRow",
    "GroupMemberRow",
    "GroupQuestionRow",
    "GroupRow",
    "GroupTermsRow",
    "IdempotencyRow",
    "JobLineContentRow",
    "JobLinePhotoRow",
    "JobLineRow",
    "JobRow",
    "MemberProductRow",
    "MemberRow",
    "MisuseStepRow",
    "PeriodicTaskRow",
    "PhotoRow",
    "RemovedLinkRow",
    "ReviewRow",
    "RunningKeyRow",
    "ShadowVerdictRow",
    "StatementRow",
    "Table",
    "TraceBandRow",
    "TraceRow",
    "TraceSaltRow",
    "TraceValueRow",
    "TracedCheckRow",
    "TransparencyReportRow",
    "TrustedFlaggerRow",
    "UserRow",
    "WebhookAttemptRow",
    "WebhookDeliveryRow",
    "WebhookEndpointRow",
]
