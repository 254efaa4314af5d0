package sqlite

import "context"

const decisionColumns = "select seq, kind, source, ref, at_us, digest, label from record where kind = 'decision'"

// Decisions lists the records of decisions in the order of their numbers: of
// one kind (what; empty: all), about one subject (of; empty: all).
func (s *Store) Decisions(ctx context.Context, what, of string) ([]Record, error) {
	query, args := decisionColumns, []any{}
	if what != "" {
		query, args = query+" and source = ?", append(args, what)
	}
	if of != "" {
		query, args = query+" and ref = ?", append(args, of)
	}
	return collect(ctx, s.read, "listing decisions", scanRecord, query+" order by seq", args...)
}

// LastDecision returns the last record of a decision about a subject.
func (s *Store) LastDecision(ctx context.Context, of string) (Record, bool, error) {
	return s.oneDecision(ctx, " and ref = ? order by seq desc limit 1", of)
}

// DecisionByDigest returns the first record of a decision with this digest.
func (s *Store) DecisionByDigest(ctx context.Context, digest []byte) (Record, bool, error) {
	return s.oneDecision(ctx, " and digest = ? order by seq limit 1", digest)
}

func (s *Store) oneDecision(ctx context.Context, where string, args ...any) (Record, bool, error) {
	found, err := collect(ctx, s.read, "looking for a decision", scanRecord, decisionColumns+where, args...)
	if err != nil || len(found) == 0 {
		return Record{}, false, err
	}
	return found[0], true, nil
}

// DecisionsAfter lists the records of decisions of one kind after a record.
func (s *Store) DecisionsAfter(ctx context.Context, what string, seq uint64) ([]Record, error) {
	return collect(ctx, s.read, "listing decisions", scanRecord, decisionColumns+" and source = ? and seq > ? order by seq", what, int64(seq))
}
