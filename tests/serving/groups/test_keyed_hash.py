from __future__ import annotations

from serving.groups.keyed_hash import keyed_hash


def test_a_hash_depends_on_key_kind_and_value() -> None:
    """The first by hand: `printf 'seller_id\\ns-88' | openssl dgst -sha256 -hmac key`."""
    first = keyed_hash(b"key", "seller_id", "s-88")
    assert first == "744774cb0196fce79961fd3ed3d25b6caa6313d97328eef608e1efec0162f7bc"
    others = {keyed_hash(b"yek", "seller_id", "s-88"), keyed_hash(b"key", "seller_contact", "s-88")}
    assert len({first, keyed_hash(b"key", "seller_id", "s-89"), *others}) == 4
    assert len(keyed_hash(b"key", "seller_id", "\ud800‮")) == 64
