package agreement_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/truce-monitor/truce/agreement"
)

var update = flag.Bool("update", false, "write the golden files anew")

// generate makes the schema from the types and their doc comments.
func generate(t *testing.T) []byte {
	t.Helper()
	r := jsonschema.Reflector{
		FieldNameTag:   "yaml",
		ExpandedStruct: true,
		Mapper:         written,
	}
	if err := r.AddGoComments("github.com/truce-monitor/truce/agreement", "./", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	for k, c := range r.CommentMap {
		r.CommentMap[k] = strings.Join(strings.Fields(c), " ")
	}
	s := r.Reflect(new(agreement.Agreement))
	s.ID = "https://github.com/truce-monitor/truce/agreement/schema.json"
	s.Title = "An agreement that truce can monitor"
	limitWords(t, s)
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

// written maps the types whose form in the file isn't that of the Go type.
func written(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[agreement.Text]():
		return &jsonschema.Schema{
			Description: "A text in the first of the agreement's languages, or texts by BCP 47 language tag.",
			OneOf: []*jsonschema.Schema{
				{Type: "string"},
				{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string"},
					PropertyNames: &jsonschema.Schema{Pattern: "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"}},
			},
		}
	case reflect.TypeFor[agreement.Instant]():
		return &jsonschema.Schema{
			Type:        "string",
			Description: "RFC 3339 with an offset, or a date or local date and time in time_zone; 24:00 is the end of the day.",
			Pattern:     `^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$`,
			Examples:    []any{"2026-01-06", "2026-01-06T18:30", "2026-01-06T18:30:00+02:00"},
		}
	case reflect.TypeFor[agreement.Duration]():
		return &jsonschema.Schema{
			Type:        "string",
			Description: "A number of seconds, minutes, hours, days of 24 hours, or weeks.",
			Pattern:     `^\d+[smhdw]$`,
			Examples:    []any{"30m", "24h", "14d", "2w"},
		}
	}
	return nil
}

// limitWords adds what a tag can't say: the words of the taxonomy.
func limitWords(t *testing.T, s *jsonschema.Schema) {
	t.Helper()
	words := func(list []string) []any {
		out := make([]any, len(list))
		for i, w := range list {
			out[i] = w
		}
		return out
	}
	set := func(def, key string, list []string) {
		p, ok := s.Definitions[def].Properties.Get(key)
		if !ok {
			t.Fatalf("the schema has no %s.%s", def, key)
		}
		if p.Items != nil {
			p = p.Items
		}
		p.Enum = words(list)
	}
	for _, def := range []string{"Match", "Prohibition", "Requirement", "Stage", "Permission", "Severity"} {
		set(def, "activities", agreement.Activities())
		set(def, "directions", agreement.Directions())
	}
	set("Verification", "means", agreement.Means())
	set("Policy", "handling", agreement.Handlings())
	article, _ := s.Definitions["Provision"].Properties.Get("article")
	number := func(p *jsonschema.Schema) {
		p.Type = ""
		p.OneOf = []*jsonschema.Schema{{Type: "string"}, {Type: "number"}}
	}
	number(article)
	article, _ = s.Definitions["Citation"].Properties.Get("article")
	number(article)
}

func TestSchemaIsCurrent(t *testing.T) {
	want := generate(t)
	if *update {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(agreement.Schema())); diff != "" {
		t.Errorf("schema.json is not what the types say (run go test ./agreement -update):\n%s", diff)
	}
}

func compile(t *testing.T) *validator.Schema {
	t.Helper()
	doc, err := validator.UnmarshalJSON(bytes.NewReader(agreement.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	c.DefaultDraft(validator.Draft2020)
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSchemaAcceptsExamples also parses them: both readers must agree.
func TestSchemaAcceptsExamples(t *testing.T) {
	if *update {
		t.Skip("the schema is being written")
	}
	s := compile(t)
	for _, name := range examples(t) {
		t.Run(filepath.Base(filepath.Dir(name))+"/"+filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(plain(t, data)); err != nil {
				t.Errorf("%#v", err)
			}
			_, problems := agreement.Parse(name, data)
			for _, p := range problems {
				t.Error(p.Error())
			}
		})
	}
}

// TestSchemaRefuses holds the schema against the problems that it can see.
func TestSchemaRefuses(t *testing.T) {
	if *update {
		t.Skip("the schema is being written")
	}
	s := compile(t)
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{"title:", "titel:"},
		{"km: 15", "km: wide"},
		{"kind: activity", "kind: activty"},
		{"from: 2026-01-10T00:00", "from: tomorrow"},
		{"kind: activity", "kind: activity, activities: [shoot]"},
	} {
		bad := strings.Replace(string(small), change[0], change[1], 1)
		if bad == string(small) {
			t.Fatalf("%q is not in the file", change[0])
		}
		if s.Validate(plain(t, []byte(bad))) == nil {
			t.Errorf("the schema accepts %q", change[1])
		}
	}
}

// plain reads YAML as JSON's types.
func plain(t *testing.T, data []byte) any {
	t.Helper()
	js, err := yaml.YAMLToJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	v, err := validator.UnmarshalJSON(bytes.NewReader(js))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// examples lists the agreement files of the repository and this package's own.
func examples(t *testing.T) []string {
	t.Helper()
	out := []string{"testdata/small.yaml", "testdata/full.yaml"}
	for _, pattern := range []string{"../examples/*.yaml", "../examples/*/agreement.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	return out
}
