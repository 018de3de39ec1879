"""Values that checks share, and the clusters of sellers that share them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LARGE_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_values()
    _create_traces()
    _create_clusters()
    _create_removed_links()


def _create_values() -> None:
    op.create_table(
        "trace_salts",
        sa.Column("salt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("salt_id", name=op.f("pk_trace_salts")),
    )
    op.create_table(
        "trace_values",
        sa.Column("value_id", LARGE_ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=True),
        sa.Column("bits", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.String(length=200), nullable=False),
        sa.Column("common", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("value_id", name=op.f("pk_trace_values")),
        sa.UniqueConstraint("kind", "key_sha256", name=op.f("uq_trace_values_kind_key_sha256")),
    )
    op.create_table(
        "trace_bands",
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value_id", LARGE_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["value_id"], ["trace_values.value_id"], name=op.f("fk_trace_bands_value_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("band", "value_id", name=op.f("pk_trace_bands")),
    )
    op.create_index(op.f("ix_trace_bands_value_id"), "trace_bands", ["value_id"])


def _create_traces() -> None:
    op.create_table(
        "traced_checks",
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("listing_key", sa.String(length=32), nullable=False),
        sa.Column("party", sa.String(length=32), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("amount", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_id"], ["checks.check_id"], name=op.f("fk_traced_checks_check_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_traced_checks")),
    )
    op.create_index(op.f("ix_traced_checks_party_listing_key"), "traced_checks", ["party", "listing_key"])
    op.create_table(
        "traces",
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("value_id", LARGE_ID, nullable=False),
        sa.Column("photo", sa.Integer(), nullable=True),
        sa.Column("party", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["traced_checks.check_id"], name=op.f("fk_traces_check_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["value_id"], ["trace_values.value_id"], name=op.f("fk_traces_value_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("check_id", "value_id", name=op.f("pk_traces")),
    )
    op.create_index(op.f("ix_traces_party_value_id"), "traces", ["party", "value_id"])
    op.create_index(op.f("ix_traces_value_id_party"), "traces", ["value_id", "party"])


def _create_clusters() -> None:
    op.create_table(
        "changed_parties",
        sa.Column("party", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("party", name=op.f("pk_changed_parties")),
    )
    op.create_table(
        "clusters",
        sa.Column("cluster_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("sellers", sa.Integer(), nullable=False),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.member_id"], name=op.f("fk_clusters_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cluster_id", name=op.f("pk_clusters")),
    )
    op.create_index(
        op.f("ix_clusters_member_id_currency_amount_cluster_id"),
        "clusters",
        ["member_id", "currency", "amount", "cluster_id"],
    )
    op.create_index(
        op.f("ix_clusters_member_id_listings_cluster_id"), "clusters", ["member_id", "listings", "cluster_id"]
    )
    op.create_table(
        "cluster_parties",
        sa.Column("cluster_id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.cluster_id"], name=op.f("fk_cluster_parties_cluster_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cluster_id", "party", name=op.f("pk_cluster_parties")),
    )
    op.create_index(op.f("ix_cluster_parties_party"), "cluster_parties", ["party"])


def _create_removed_links() -> None:
    op.create_table(
        "removed_links",
        sa.Column("removal_id", LARGE_ID, autoincrement=True, nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("left_party", sa.String(length=32), nullable=False),
        sa.Column("right_party", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=False),
        sa.Column("restored_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.member_id"], name=op.f("fk_removed_links_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("removal_id", name=op.f("pk_removed_links")),
    )
    op.create_index(op.f("ix_removed_links_left_party_right_party"), "removed_links", ["left_party", "right_party"])
    op.create_index(op.f("ix_removed_links_member_id"), "removed_links", ["member_id"])
    op.create_index(op.f("ix_removed_links_right_party"), "removed_links", ["right_party"])
