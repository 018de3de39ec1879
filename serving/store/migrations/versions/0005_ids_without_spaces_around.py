"""Ids of listings and sellers without spaces around, as they are kept now"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Unicode's white space, less the control characters that were always refused.
SPACES = "\x20\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def upgrade() -> None:
    """Trim the columns by which checks are found and exported; the answers stay as they were given."""
    for column in ("listing_id", "seller_id"):
        op.execute(
            f"UPDATE checks SET {column} = trim({column}, '{SPACES}') WHERE {column} <> trim({column}, '{SPACES}')"
        )
        op.execute(f"UPDATE checks SET {column} = NULL WHERE {column} = ''")
