package app_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/app"
)

// authority is a time stamping authority by OpenSSL; its certificate is that
// of an own root.
type authority struct {
	dir  string
	root []byte // PEM
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl, which plays the authority here, is not installed; .ci/run installs it")
		}
		t.Skip("openssl, which plays the authority here, is not installed")
	}
	a := &authority{dir: t.TempDir()}
	now := time.Now()
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root of the test"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Time of the test"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	a.root = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
	a.write(t, "root.pem", a.root)
	a.write(t, "tsa.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leafDER}))
	a.write(t, "tsa.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	a.write(t, "serial", []byte("01\n"))
	a.write(t, "tsa.cnf", []byte("[tsa]\ndefault_tsa = one\n[one]\nserial = serial\nsigner_cert = tsa.pem\ncerts = root.pem\nsigner_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\ness_cert_id_alg = sha256\n"))
	return a
}

func (a *authority) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (a *authority) reply(t *testing.T, query []byte) []byte {
	t.Helper()
	a.write(t, "query", query)
	cmd := exec.Command("openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
	cmd.Dir = a.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(a.dir, "reply"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTimeStamps(t *testing.T) {
	tsa := newAuthority(t)
	dir := copied(t, "format-2")
	a, err := app.Open(t.Context(), dir, options())
	if err != nil {
		t.Fatal(err)
	}
	var query bytes.Buffer
	if err := a.StampQuery(&query); err != nil {
		t.Fatal(err)
	}
	reply := tsa.reply(t, query.Bytes())
	if s, err := a.StampReply(reply); err != nil || s.Records != 9 || !strings.Contains(s.By, "Time of the test") {
		t.Fatalf("%+v, %v", s, err)
	}
	more := filepath.Join(t.TempDir(), "more.csv")
	os.WriteFile(more, []byte(header+rows(0, 5)), 0o644)
	load(t, a, more)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Write(tsa.reply(t, query))
	}))
	defer server.Close()
	if s, err := a.Stamp(t.Context(), server.URL); err != nil || s.Records != 14 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := a.StampReply(tsa.reply(t, otherQuery(t))); err == nil {
		t.Error("a time stamp of something else was taken")
	}
	a.Close()
	v := clean(t, dir, app.VerifyOptions{Stampers: tsa.root})
	if text := strings.Join(v.Checked, "\n"); !strings.Contains(text, "a time stamp over 9 records") || !strings.Contains(text, "a time stamp over 14 records") || strings.Contains(text, "not checked") {
		t.Error(text)
	}
	if text := strings.Join(clean(t, dir, app.VerifyOptions{}).Checked, "\n"); !strings.Contains(text, "who that is was not checked") {
		t.Error(text)
	}
	other := newAuthority(t)
	if v, err := app.Verify(t.Context(), dir, app.VerifyOptions{Stampers: other.root}); err != nil || !strings.Contains(v.Wrong, "authority") {
		t.Errorf("by an authority that nobody trusts: %v, %v", v, err)
	}
	stamp := filepath.Join(dir, "journal", "timestamps", "9.tsr")
	changed := bytes.Clone(reply)
	changed[len(changed)/2] ^= 1
	os.WriteFile(stamp, changed, 0o644)
	if v, err := app.Verify(t.Context(), dir, app.VerifyOptions{}); err != nil || !strings.Contains(v.Wrong, "9.tsr") {
		t.Errorf("a changed time stamp: %v, %v", v, err)
	}
}

// otherQuery asks for a time stamp of another workspace.
func otherQuery(t *testing.T) []byte {
	t.Helper()
	a, err := app.Open(t.Context(), copied(t, "format-1"), options())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var b bytes.Buffer
	if err := a.StampQuery(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
