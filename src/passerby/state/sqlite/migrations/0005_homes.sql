-- `identifiers.profile` is the member that an identifier is at home in; its owner is that member's canonical profile. A
-- merge sets `merged_into` and moves nothing. Merges from before moved identifiers, as `merge_identifiers` says.

-- The end of the chain of `merged_into`, so that it is found in one step: null for a profile that was not merged, and for
-- members that were last merged before this column was there. No identifier has its home in one of those.
ALTER TABLE profiles ADD COLUMN canonical BLOB;

-- Where a detached identifier was at home; null for one that was detached before this column was there.
ALTER TABLE detachments ADD COLUMN home BLOB;
