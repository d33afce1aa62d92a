package schemas

import (
	"crypto/sha256"
	"encoding/base32"
)

const idLength = 26 // base32 characters: 130 bits

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ID names something by the business key that it follows from: whoever meets the key again gives the same name. The prefix
// says what it is.
func ID(prefix string, key []byte) string {
	sum := sha256.Sum256(key)
	return prefix + base32Lower.EncodeToString(sum[:])[:idLength]
}
