package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a password: RFC 9106's second recommended choice, 64 MiB and three
// passes, for machines that have less than 2 GiB to spare for one sign-in.
const (
	argonTime    = 3
	argonMemory  = 64 << 10 // KiB
	argonThreads = 4
	saltBytes    = 16
	hashBytes    = 32
)

// minPassword is the least length of a password in characters (NIST SP 800-63B
// asks for 8 and counts length above all other rules).
const minPassword = 12

// maxPassword keeps somebody from having us hash a book.
const maxPassword = 1024

// hashPassword gives the PHC string of a password's argon2id hash.
func hashPassword(password string) (string, error) {
	switch n := len([]rune(password)); {
	case n < minPassword:
		return "", invalid("a password has at least %d characters; this one has %d", minPassword, n)
	case len(password) > maxPassword:
		return "", invalid("a password has at most %d bytes", maxPassword)
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	hash := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, hashBytes)
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, b.EncodeToString(salt), b.EncodeToString(hash)), nil
}

// checkPassword tells whether the password gives the hash.
func checkPassword(phc, password string) (bool, error) {
	var version, memory, passes int
	var threads uint8
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("the stored password is no argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, fmt.Errorf("the stored password is of argon2 version %s", parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil {
		return false, fmt.Errorf("reading the cost of the stored password: %w", err)
	}
	b := base64.RawStdEncoding.Strict()
	salt, err := b.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("reading the salt of the stored password: %w", err)
	}
	want, err := b.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("reading the stored password: %w", err)
	}
	if memory < 8 || memory > 1<<21 || passes < 1 || passes > 100 || threads < 1 || len(want) < 16 || len(want) > 64 {
		return false, errors.New("the cost of the stored password is out of range")
	}
	got := argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}
