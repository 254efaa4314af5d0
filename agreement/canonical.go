package agreement

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Canonical is the agreement as JSON with sorted keys, no spaces and instants
// in UTC: the same terms give the same bytes, however the file was laid out.
// The order of lists is kept, since reports follow it.
func (a *Agreement) Canonical() []byte {
	plain, err := json.Marshal(a)
	if err != nil {
		panic(fmt.Sprintf("agreement: types that JSON can't hold: %v", err)) // Parse lets no NaN in
	}
	var tree any
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.UseNumber()
	if err := dec.Decode(&tree); err != nil {
		panic(fmt.Sprintf("agreement: %v", err))
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		panic(fmt.Sprintf("agreement: %v", err))
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// FromCanonical reads what Canonical wrote. The terms were valid when they were
// written, so they are not validated again.
func FromCanonical(data []byte) (*Agreement, error) {
	a := new(Agreement)
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(a); err != nil {
		return nil, fmt.Errorf("canonical agreement: %w", err)
	}
	return a, nil
}

// Version names the terms by their content: twelve hexadecimal digits of the
// SHA-256 of the canonical form.
func (a *Agreement) Version() string {
	sum := sha256.Sum256(a.Canonical())
	return hex.EncodeToString(sum[:6])
}
