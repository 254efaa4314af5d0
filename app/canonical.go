package app

import (
	"encoding/json"

	"github.com/gowebpki/jcs"
)

// canonical is the body of a record: canonical JSON by RFC 8785. Observations
// have their own, faster way to the same form.
func canonical(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(body)
}

// contentDigest is the digest by which the content of a record other than an
// observation is known again, whatever the form that an older version gave it.
func contentDigest(body []byte) []byte {
	if same, err := jcs.Transform(body); err == nil {
		body = same
	}
	return digestOf(body)
}
