package agreement

// IsZero reports whether the rule states nothing and so matches everything.
func (m Match) IsZero() bool {
	return len(m.Activities) == 0 && len(m.Weapons) == 0 && len(m.Forces) == 0 && len(m.Directions) == 0 &&
		m.MinCount == 0 && m.CalibreMM == nil
}
