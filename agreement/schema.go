package agreement

import _ "embed" // the schema is a file, so that editors can be pointed at it

//go:embed schema.json
var schema string

// Schema is the JSON Schema (2020-12) of an agreement file, generated from the
// types of this package. It knows the form, not the references: Parse checks
// more.
func Schema() []byte { return []byte(schema) }
