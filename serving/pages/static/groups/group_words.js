/** The words of working groups: what is shared, how near a match is, and how far the bank was searched. */

export const KINDS = {
  photo_hash: { title: "Hashes of photos", match: "The same photo or a copy of it" },
  embedding: { title: "Embeddings of photos", match: "A photo that looks alike" },
  seller_id: { title: "Keyed hashes of seller ids", match: "The same seller id" },
  seller_contact: { title: "Keyed hashes of seller contacts", match: "The same contact of a seller" },
};

export const STATES = {
  invited: { title: "Invited", tone: "review" },
  joined: { title: "Joined", tone: "none" },
  left: { title: "Left", tone: "none" },
  removed: { title: "Removed", tone: "none" },
};

export const DISTANCES = { equal: "equal", very_near: "very near", near: "near" };

export const COVERAGE = {
  all: "searched among all members",
  named_only: "searched among the named members alone: too few others give this, so that a match would say who it is",
  not_asked: "not searched: your agreement or the question leaves it out",
  nothing_to_compare: "not searched: what you sent has nothing of this kind",
};

export const CONFIRMED_BY = { test_buy: "a test buy", case: "an upheld case", review: "a review" };

export const SKIPPED = {
  photo_flat: "the photo shows almost nothing",
  photo_unreadable: "the photo can’t be read",
  no_bundle: "no bundle serves its product",
  no_seller_id: "the check has no seller id",
  no_contact: "the check names no contact",
};

/** What a kind is called. */
export function kindName(kind) {
  return KINDS[kind]?.title ?? kind.replaceAll("_", " ");
}
