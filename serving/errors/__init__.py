"""The errors of serving, each with a stable `code` and its HTTP status.

TouchstoneError (vision)
 └─ ServingError
     ├─ RequestRefused          4xx: the caller must change the request
     │   ├─ JsonMalformed, MultipartMalformed, MediaTypeUnsupported, ContentEncodingUnsupported
     │   ├─ RequestTooLarge, UploadTimedOut
     │   ├─ HttpMalformed, HeadTimedOut, HeadTooLarge: refused by the protocol, before the app is called
     │   ├─ RequestInvalid (errors: one entry a field), QueryParameterUnknown
     │   ├─ UrlPhotosUnsupported, Base64Invalid, CursorInvalid
     │   ├─ KeyRequired, KeyInvalid, KeyExpired, KeyRevoked (401)
     │   ├─ ScopeMissing, OperatorRequired, CheckOfOthers, GrantRefused, ForeignSite (403)
     │   ├─ KeyNotFound, MemberNotFound, UserNotFound (404)
     │   ├─ MemberNameTaken, ProductTaken, EmailTaken, KeyInactive, AdminKeyNeeded (409)
     │   ├─ CheckNotFound, ReviewNotFound, PhotoNotFound, EvidenceNotFound, ReferenceNotFound, StoreDisabled
     │   ├─ ErasureNotFound, SellerErased (410)
 │   ├─ EvidenceFilesDisabled (404), EvidenceTooLarge, EvidenceFileInvalid, EvidenceVersionUnknown
     │   ├─ BundleNotFound, BundleShared (403), BundleNameAmbiguous, BundleChangeConflict, NothingToRollBack
     │   ├─ CandidateNotFound, CandidateMismatch, CandidateInvalid, CandidateChecksumMismatch, CandidateFormatUnknown
     │   ├─ CandidateBeyondLimits
     │   ├─ CalendarUnknown
     │   ├─ JobNotFound, JobLineNotFound, JobNotRunning, JobEmpty, JobTooLong
     │   ├─ LineTooLong, ListingSplit, LineAbandoned, LineCancelled, LineParked: of one line of a job
     │   ├─ CaseNotFound, CaseNoticeNotFound, CaseRuleNotFound, CaseMoveNotAllowed, CaseChanged, CaseCheckMissing
     │   ├─ UnsafeText (errors: one entry a field)
     │   ├─ ClusterNotFound, LinkNotFound, CurrencyUnknown (422)
     │   ├─ WebhookNotFound, EventNotFound, WebhookUrlRefused, TooManyWebhooks, WebhookDisabled
     │   ├─ StatementRefused, QuarterInvalid (errors: one entry a field), StatementNotFound, StatementSent
     │   ├─ ComplaintNotFound, ComplaintTooLate, ComplaintNotPossible, ComplaintDecided, PersonRequired (403)
     │   ├─ BuyersNoticeNotDue, ReportNotFound, QuarterNotOver, ReportChangeSmall, ReportPdfDisabled
     │   ├─ StatementRefused, QuarterInvalid (errors: one entry a field)
     │   ├─ GroupNotFound, GroupItemNotFound (404), MemberRequired (403), GroupProductForeign
     │   ├─ GroupNameTaken, GroupCategoryMismatch, GroupNotJoined, GroupAgreementOutdated, GroupKindNotAgreed (409)
     │   ├─ CheckNotConfirmed (409)
     │   ├─ NotifierSuspended (403), WarningMissing, NotSuspended (409), TrustedFlaggerNotFound (404)
     │   ├─ BuyNotFound, BuyPlanNotFound, ChecklistNotFound (404), BuyFrameEmpty, BuyFrameTooLarge, BuyBudgetTooSmall
     │   ├─ BuyChanged, BuyMoveRefused, BuyPlanSettled, BuyPeriodTaken, ChecklistChanged (409), ExaminationIncomplete
     │   └─ IdempotencyKeyInvalid, IdempotencyKeyReused, IdempotencyInProgress
     ├─ PhotoDamaged            500: the photo storage gives other bytes than it was given
     ├─ Unimplemented           501: a part of HTTP that is not served here; refused by the protocol, too
     │   └─ MethodNotImplemented, TransferEncodingUnsupported
     └─ Unavailable             503: the caller may retry after `retry_after_s`
         ├─ TooManyRequests (429): RateLimited, ConcurrencyLimited, TooManyJobs, GroupQuestionsExhausted
         ├─ Overloaded, MemoryFull, TooManyConnections, ComputeTimedOut
         ├─ DeadlineUnreachable, DeadlineExceeded (504)
         └─ StoreUnavailable, TimeStampUnavailable
"""

from serving.errors.access import (
    AdminKeyNeeded,
    CheckOfOthers,
    EmailTaken,
    ForeignSite,
    GrantRefused,
    KeyExpired,
    KeyInactive,
    KeyInvalid,
    KeyNotFound,
    KeyRequired,
    KeyRevoked,
    MemberNameTaken,
    MemberNotFound,
    OperatorRequired,
    ProductTaken,
    ScopeMissing,
    UserNotFound,
)
from serving.errors.base import RequestRefused, ServingError, Unavailable, Unimplemented
from serving.errors.bundles import (
    BundleChangeConflict,
    BundleNameAmbiguous,
    BundleNotFound,
    BundleShared,
    CandidateBeyondLimits,
    CandidateChecksumMismatch,
    CandidateFormatUnknown,
    CandidateInvalid,
    CandidateMismatch,
    CandidateNotFound,
    NothingToRollBack,
    ReferenceNotFound,
)
from serving.errors.cases import (
    CalendarUnknown,
    CaseChanged,
    CaseCheckMissing,
    CaseMoveNotAllowed,
    CaseNotFound,
    CaseNoticeNotFound,
    CaseRuleNotFound,
    NotifierSuspended,
    NotSuspended,
    TrustedFlaggerNotFound,
    UnsafeText,
    WarningMissing,
)
from serving.errors.checks import (
    Base64Invalid,
    CheckNotFound,
    CursorInvalid,
    ErasureNotFound,
    EvidenceNotFound,
    IdempotencyInProgress,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    PhotoDamaged,
    PhotoNotFound,
    ReviewNotFound,
    SellerErased,
    StoreDisabled,
    UrlPhotosUnsupported,
)
from serving.errors.clusters import ClusterNotFound, CurrencyUnknown, LinkNotFound
from serving.errors.evidence import (
    EvidenceFileInvalid,
    EvidenceFilesDisabled,
    EvidenceTooLarge,
    EvidenceVersionUnknown,
    TimeStampUnavailable,
)
from serving.errors.groups import (
    CheckNotConfirmed,
    GroupAgreementOutdated,
    GroupCategoryMismatch,
    GroupItemNotFound,
    GroupKindNotAgreed,
    GroupNameTaken,
    GroupNotFound,
    GroupNotJoined,
    GroupProductForeign,
    GroupQuestionsExhausted,
    MemberRequired,
)
from serving.errors.jobs import (
    JobEmpty,
    JobLineNotFound,
    JobNotFound,
    JobNotRunning,
    JobTooLong,
    LineAbandoned,
    LineCancelled,
    LineParked,
    LineTooLong,
    ListingSplit,
)
from serving.errors.requests import (
    ContentEncodingUnsupported,
    HeadTimedOut,
    HeadTooLarge,
    HttpMalformed,
    JsonMalformed,
    MediaTypeUnsupported,
    MethodNotImplemented,
    MultipartMalformed,
    QueryParameterUnknown,
    RequestInvalid,
    RequestTooLarge,
    TransferEncodingUnsupported,
    UploadTimedOut,
)
from serving.errors.test_buys import (
    BuyBudgetTooSmall,
    BuyChanged,
    BuyFrameEmpty,
    BuyFrameTooLarge,
    BuyMoveRefused,
    BuyNotFound,
    BuyPeriodTaken,
    BuyPlanNotFound,
    BuyPlanSettled,
    ChecklistChanged,
    ChecklistNotFound,
    ExaminationIncomplete,
    TooManyBuyPhotos,
)
from serving.errors.transparency import (
    BuyersNoticeNotDue,
    ComplaintDecided,
    ComplaintNotFound,
    ComplaintNotPossible,
    ComplaintTooLate,
    PersonRequired,
    QuarterInvalid,
    QuarterNotOver,
    ReportChangeSmall,
    ReportNotFound,
    ReportPdfDisabled,
    StatementNotFound,
    StatementRefused,
    StatementSent,
)
from serving.errors.unavailable import (
    ComputeTimedOut,
    ConcurrencyLimited,
    DeadlineExceeded,
    DeadlineUnreachable,
    MemoryFull,
    Overloaded,
    RateLimited,
    StoreUnavailable,
    TooManyConnections,
    TooManyJobs,
    TooManyRequests,
)
from serving.errors.webhooks import EventNotFound, TooManyWebhooks, WebhookDisabled, WebhookNotFound, WebhookUrlRefused

__all__ = [
    "AdminKeyNeeded",
    "Base64Invalid",
    "BundleChangeConflict",
    "BundleNameAmbiguous",
    "BundleNotFound",
    "BundleShared",
    "BuyBudgetTooSmall",
    "BuyChanged",
    "BuyFrameEmpty",
    "BuyFrameTooLarge",
    "BuyMoveRefused",
    "BuyNotFound",
    "BuyPeriodTaken",
    "BuyPlanNotFound",
    "BuyPlanSettled",
    "BuyersNoticeNotDue",
    "CalendarUnknown",
    "CandidateBeyondLimits",
    "CandidateChecksumMismatch",
    "CandidateFormatUnknown",
    "CandidateInvalid",
    "CandidateMismatch",
    "CandidateNotFound",
    "CaseChanged",
    "CaseCheckMissing",
    "CaseMoveNotAllowed",
    "CaseNotFound",
    "CaseNoticeNotFound",
    "CaseRuleNotFound",
    "CheckNotConfirmed",
    "CheckNotFound",
    "CheckOfOthers",
    "ChecklistChanged",
    "ChecklistNotFound",
    "ClusterNotFound",
    "ComplaintDecided",
    "ComplaintNotFound",
    "ComplaintNotPossible",
    "ComplaintTooLate",
    "ComputeTimedOut",
    "ConcurrencyLimited",
    "ContentEncodingUnsupported",
    "CurrencyUnknown",
    "CursorInvalid",
    "DeadlineExceeded",
    "DeadlineUnreachable",
    "EmailTaken",
    "ErasureNotFound",
    "EventNotFound",
    "EvidenceFileInvalid",
    "EvidenceFilesDisabled",
    "EvidenceNotFound",
    "EvidenceTooLarge",
    "EvidenceVersionUnknown",
    "ExaminationIncomplete",
    "ForeignSite",
    "GrantRefused",
    "GroupAgreementOutdated",
    "GroupCategoryMismatch",
    "GroupItemNotFound",
    "GroupKindNotAgreed",
    "GroupNameTaken",
    "GroupNotFound",
    "GroupNotJoined",
    "GroupProductForeign",
    "GroupQuestionsExhausted",
    "HeadTimedOut",
    "HeadTooLarge",
    "HttpMalformed",
    "IdempotencyInProgress",
    "IdempotencyKeyInvalid",
    "IdempotencyKeyReused",
    "JobEmpty",
    "JobLineNotFound",
    "JobNotFound",
    "JobNotRunning",
    "JobTooLong",
    "JsonMalformed",
    "KeyExpired",
    "KeyInactive",
    "KeyInvalid",
    "KeyNotFound",
    "KeyRequired",
    "KeyRevoked",
    "LineAbandoned",
    "LineCancelled",
    "LineParked",
    "LineTooLong",
    "LinkNotFound",
    "ListingSplit",
    "MediaTypeUnsupported",
    "MemberNameTaken",
    "MemberNotFound",
    "MemberRequired",
    "MemoryFull",
    "MethodNotImplemented",
    "MultipartMalformed",
    "NotSuspended",
    "NothingToRollBack",
    "NotifierSuspended",
    "OperatorRequired",
    "Overloaded",
    "PersonRequired",
    "PhotoDamaged",
    "PhotoNotFound",
    "ProductTaken",
    "QuarterInvalid",
    "QuarterNotOver",
    "QueryParameterUnknown",
    "RateLimited",
    "ReferenceNotFound",
    "ReportChangeSmall",
    "ReportNotFound",
    "ReportPdfDisabled",
    "RequestInvalid",
    "RequestRefused",
    "RequestTooLarge",
    "ReviewNotFound",
    "ScopeMissing",
    "SellerErased",
    "ServingError",
    "StatementNotFound",
    "StatementRefused",
    "StatementSent",
    "StoreDisabled",
    "StoreUnavailable",
    "TimeStampUnavailable",
    "TooManyBuyPhotos",
    "TooManyConnections",
    "TooManyJobs",
    "TooManyRequests",
    "TooManyWebhooks",
    "TransferEncodingUnsupported",
    "TrustedFlaggerNotFound",
    "Unavailable",
    "Unimplemented",
    "UnsafeText",
    "UploadTimedOut",
    "UrlPhotosUnsupported",
    "UserNotFound",
    "WarningMissing",
    "WebhookDisabled",
    "WebhookNotFound",
    "WebhookUrlRefused",
]
