"""All that the store has of working groups."""

from __future__ import annotations

from serving.store.database.database import Database
from serving.store.groups.agreement_rows import AgreementRows
from serving.store.groups.group_rows import GroupRows
from serving.store.groups.item_rows import ItemRows
from serving.store.groups.question_rows import QuestionRows
from serving.store.groups.watch_rows import WatchRows


class GroupStore:
    """The rows of groups, agreements, items, questions and watchers."""

    def __init__(self, database: Database) -> None:
        self.groups = GroupRows(database)
        self.agreements = AgreementRows(database)
        self.items = ItemRows(database)
        self.questions = QuestionRows(database)
        self.watches = WatchRows(database)
